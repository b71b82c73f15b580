import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Recording, recordings, recordingsChanged } from '../../api/recordings.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useNotify } from '../../ui/useNotify.ts';

const REASON_MAX = 500;

/** Asks why a recording must be kept, and keeps it. */
export function HoldForm({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<{ reason: string }>();
  const holding = useMutation({
    mutationFn: ({ reason }: { reason: string }) => recordings.hold(recording.id, reason.trim()),
    onSuccess: () => {
      done(t('calls.player.holdStarted'));
      onClose();
      return recordingsChanged();
    },
  });
  return (
    <Modal
      open
      centered
      width={440}
      title={t('calls.player.holdTitle')}
      okText={t('calls.player.holdStart')}
      cancelText={t('common.cancel')}
      confirmLoading={holding.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterOpenChange={(open) => open && form.getFieldInstance('reason')?.focus()}
      destroyOnHidden
    >
      <p className="section-text">{t('calls.player.holdText')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={holding.mutate}>
        <ErrorNotice error={holding.error} />
        <Form.Item
          name="reason"
          label={t('calls.player.holdReason')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input.TextArea
            placeholder={t('calls.player.holdPlaceholder')}
            autoSize={{ minRows: 2, maxRows: 6 }}
            maxLength={REASON_MAX}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
