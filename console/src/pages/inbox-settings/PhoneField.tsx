import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { phoneText } from '../../ui/format.ts';
import { readPhone } from './phone.ts';
import { useInboxSettings } from './useInboxSettings.ts';

/** A number as people write it; says how it is read. */
export function PhoneField({ label, disabled }: { label: string; disabled?: boolean }) {
  const { t } = useTranslation();
  const region = useInboxSettings().data?.settings.region_in_force ?? 'FR';
  const form = Form.useFormInstance();
  const written = String(Form.useWatch('phone_number', form) ?? '');
  const read = readPhone(written, region);
  return (
    <Form.Item
      name="phone_number"
      label={label}
      extra={read ? t('texts.numbers.phoneReads', { number: phoneText(read) }) : t('texts.numbers.phoneHint')}
      validateTrigger="onBlur"
      rules={[
        { required: true, whitespace: true, message: t('common.required') },
        {
          validator: (_, text: string) =>
            !text?.trim() || readPhone(text, region)
              ? Promise.resolve()
              : Promise.reject(new Error(t('texts.numbers.phoneForm'))),
        },
      ]}
    >
      <Input inputMode="tel" autoComplete="off" maxLength={40} disabled={disabled} />
    </Form.Item>
  );
}
