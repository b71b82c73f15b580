import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { auth } from '../../api/auth.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { QrImage } from '../../ui/QrImage.tsx';
import { Copyable } from '../../ui/texts.tsx';

interface Props {
  /** The otpauth: address; null closes. */
  totpUri: string | null;
  onEnrolled: () => Promise<void>;
  onClose: () => void;
}

/** Shows the key to the authenticator application, drawn here, and takes its first code. */
export function EnrolModal({ totpUri, onEnrolled, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ code: string }>();
  const verifying = useMutation({
    mutationFn: ({ code }: { code: string }) => auth.verifyTotp(code.trim()),
    onSuccess: onEnrolled,
  });
  const key = totpUri ? new URL(totpUri).searchParams.get('secret') : null;
  const close = () => {
    verifying.reset();
    onClose();
  };
  return (
    <Modal
      open={totpUri !== null}
      title={t('settings.security.scanTitle')}
      okText={t('settings.security.confirmCode')}
      cancelText={t('common.cancel')}
      confirmLoading={verifying.isPending}
      onOk={form.submit}
      onCancel={close}
      mask={{ closable: false }}
      destroyOnHidden
    >
      <div className="stack">
        <p>{t('settings.security.scanText')}</p>
        {totpUri && <QrImage text={totpUri} alt={t('settings.security.qrAlt')} />}
        {key && (
          <p className="muted small">
            {t('settings.security.manualKey')} <Copyable text={key} />
          </p>
        )}
        <Form form={form} layout="vertical" requiredMark={false} preserve={false} onFinish={verifying.mutate}>
          <ErrorNotice error={verifying.error} />
          <Form.Item
            name="code"
            label={t('settings.security.code')}
            rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: t('auth.codeFormat') }]}
            validateTrigger="onSubmit"
          >
            <Input className="code-input" inputMode="numeric" autoComplete="one-time-code" />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
