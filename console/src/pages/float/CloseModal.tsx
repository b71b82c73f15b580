import { useMutation } from '@tanstack/react-query';
import { DatePicker, Form, Input, InputNumber, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { francsInput } from '../../ui/francsInput.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

interface Props {
  sim: FloatSim;
  open: boolean;
  onClose: () => void;
}

interface Values {
  day: Dayjs;
  statementBalance?: number | null;
  note?: string;
}

/** Closes a day that is over, beside what the operator's statement says. */
export function CloseModal({ sim, open, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<Values>();
  const closing = useMutation({
    mutationFn: ({ day, statementBalance, note }: Values) =>
      floatApi.close(sim.id, {
        day: day.format('YYYY-MM-DD'),
        statementBalance: statementBalance ?? null,
        note: note?.trim() ?? '',
      }),
    onSuccess: async () => {
      done(t('float.close.done'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['float'] });
    },
  });
  return (
    <Modal
      open={open}
      title={t('float.close.title')}
      okText={t('float.close.save')}
      cancelText={t('common.cancel')}
      confirmLoading={closing.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterClose={closing.reset}
      destroyOnHidden
    >
      <div className="stack">
        <p>{t('float.close.text')}</p>
        <Form<Values>
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          initialValues={{ day: dayjs().subtract(1, 'day') }}
          onFinish={(values) => closing.mutate(values)}
        >
          <FormProblems
            error={closing.error}
            fieldOfCode={{ float_day_closed: 'day', float_day_ahead: 'day' }}
          />
          <Form.Item
            name="day"
            label={t('float.close.day')}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <DatePicker className="grow-block" maxDate={dayjs()} allowClear={false} />
          </Form.Item>
          <Form.Item
            name="statementBalance"
            label={t('float.close.statement')}
            extra={t('float.close.statementHint')}
          >
            <InputNumber<number> {...francsInput} min={0} className="grow-block" />
          </Form.Item>
          <Form.Item name="note" label={t('float.close.note')}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
