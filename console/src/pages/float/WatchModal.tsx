import { useMutation } from '@tanstack/react-query';
import { Form, InputNumber, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { francsInput } from '../../ui/francsInput.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { OperatorSelect } from '../boxes/OperatorSelect.tsx';

interface Props {
  sim: FloatSim;
  open: boolean;
  onClose: () => void;
}

interface Values {
  lowFloatBelow?: number | null;
  operator?: string;
}

/** From where on a SIM counts as low, and which operator it is of. */
export function WatchModal({ sim, open, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<Values>();
  const saving = useMutation({
    mutationFn: ({ lowFloatBelow, operator }: Values) =>
      floatApi.update(sim.id, {
        lowFloatBelow: lowFloatBelow ?? null,
        ...(operator && operator !== sim.operator ? { operator } : {}),
      }),
    onSuccess: async () => {
      done(t('common.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['float'] });
      await queryClient.invalidateQueries({ queryKey: ['boxes'] });
    },
  });
  return (
    <Modal
      open={open}
      title={t('float.watch.title')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      confirmLoading={saving.isPending}
      onOk={form.submit}
      onCancel={onClose}
      destroyOnHidden
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={{ lowFloatBelow: sim.lowFloatBelow, operator: sim.operator ?? undefined }}
        onFinish={(values) => saving.mutate(values)}
      >
        <ErrorNotice error={saving.error} />
        <Form.Item name="lowFloatBelow" label={t('float.watch.below')} extra={t('float.watch.belowHint')}>
          <InputNumber<number> {...francsInput} min={0} className="grow-block" autoFocus />
        </Form.Item>
        <Form.Item name="operator" label={t('boxes.operator')} extra={t('float.watch.operatorHint')}>
          <OperatorSelect />
        </Form.Item>
      </Form>
    </Modal>
  );
}
