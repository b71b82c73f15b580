import { useMutation, useQuery } from '@tanstack/react-query';
import { DatePicker, Form, Input, InputNumber, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../api/boxTypes.ts';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { francsInput } from '../../ui/francsInput.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { Operator, useSlotName } from '../boxes/boxTexts.tsx';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

/** Closes a day of a whole box, as whoever stands beside it with the statements in hand does. */
export function CloseBoxButton({ box }: { box: Box }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    queryKey: keys.float,
    queryFn: floatApi.sims,
    enabled: may('transactions:read'),
  });
  const sims = (data?.sims ?? []).filter((sim) => sim.box.id === box.id && sim.floatKnownSince);
  return (
    <>
      <ActionButton
        size="small"
        permission="float:manage"
        blockedBecause={data && sims.length === 0 && t('float.notCounted')}
        onClick={() => setOpen(true)}
      >
        {t('float.close.open')}
      </ActionButton>
      <CloseBoxModal box={box} sims={sims} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface Props {
  box: Box;
  sims: FloatSim[];
  open: boolean;
  onClose: () => void;
}

interface Values {
  day: Dayjs;
  statements?: Record<string, number | null>;
  note?: string;
}

function CloseBoxModal({ box, sims, open, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const slotName = useSlotName();
  const [form] = Form.useForm<Values>();
  const closing = useMutation({
    mutationFn: ({ day, statements = {}, note }: Values) =>
      floatApi.closeBox(box.id, {
        day: day.format('YYYY-MM-DD'),
        statements: Object.entries(statements).flatMap(([simId, statementBalance]) =>
          typeof statementBalance === 'number' ? [{ simId, statementBalance }] : [],
        ),
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
      title={t('floatAlerts.closeBox', { name: box.label || box.callboxId })}
      okText={t('float.close.save')}
      cancelText={t('common.cancel')}
      confirmLoading={closing.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterClose={closing.reset}
      destroyOnHidden
    >
      <div className="stack">
        <p>{t('floatAlerts.closeBoxText')}</p>
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
          {sims.map((sim) => (
            <Form.Item
              key={sim.id}
              name={['statements', sim.id]}
              label={
                <>
                  <Operator operator={sim.operator} /> {slotName(sim.slot)} · {t('float.close.statement')}
                </>
              }
            >
              <InputNumber<number> {...francsInput} min={0} className="grow-block" />
            </Form.Item>
          ))}
          <Form.Item name="note" label={t('float.close.note')}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
