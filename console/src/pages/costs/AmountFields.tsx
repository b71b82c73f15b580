import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';

/** Those that Relais' users pay in; any other can be typed. */
const USUAL = ['USD', 'EUR', 'XAF', 'GBP', 'CAD', 'XOF', 'CHF'];
const CURRENCIES = [
  ...USUAL,
  ...Intl.supportedValuesOf('currency').filter((currency) => !USUAL.includes(currency)),
];
const OPTIONS = CURRENCIES.map((value) => ({ value, label: value }));
const DECIMAL = /^\d{1,9}([.,]\d{1,6})?$/;

/** What a person writes: a comma is a point in half the world. */
export const amountOf = (text: string): string => text.trim().replace(',', '.');

/** A sum as it is written, exactly, and its currency. */
export function AmountFields({ hint, currencyHint }: { hint?: string; currencyHint?: string }) {
  const { t } = useTranslation();
  return (
    <div className="form-row">
      <Form.Item
        name="amount"
        label={t('costs.amount')}
        extra={hint}
        rules={[{ required: true, pattern: DECIMAL, message: t('costs.amountWrong') }]}
      >
        <Input inputMode="decimal" autoComplete="off" />
      </Form.Item>
      <Form.Item name="currency" label={t('costs.currency')} extra={currencyHint}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={OPTIONS} />
      </Form.Item>
    </div>
  );
}
