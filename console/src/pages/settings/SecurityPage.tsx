import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../../../server/modules/identity/model.ts';
import { auth } from '../../api/auth.ts';
import { useMe } from '../../api/session.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { TwoStepSection } from './TwoStepSection.tsx';

export default function SecurityPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('settings.security.title')} intro={t('settings.security.intro')}>
      <div className="stack narrow">
        <TwoStepSection />
        <PasswordSection />
        <SessionsSection />
      </div>
    </PageFrame>
  );
}

interface Passwords {
  currentPassword: string;
  newPassword: string;
}

function PasswordSection() {
  const { t } = useTranslation();
  const { user } = useMe();
  const { done } = useNotify();
  const [form] = Form.useForm<Passwords>();
  const changing = useMutation({
    mutationFn: ({ currentPassword, newPassword }: Passwords) =>
      auth.changePassword(currentPassword, newPassword),
    onSuccess: () => {
      form.resetFields();
      done(t('settings.security.passwordChanged'));
    },
  });
  return (
    <section className="panel panel-pad" aria-labelledby="password-section">
      <h2 id="password-section">{t('settings.security.password')}</h2>
      <Form<Passwords>
        form={form}
        layout="vertical"
        requiredMark={false}
        className="section-form"
        onFinish={changing.mutate}
      >
        <ErrorNotice error={changing.error} />
        {/* Password managers need to know whose password this is. */}
        <input type="email" autoComplete="username" value={user.email} readOnly hidden />
        <Form.Item
          name="currentPassword"
          label={t('settings.security.currentPassword')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="newPassword"
          label={t('settings.security.newPassword')}
          extra={t('settings.security.passwordHint', { min: PASSWORD_MIN })}
          rules={[
            {
              required: true,
              min: PASSWORD_MIN,
              max: PASSWORD_MAX,
              message: t('auth.passwordShort', { min: PASSWORD_MIN }),
            },
          ]}
          validateTrigger="onBlur"
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={changing.isPending}>
          {t('settings.security.changePassword')}
        </Button>
      </Form>
    </section>
  );
}

function SessionsSection() {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const revoking = useMutation({
    mutationFn: auth.revokeOtherSessions,
    onSuccess: () => done(t('settings.security.revoked')),
    onError: failed,
  });
  return (
    <section className="panel panel-pad" aria-labelledby="sessions-section">
      <h2 id="sessions-section">{t('settings.security.sessions')}</h2>
      <p className="muted section-text">{t('settings.security.sessionsText')}</p>
      <Button loading={revoking.isPending} onClick={() => revoking.mutate()}>
        {t('settings.security.revokeOthers')}
      </Button>
    </section>
  );
}
