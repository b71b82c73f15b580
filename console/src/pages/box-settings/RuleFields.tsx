import { Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { francsInput } from '../../ui/francsInput.ts';

/** What people decide about money, as fields of a form. */
export function RuleFields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t('common.required') }];
  const minutes = t('boxSettings.rules.minutes');
  return (
    <div className="settings-grid is-roomy">
      <Form.Item
        name={['rules', 'maxAmount']}
        label={t('boxSettings.rules.maxAmount')}
        extra={t('boxSettings.rules.maxAmountHint')}
        rules={required}
      >
        <InputNumber<number> {...francsInput} min={1} max={1_000_000_000} />
      </Form.Item>
      <Form.Item
        name={['rules', 'twoPeopleAbove']}
        label={t('boxSettings.rules.twoPeopleAbove')}
        extra={t('boxSettings.rules.twoPeopleHint')}
      >
        <InputNumber<number> {...francsInput} min={1} />
      </Form.Item>
      <Form.Item
        name={['rules', 'lookAlikeMinutes']}
        label={t('boxSettings.rules.lookAlikeMinutes')}
        extra={t('boxSettings.rules.lookAlikeHint')}
        rules={required}
      >
        <InputNumber min={0} max={10_080} precision={0} suffix={minutes} />
      </Form.Item>
      <Form.Item
        name={['rules', 'expireAfterMinutes']}
        label={t('boxSettings.rules.expireAfterMinutes')}
        extra={t('boxSettings.rules.expireHint')}
      >
        <InputNumber min={1} max={525_600} precision={0} suffix={minutes} />
      </Form.Item>
      <Form.Item
        name={['rules', 'region']}
        label={t('boxSettings.rules.region')}
        extra={t('boxSettings.rules.regionHint')}
      >
        <CountrySelect />
      </Form.Item>
    </div>
  );
}
