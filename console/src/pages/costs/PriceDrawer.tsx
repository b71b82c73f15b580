import { useMutation } from '@tanstack/react-query';
import { DatePicker, Form, Input, Segmented, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { COST_KINDS, DIRECTIONS } from '../../../../server/modules/billing/model.ts';
import { type CostKind, costs, type OwnPrice, type PriceInput, type PriceRule } from '../../api/costs.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';
import { AmountFields, amountOf } from './AmountFields.tsx';

type Where = 'anywhere' | 'country' | 'prefix';
interface Values extends Omit<PriceInput, 'validFrom'> {
  where: Where;
  validFrom: Dayjs;
}

const NUMBER_TYPES = ['local', 'mobile', 'toll_free', 'national', 'shared_cost'] as const;
const FIELD_OF_CODE = { price_known: 'validFrom' } as const;

/** Writes a price down, or changes one; a row of the starting list is where an own one begins. */
export function PriceDrawer({
  price,
  onClose,
}: {
  price: OwnPrice | PriceRule | 'new' | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = price && price !== 'new' && 'id' in price ? price : null;
  const saving = useMutation({
    mutationFn: (values: Values) =>
      known ? costs.changePrice(known.id, inputOf(values)) : costs.addPrice(inputOf(values)),
    onSuccess: async () => {
      done(t('costs.prices.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.prices });
    },
  });
  return (
    <FormDrawer<Values>
      open={price !== null}
      title={t(known ? 'costs.prices.editTitle' : 'costs.prices.add')}
      submit={t('common.save')}
      initialValues={price ? valuesOf(price) : {}}
      saving={{ ...saving, error: null }}
      onClose={onClose}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <Fields />
    </FormDrawer>
  );
}

function valuesOf(price: OwnPrice | PriceRule | 'new'): Partial<Values> {
  const today = dayjs();
  if (price === 'new')
    return { kind: 'text', direction: 'outbound', where: 'country', currency: 'USD', validFrom: today };
  const where = price.prefix ? 'prefix' : price.country ? 'country' : 'anywhere';
  return { ...price, where, validFrom: 'id' in price ? dayjs(price.validFrom) : today };
}

function inputOf(values: Values): PriceInput {
  const { kind, where, provider, direction, currency } = values;
  return {
    ...{ kind, currency, amount: amountOf(values.amount), provider: provider ?? null },
    direction: kind === 'number' ? null : (direction ?? 'outbound'),
    country: (where === 'country' && values.country) || null,
    prefix: where === 'prefix' ? (values.prefix?.replaceAll(' ', '') ?? null) : null,
    numberType: kind === 'number' ? (values.numberType ?? null) : null,
    validFrom: values.validFrom.format('YYYY-MM-DD'),
    note: values.note ?? '',
  };
}

function Fields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const kind: CostKind = Form.useWatch('kind', form) ?? 'text';
  return (
    <>
      <Form.Item name="kind" label={t('costs.prices.kind')}>
        <Segmented block options={COST_KINDS.map((value) => ({ value, label: t(`costs.kinds.${value}`) }))} />
      </Form.Item>
      {kind === 'number' ? (
        <Form.Item name="numberType" label={t('costs.prices.numberType')}>
          <Select
            allowClear
            placeholder={t('costs.budgets.any')}
            options={NUMBER_TYPES.map((value) => ({ value, label: t(`common.numberTypes.${value}`) }))}
          />
        </Form.Item>
      ) : (
        <Form.Item name="direction" label={t('costs.prices.direction')} initialValue="outbound">
          <Segmented
            block
            options={DIRECTIONS.map((value) => ({ value, label: t(`costs.directions.${value}`) }))}
          />
        </Form.Item>
      )}
      <PlaceFields />
      <Form.Item name="provider" label={t('costs.prices.provider')}>
        <Select
          allowClear
          placeholder={t('costs.prices.anyProvider')}
          options={(['telnyx', 'twilio'] as const).map((value) => ({
            value,
            label: t(`common.providers.${value}`),
          }))}
        />
      </Form.Item>
      <AmountFields hint={t(`costs.units.${kind}`)} />
      <Form.Item
        name="validFrom"
        label={t('costs.prices.validFrom')}
        extra={t('costs.prices.validFromHint')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <DatePicker className="wide" allowClear={false} />
      </Form.Item>
      <Form.Item name="note" label={t('costs.prices.note')}>
        <Input maxLength={200} autoComplete="off" placeholder={t('costs.prices.notePlaceholder')} />
      </Form.Item>
    </>
  );
}

/** Anywhere, a country, or the first digits of numbers: the most exact row wins. */
function PlaceFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const where: Where = Form.useWatch('where', form) ?? 'country';
  const required = { required: true, message: t('common.required') };
  return (
    <>
      <Form.Item name="where" label={t('costs.prices.place')} extra={t('costs.prices.placeHint')}>
        <Segmented
          block
          options={(['country', 'prefix', 'anywhere'] as const).map((value) => ({
            value,
            label: t(`costs.prices.where.${value}`),
          }))}
        />
      </Form.Item>
      {where === 'country' && (
        <Form.Item name="country" label={t('costs.prices.where.country')} rules={[required]}>
          <CountrySelect />
        </Form.Item>
      )}
      {where === 'prefix' && (
        <Form.Item
          name="prefix"
          label={t('costs.prices.where.prefix')}
          rules={[{ ...required, pattern: /^\+[1-9][\d ]{0,18}$/, message: t('costs.prices.prefixWrong') }]}
        >
          <Input inputMode="tel" autoComplete="off" placeholder="+336" />
        </Form.Item>
      )}
    </>
  );
}
