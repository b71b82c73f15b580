import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { auth } from '../../api/auth.ts';
import { Welcome } from '../../shell/Welcome.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';

type Method = 'totp' | 'recovery';

/** The code after the password: from the authenticator application, or one of the recovery codes. */
export function SecondStep({
  onVerified,
  onRestart,
}: {
  onVerified: () => Promise<void>;
  onRestart: () => void;
}) {
  const { t } = useTranslation();
  const [method, setMethod] = useState<Method>('totp');
  const verifying = useMutation({
    mutationFn: ({ code }: { code: string }) =>
      method === 'totp' ? auth.verifyTotp(code.trim()) : auth.verifyRecoveryCode(code.trim()),
    onSuccess: onVerified,
  });
  const change = () => {
    verifying.reset();
    setMethod(method === 'totp' ? 'recovery' : 'totp');
  };
  const isTotp = method === 'totp';
  return (
    <Welcome
      title={t(isTotp ? 'auth.codeTitle' : 'auth.recoveryTitle')}
      text={t(isTotp ? 'auth.codeText' : 'auth.recoveryText')}
    >
      <Form key={method} layout="vertical" requiredMark={false} onFinish={verifying.mutate}>
        <ErrorNotice error={verifying.error} />
        <Form.Item
          name="code"
          label={t(isTotp ? 'auth.code' : 'auth.recoveryCode')}
          rules={[
            isTotp
              ? { required: true, pattern: /^\s*\d{6}\s*$/, message: t('auth.codeFormat') }
              : { required: true, message: t('common.required') },
          ]}
          validateTrigger="onSubmit"
        >
          <Input
            size="large"
            autoFocus
            autoComplete="one-time-code"
            inputMode={isTotp ? 'numeric' : 'text'}
            spellCheck={false}
            className="code-input"
          />
        </Form.Item>
        <Button type="primary" size="large" htmlType="submit" block loading={verifying.isPending}>
          {t('auth.verify')}
        </Button>
      </Form>
      <Button type="link" block onClick={change}>
        {t(isTotp ? 'auth.useRecovery' : 'auth.useTotp')}
      </Button>
      <Button type="link" block onClick={onRestart}>
        {t('auth.startAgain')}
      </Button>
    </Welcome>
  );
}
