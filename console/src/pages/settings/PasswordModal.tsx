import { Form, Input, Modal } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';

interface Props {
  open: boolean;
  title: string;
  text?: string;
  submit: string;
  danger?: boolean;
  acting: { mutate: (password: string) => void; isPending: boolean; error: Error | null; reset: () => void };
  onClose: () => void;
}

/** Asks for the password again before something that guards the account is changed. */
export function PasswordModal({ open, title, text, submit, danger, acting, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ password: string }>();
  const { reset } = acting;
  useEffect(() => {
    if (open) reset();
  }, [open, reset]);
  return (
    <Modal
      open={open}
      title={title}
      okText={submit}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger }}
      confirmLoading={acting.isPending}
      onOk={form.submit}
      onCancel={onClose}
      destroyOnHidden
    >
      {text && <p>{text}</p>}
      <Form
        form={form}
        name="confirm"
        layout="vertical"
        requiredMark={false}
        preserve={false}
        className="section-form"
        onFinish={({ password }) => acting.mutate(password)}
      >
        <ErrorNotice error={acting.error} />
        <Form.Item
          name="password"
          label={t('settings.security.passwordToConfirm')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Input.Password autoFocus autoComplete="current-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
