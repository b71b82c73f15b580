import { useMutation } from '@tanstack/react-query';
import { Form, Input, InputNumber, Modal } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { float as floatApi, type NewEntry } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { francsText } from '../../ui/format.ts';
import { francsInput } from '../../ui/francsInput.ts';
import { createIntent } from '../../ui/intent.ts';
import { randomId } from '../../ui/randomId.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

export type Booking = 'opening' | 'supply' | 'adjustment';

interface Props {
  sim: FloatSim;
  /** Null closes. */
  booking: Booking | null;
  onClose: () => void;
}

interface Values {
  amount: number;
  reason?: string;
}

/** A person's entry: money put on the SIM, or a count put right. Nothing that was booked is ever changed. */
export function BookModal({ sim, booking, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<Values>();
  const kind = booking ?? 'supply';
  const intent = useRef(createIntent<NewEntry>(randomId));
  const saving = useMutation({
    mutationFn: ({ amount, reason }: Values) => {
      const entry = { kind, amount, reason: reason?.trim() || t(`float.entries.kinds.${kind}`) };
      return floatApi.book(sim.id, entry, intent.current.keyOf(entry));
    },
    onSuccess: async () => {
      intent.current.end();
      done(t('float.book.done'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['float'] });
    },
  });
  const amount: number | null = Form.useWatch('amount', form) ?? null;
  return (
    <Modal
      open={booking !== null}
      title={t(`float.book.titles.${kind}`)}
      okText={t('float.book.save')}
      cancelText={t('common.cancel')}
      confirmLoading={saving.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterClose={saving.reset}
      destroyOnHidden
    >
      <div className="stack">
        <p>{t(`float.book.texts.${kind}`)}</p>
        <Form<Values>
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          onFinish={(values) => saving.mutate(values)}
        >
          <FormProblems error={saving.error} fieldOfCode={{}} />
          <Form.Item
            name="amount"
            label={t(`float.book.amounts.${kind}`)}
            extra={
              amount !== null &&
              kind !== 'opening' &&
              t('float.book.afterwards', { amount: francsText(sim.available + amount) })
            }
            rules={[
              { required: true, message: t('common.required') },
              {
                validator: (_, value?: number) =>
                  value === 0 && kind !== 'opening'
                    ? Promise.reject(new Error(t('float.book.notZero')))
                    : Promise.resolve(),
              },
            ]}
          >
            <InputNumber<number>
              {...francsInput}
              autoFocus
              className="grow-block"
              min={kind === 'adjustment' ? undefined : 0}
            />
          </Form.Item>
          <Form.Item
            name="reason"
            label={t('float.book.reason')}
            rules={
              kind === 'adjustment'
                ? [{ required: true, whitespace: true, message: t('common.required') }]
                : []
            }
          >
            <Input maxLength={500} placeholder={t(`float.book.reasons.${kind}`)} />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
