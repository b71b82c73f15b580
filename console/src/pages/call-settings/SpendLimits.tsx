import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SpentToday } from '../../../../server/modules/calls/model.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { budgetsOf } from './logic/settings.ts';

const LIMITS_MAX = 10;

/** What may be spent in a day, currency by currency, and what has been. */
export function SpendLimits({ spent }: { spent: readonly SpentToday[] }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const kept = Form.useWatch('dailySpendMax');
  const limits = budgetsOf(kept ?? null);
  const unlimited = spent.filter(({ currency }) => !limits.some((limit) => limit.currency === currency));
  const amounts = spent.map(money).join(', ');
  return (
    <Form.Item label={t('callRules.settings.spend')} extra={t('callRules.settings.spendHint')}>
      <Form.List name="dailySpendMax">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <SpendLimit key={key} name={name} onRemove={() => remove(name)} />
            ))}
            {fields.length < LIMITS_MAX && (
              <Button icon={<PlusOutlined />} onClick={() => add({ amount: null, currency: '' })}>
                {t('callRules.settings.addSpend')}
              </Button>
            )}
          </>
        )}
      </Form.List>
      {amounts !== '' && <p className="muted small">{t('callRules.settings.spentToday', { amounts })}</p>}
      {limits.length > 0 &&
        unlimited.map(({ currency }) => (
          <Alert
            key={currency}
            type="warning"
            showIcon
            title={t('callRules.settings.spendUnlimited', { currency })}
          />
        ))}
    </Form.Item>
  );
}

function SpendLimit({ name, onRemove }: { name: number; onRemove: () => void }) {
  const { t } = useTranslation();
  const message = t('callRules.settings.spendForm');
  return (
    <div className="spend-line">
      <Form.Item name={[name, 'amount']} noStyle rules={[{ required: true, message }]}>
        <InputNumber min={0} max={1_000_000} aria-label={t('callRules.settings.spendAmount')} />
      </Form.Item>
      <Form.Item
        name={[name, 'currency']}
        noStyle
        rules={[
          { required: true, pattern: /^[A-Z]{3}$/, message },
          ({ getFieldValue }) => ({
            validator: (_rule, currency: string) =>
              budgetsOf(getFieldValue('dailySpendMax')).filter((limit) => limit?.currency === currency)
                .length > 1
                ? Promise.reject(new Error(t('callRules.settings.spendTwice', { currency })))
                : Promise.resolve(),
          }),
        ]}
        normalize={(text: string) => text.toUpperCase()}
      >
        <Input aria-label={t('callRules.settings.currency')} placeholder="USD" maxLength={3} />
      </Form.Item>
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t('callRules.settings.removeSpend')}
        onClick={onRemove}
      />
    </div>
  );
}
