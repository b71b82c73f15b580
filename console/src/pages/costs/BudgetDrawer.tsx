import { useMutation } from '@tanstack/react-query';
import { Checkbox, Form, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { BUDGET_PERIODS, COST_KINDS, THRESHOLDS_DEFAULT } from '../../../../server/modules/billing/model.ts';
import { type Budget, type BudgetInput, costs } from '../../api/costs.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { AmountFields, amountOf } from './AmountFields.tsx';
import { useScopes } from './useScopes.ts';

type Values = Omit<BudgetInput, 'thresholds'> & { thresholds: (number | string)[] };

const USUAL: Partial<Values> = {
  ...{ period: 'month', currency: 'USD', thresholds: [...THRESHOLDS_DEFAULT], mailTo: [] },
  ...{ hardStop: false, enabled: true },
};

/** Makes a budget, or changes one. */
export function BudgetDrawer({ budget, onClose }: { budget: Budget | 'new' | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = budget === 'new' ? null : budget;
  const saving = useMutation({
    mutationFn: (values: Values) => (known ? costs.changeBudget(known.id, inputOf(values)) : add(values)),
    onSuccess: async () => {
      done(t('costs.budgets.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.budgets });
    },
  });
  return (
    <FormDrawer<Values>
      open={budget !== null}
      title={known ? t('costs.budgets.editTitle', { name: known.name }) : t('costs.budgets.add')}
      submit={t('common.save')}
      initialValues={known ?? USUAL}
      saving={saving}
      onClose={onClose}
    >
      <Fields />
    </FormDrawer>
  );
}

const add = (values: Values) => costs.addBudget(inputOf(values));

function inputOf(values: Values): BudgetInput {
  const { name, period, currency, hardStop, mailTo, enabled } = values;
  return {
    ...{ name, period, currency, hardStop, mailTo, enabled, amount: amountOf(values.amount) },
    thresholds: values.thresholds.map(Number),
    kind: values.kind ?? null,
    number: values.number ?? null,
    gigId: values.gigId ?? null,
    userId: values.userId ?? null,
  };
}

const isPercent = (value: unknown) =>
  Number.isInteger(Number(value)) && Number(value) >= 1 && Number(value) <= 1000;

function Fields() {
  const { t } = useTranslation();
  const required = { required: true, message: t('common.required') };
  return (
    <>
      <Form.Item name="name" label={t('costs.budgets.name')} rules={[{ ...required, whitespace: true }]}>
        <Input maxLength={100} autoComplete="off" placeholder={t('costs.budgets.namePlaceholder')} />
      </Form.Item>
      <Form.Item name="period" label={t('costs.budgets.period')}>
        <Segmented
          block
          options={BUDGET_PERIODS.map((value) => ({ value, label: t(`costs.periods.${value}`) }))}
        />
      </Form.Item>
      <AmountFields currencyHint={t('costs.budgets.currencyHint')} />
      <ScopeFields />
      <Form.Item
        name="thresholds"
        label={t('costs.budgets.thresholds')}
        extra={t('costs.budgets.thresholdsHint')}
        rules={[
          {
            validator: (_rule, values: unknown[] = []) =>
              values.every(isPercent)
                ? Promise.resolve()
                : Promise.reject(new Error(t('costs.budgets.thresholdsWrong'))),
          },
        ]}
      >
        <Select mode="tags" tokenSeparators={[',', ' ', '%']} maxCount={10} open={false} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="mailTo" label={t('costs.budgets.mailTo')} extra={t('costs.budgets.mailToHint')}>
        <Select mode="tags" tokenSeparators={[',', ';', ' ']} maxCount={10} open={false} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="hardStop" valuePropName="checked" extra={t('costs.budgets.hardStopHint')}>
        <Checkbox>{t('costs.budgets.hardStop')}</Checkbox>
      </Form.Item>
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t('costs.budgets.enabled')}</Checkbox>
      </Form.Item>
    </>
  );
}

/** What it is for: everything, unless something is chosen. */
function ScopeFields() {
  const { t } = useTranslation();
  const scopes = useScopes();
  return (
    <>
      <Form.Item name="kind" label={t('costs.budgets.kind')}>
        <Select
          allowClear
          placeholder={t('costs.budgets.everything')}
          options={COST_KINDS.map((value) => ({ value, label: t(`costs.kinds.${value}`) }))}
        />
      </Form.Item>
      {(['number', 'gigId', 'userId'] as const).map((field) => (
        <Form.Item key={field} name={field} label={t(`costs.budgets.scopes.${field}`)}>
          <Select
            allowClear
            placeholder={t('costs.budgets.any')}
            showSearch={{ optionFilterProp: 'label' }}
            options={scopes[field]}
          />
        </Form.Item>
      ))}
    </>
  );
}
