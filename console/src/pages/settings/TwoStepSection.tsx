import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { auth } from '../../api/auth.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMe } from '../../api/session.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { EnrolModal } from './EnrolModal.tsx';
import { PasswordModal } from './PasswordModal.tsx';
import { RecoveryCodesModal } from './RecoveryCodesModal.tsx';

type Asking = 'enable' | 'disable' | 'newCodes' | null;

const refreshMe = () => queryClient.invalidateQueries({ queryKey: keys.me });

/** Two-step sign-in: on with a code that proves the application works, off and renewed with the password. */
export function TwoStepSection() {
  const { t } = useTranslation();
  const isOn = useMe().user.twoFactorEnabled;
  const { done } = useNotify();
  const [asking, setAsking] = useState<Asking>(null);
  const [enrolment, setEnrolment] = useState<{ totpURI: string; backupCodes: string[] } | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const close = () => setAsking(null);

  const enabling = useMutation({
    mutationFn: auth.enableTwoFactor,
    onSuccess: (started) => {
      close();
      setEnrolment(started);
    },
  });
  const disabling = useMutation({
    mutationFn: auth.disableTwoFactor,
    onSuccess: async () => {
      close();
      done(t('settings.security.disabled'));
      await refreshMe();
    },
  });
  const renewing = useMutation({
    mutationFn: auth.newRecoveryCodes,
    onSuccess: ({ backupCodes }) => {
      close();
      setCodes(backupCodes);
    },
  });
  const enrolled = async () => {
    setCodes(enrolment?.backupCodes ?? null);
    setEnrolment(null);
    done(t('settings.security.enabled'));
    await refreshMe();
  };
  return (
    <section className="panel panel-pad" aria-labelledby="two-step">
      <div className="section-head">
        <h2 id="two-step">{t('settings.security.twoStep')}</h2>
        <StatusTag tone={isOn ? 'good' : 'calm'}>
          {t(isOn ? 'settings.members.on' : 'settings.members.off')}
        </StatusTag>
      </div>
      <p className="muted section-text">
        {t(isOn ? 'settings.security.twoStepOn' : 'settings.security.twoStepOff')}
      </p>
      {isOn ? (
        <div className="answer-row">
          <Button onClick={() => setAsking('newCodes')}>{t('settings.security.newCodes')}</Button>
          <Button danger onClick={() => setAsking('disable')}>
            {t('settings.security.disable')}
          </Button>
        </div>
      ) : (
        <Button type="primary" onClick={() => setAsking('enable')}>
          {t('settings.security.enable')}
        </Button>
      )}
      <PasswordModal
        open={asking === 'enable'}
        title={t('settings.security.enable')}
        submit={t('common.continue')}
        acting={enabling}
        onClose={close}
      />
      <PasswordModal
        open={asking === 'disable'}
        title={t('settings.security.disableTitle')}
        text={t('settings.security.disableText')}
        submit={t('settings.security.disable')}
        danger
        acting={disabling}
        onClose={close}
      />
      <PasswordModal
        open={asking === 'newCodes'}
        title={t('settings.security.newCodesTitle')}
        text={t('settings.security.newCodesText')}
        submit={t('common.continue')}
        acting={renewing}
        onClose={close}
      />
      <EnrolModal
        totpUri={enrolment?.totpURI ?? null}
        onEnrolled={enrolled}
        onClose={() => setEnrolment(null)}
      />
      <RecoveryCodesModal codes={codes} onClose={() => setCodes(null)} />
    </section>
  );
}
