import { useMutation } from '@tanstack/react-query';
import { DatePicker, Form, Input, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../api/queryClient.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

/** Which day is closed, and what was noted. */
export interface ClosedDay {
  day: string;
  note: string;
}

interface Props<Counted> {
  title: string;
  text: string;
  /** @param counted what the fields of the statements hold. */
  close: (closed: ClosedDay, counted: Counted) => Promise<unknown>;
  /** Fields for what the operators' statements say. */
  children: ReactNode;
  open: boolean;
  onClose: () => void;
}

/** Closes a day that is over, beside what the operators' statements say. */
export function CloseDayModal<Counted>({ title, text, close, children, open, onClose }: Props<Counted>) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm();
  const closing = useMutation({
    mutationFn: ({ day, note, ...counted }: { day: Dayjs; note?: string }) =>
      close({ day: day.format('YYYY-MM-DD'), note: note?.trim() ?? '' }, counted as Counted),
    onSuccess: async () => {
      done(t('float.close.done'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['float'] });
    },
  });
  return (
    <Modal
      open={open}
      title={title}
      okText={t('float.close.save')}
      cancelText={t('common.cancel')}
      confirmLoading={closing.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterClose={closing.reset}
      destroyOnHidden
    >
      <div className="stack">
        <p>{text}</p>
        <Form
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
          {children}
          <Form.Item name="note" label={t('float.close.note')}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
