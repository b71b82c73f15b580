import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { auth } from '../../api/auth.ts';
import { ApiError } from '../../api/client.ts';
import { forgetSession, useMeQuery } from '../../api/session.ts';
import { safeReturnPath } from '../../paths.ts';
import { Welcome } from '../../shell/Welcome.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { SecondStep } from './SecondStep.tsx';

interface Credentials {
  email: string;
  password: string;
}

export default function SignInPage() {
  const { data: me } = useMeQuery();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const [needsCode, setNeedsCode] = useState(false);
  const next = safeReturnPath(params.get('next'));

  const enter = async () => {
    await forgetSession();
    await navigate(next, { replace: true });
  };
  const signingIn = useMutation({
    mutationFn: ({ email, password }: Credentials) => auth.signIn(email.trim(), password),
    onSuccess: ({ twoFactorRedirect }) => (twoFactorRedirect ? setNeedsCode(true) : enter()),
  });

  if (me && !signingIn.isPending) return <Navigate to={next} replace />;
  if (needsCode) return <SecondStep onVerified={enter} onRestart={() => setNeedsCode(false)} />;
  return (
    <PasswordStep
      email={params.get('email') ?? ''}
      error={signingIn.error}
      isPending={signingIn.isPending}
      onSubmit={signingIn.mutate}
    />
  );
}

interface PasswordStepProps {
  email: string;
  error: Error | null;
  isPending: boolean;
  onSubmit: (credentials: Credentials) => void;
}

function PasswordStep({ email, error, isPending, onSubmit }: PasswordStepProps) {
  const { t } = useTranslation();
  return (
    <Welcome title={t('auth.signIn')} text={t('auth.signInText')}>
      <Form<Credentials> layout="vertical" requiredMark={false} initialValues={{ email }} onFinish={onSubmit}>
        <SignInError error={error} />
        <Form.Item
          name="email"
          label={t('auth.email')}
          rules={[
            {
              required: true,
              type: 'email',
              transform: (value: string) => value?.trim(),
              message: t('auth.emailInvalid'),
            },
          ]}
          validateTrigger="onBlur"
        >
          <Input size="large" type="email" autoComplete="username" autoFocus={!email} spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('auth.password')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Input.Password size="large" autoComplete="current-password" autoFocus={Boolean(email)} />
        </Form.Item>
        <Button type="primary" size="large" htmlType="submit" block loading={isPending}>
          {t('auth.signIn')}
        </Button>
      </Form>
    </Welcome>
  );
}

/** A locked account is no mistake of the hand: it says until when, without blaming the password. */
function SignInError({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (error instanceof ApiError && error.code === 'account_locked') {
    return (
      <Alert
        className="error-notice"
        type="warning"
        showIcon
        role="alert"
        title={t('auth.locked')}
        description={error.message}
      />
    );
  }
  return <ErrorNotice error={error} />;
}
