import { useMutation } from '@tanstack/react-query';
import { Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { boxes as boxesApi } from '../../api/boxes.ts';
import type { Box, BoxLimits } from '../../api/boxTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useReason } from '../../ui/ActionButton.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { francsInput } from '../../ui/francsInput.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { boxName } from './logic/boxState.ts';

interface Values extends BoxLimits {
  label: string;
  location: string;
}

const LIMITS: [name: 'maxPerMinute' | 'maxPerDay', max: number][] = [
  ['maxPerMinute', 10_000],
  ['maxPerDay', 1_000_000],
];

/** What people call a box, where it stands, and how much it may do. */
export function BoxDrawer({ box, open, onClose }: { box: Box; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: ({ label, location, ...limits }: Values) =>
      boxesApi.update(box.id, {
        label: label.trim(),
        location: location.trim(),
        limits: {
          maxPerMinute: limits.maxPerMinute ?? null,
          maxPerDay: limits.maxPerDay ?? null,
          maxAmount: limits.maxAmount ?? null,
        },
      }),
    onSuccess: async () => {
      done(t('common.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['boxes'] });
    },
  });
  const { label, location, limits } = box;
  const blocked = useReason('money:rules');
  return (
    <FormDrawer<Values>
      open={open}
      title={t('boxes.edit.title', { name: boxName(box) })}
      submit={t('common.save')}
      initialValues={{ label, location, ...limits }}
      saving={saving}
      onClose={onClose}
    >
      <Form.Item name="label" label={t('boxes.label')} extra={t('boxes.new.labelHint')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="location" label={t('boxes.location')}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <h3>{t('boxes.limits.title')}</h3>
      <p className="muted small form-text">{t('boxes.limits.text')}</p>
      <div className="form-row">
        {LIMITS.map(([name, max]) => (
          <Form.Item key={name} name={name} label={t(`boxes.limits.${name}`)}>
            <InputNumber min={1} max={max} precision={0} placeholder={t('boxes.facts.noLimit')} />
          </Form.Item>
        ))}
      </div>
      <Form.Item name="maxAmount" label={t('boxes.limits.maxAmount')} extra={blocked}>
        <InputNumber<number>
          {...francsInput}
          min={1}
          placeholder={t('boxes.facts.noLimit')}
          disabled={blocked !== null}
        />
      </Form.Item>
    </FormDrawer>
  );
}
