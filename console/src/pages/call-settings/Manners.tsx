import { AudioOutlined, BellOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { askMicrophone } from '../../softphone/drivers/driver.ts';

/** Asks for the microphone when somebody wants to know, not before. */
export function MicrophoneTest() {
  const { t } = useTranslation();
  const testing = useMutation({ mutationFn: askMicrophone });
  return (
    <div className="my-phone-state">
      <Button icon={<AudioOutlined />} loading={testing.isPending} onClick={() => testing.mutate()}>
        {t('callRules.myPhone.microphone')}
      </Button>
      <span role="status" className={testing.isError ? 'reason small' : 'muted small'}>
        {testing.isSuccess && t('callRules.myPhone.microphoneOk')}
        {testing.isError && t('callRules.myPhone.microphoneFails')}
      </span>
    </div>
  );
}

/** The system's own notices, for calls while another window is in front. */
export function OutsideNotices() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() =>
    'Notification' in window ? Notification.permission : 'denied',
  );
  if (permission === 'granted')
    return <p className="muted small section-text">{t('callRules.myPhone.noticesOn')}</p>;
  if (permission === 'denied')
    return <p className="muted small section-text">{t('callRules.myPhone.noticesBlocked')}</p>;
  return (
    <div className="my-phone-state">
      <Button
        icon={<BellOutlined />}
        onClick={() => void Notification.requestPermission().then(setPermission)}
      >
        {t('callRules.myPhone.notices')}
      </Button>
    </div>
  );
}
