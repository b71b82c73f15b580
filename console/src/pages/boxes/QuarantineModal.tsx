import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { boxes as boxesApi } from '../../api/boxes.ts';
import type { Box } from '../../api/boxTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { boxName } from './logic/boxState.ts';

interface Props {
  box: Box;
  open: boolean;
  onClose: () => void;
}

/** Takes a box out of the work until a person lets it back; the reason stays with it. */
export function QuarantineModal({ box, open, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<{ reason: string }>();
  const acting = useMutation({
    mutationFn: ({ reason }: { reason: string }) =>
      boxesApi.update(box.id, { quarantine: { reason: reason.trim() } }),
    onSuccess: async () => {
      done(t('boxes.quarantine.done'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['boxes'] });
    },
  });
  return (
    <Modal
      open={open}
      title={t('boxes.quarantine.title', { name: boxName(box) })}
      okText={t('boxes.quarantine.confirm')}
      cancelText={t('common.cancel')}
      confirmLoading={acting.isPending}
      onOk={form.submit}
      onCancel={onClose}
      destroyOnHidden
    >
      <div className="stack">
        <p>{t('boxes.quarantine.text')}</p>
        <ErrorNotice error={acting.error} />
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          onFinish={(values) => acting.mutate(values)}
        >
          <Form.Item
            name="reason"
            label={t('boxes.quarantine.reason')}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input.TextArea
              autoFocus
              maxLength={500}
              autoSize={{ minRows: 2, maxRows: 5 }}
              placeholder={t('boxes.quarantine.reasonExample')}
            />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
