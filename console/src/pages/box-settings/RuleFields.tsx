import { Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useReason } from '../../ui/ActionButton.tsx';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { francsInput } from '../../ui/francsInput.ts';

/** What people decide about money, as fields of a form. */
export function RuleFields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t('common.required') }];
  const minutes = t('boxSettings.rules.minutes');
  const blocked = useReason('money:rules');
  // Without it the form decides, which is locked for whoever may change nothing here.
  const locked = blocked ? { disabled: true } : {};
  return (
    <div className="settings-grid is-roomy">
      <Form.Item
        name={['rules', 'maxAmount']}
        label={t('boxSettings.rules.maxAmount')}
        extra={<Hint text={t('boxSettings.rules.maxAmountHint')} blocked={blocked} />}
        rules={required}
      >
        <InputNumber<number> {...francsInput} min={1} max={1_000_000_000} {...locked} />
      </Form.Item>
      <Form.Item
        name={['rules', 'twoPeopleAbove']}
        label={t('boxSettings.rules.twoPeopleAbove')}
        extra={<Hint text={t('boxSettings.rules.twoPeopleHint')} blocked={blocked} />}
      >
        <InputNumber<number> {...francsInput} min={1} {...locked} />
      </Form.Item>
      <Form.Item
        name={['rules', 'lookAlikeMinutes']}
        label={t('boxSettings.rules.lookAlikeMinutes')}
        extra={<Hint text={t('boxSettings.rules.lookAlikeHint')} blocked={blocked} />}
        rules={required}
      >
        <InputNumber min={0} max={10_080} precision={0} suffix={minutes} {...locked} />
      </Form.Item>
      <Form.Item
        name={['rules', 'expireAfterMinutes']}
        label={t('boxSettings.rules.expireAfterMinutes')}
        extra={t('boxSettings.rules.expireHint')}
      >
        <InputNumber min={1} max={525_600} precision={0} suffix={minutes} />
      </Form.Item>
      <Form.Item
        name={['rules', 'quarantineAfterFailures']}
        label={t('boxSettings.rules.quarantineAfterFailures')}
        extra={t('boxSettings.rules.quarantineHint')}
        rules={required}
      >
        <InputNumber min={0} max={1000} precision={0} />
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

/** What a field is for, and why it cannot be changed. */
function Hint({ text, blocked }: { text: string; blocked: string | null }) {
  return (
    <>
      {text}
      {blocked && <div>{blocked}</div>}
    </>
  );
}
