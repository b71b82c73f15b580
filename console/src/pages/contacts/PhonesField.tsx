import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { LIMITS, PHONES_MAX } from '../../../../server/modules/contacts/model.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { phoneText } from '../../ui/format.ts';
import type { ContactForm, PhoneField } from './contactForm.ts';

/** A contact's numbers: as many as there are, one of them the primary one. */
export function PhonesField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<ContactForm>();
  const phones = Form.useWatch('phones', form) ?? [];

  const choosePrimary = (place: number) =>
    form.setFieldValue(
      'phones',
      phones.map((phone, index) => ({ ...phone, isPrimary: index === place })),
    );
  const removeAt = (place: number) => {
    const left = phones.filter((_phone, index) => index !== place);
    const first = left.findIndex((phone) => phone.isPrimary);
    form.setFieldValue(
      'phones',
      left.map((phone, index) => ({ ...phone, isPrimary: index === Math.max(first, 0) })),
    );
  };
  return (
    <fieldset className="phones-field">
      <legend>{t('contacts.numbers')}</legend>
      <Form.List name="phones">
        {(fields, { add }) => (
          <>
            {fields.map(({ key, name }) => (
              <PhoneRow
                key={key}
                place={name}
                phone={phones[name] ?? {}}
                isOnly={fields.length === 1}
                onPrimary={() => choosePrimary(name)}
                onRemove={() => removeAt(name)}
              />
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              disabled={fields.length >= PHONES_MAX}
              onClick={() => add({})}
            >
              {t('contacts.addNumber')}
            </Button>
          </>
        )}
      </Form.List>
      <p className="muted small">
        {t('contacts.numbersHint')} {phones.length > 1 && t('contacts.primaryHint')}
      </p>
    </fieldset>
  );
}

interface RowProps {
  place: number;
  phone: PhoneField;
  isOnly: boolean;
  onPrimary: () => void;
  onRemove: () => void;
}

function PhoneRow({ place, phone, isOnly, onPrimary, onRemove }: RowProps) {
  const { t } = useTranslation();
  const shown = place + 1;
  return (
    <div className="phone-row">
      <Form.Item name={[place, 'id']} hidden>
        <Input />
      </Form.Item>
      <Form.Item name={[place, 'isPrimary']} hidden valuePropName="checked">
        <Radio />
      </Form.Item>
      <Form.Item
        className="phone-row-number"
        name={[place, 'phoneNumber']}
        normalize={(text: string) => text}
        getValueProps={(value?: string) => ({ value: phone.id ? phoneText(value ?? '') : value })}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input
          type="tel"
          inputMode="tel"
          maxLength={60}
          autoComplete="off"
          readOnly={Boolean(phone.id)}
          variant={phone.id ? 'filled' : 'outlined'}
          aria-label={t('contacts.numberOf', { place: shown })}
          placeholder={t('contacts.number')}
        />
      </Form.Item>
      <Form.Item className="phone-row-label" name={[place, 'label']}>
        <Input
          maxLength={LIMITS.label}
          autoComplete="off"
          aria-label={t('contacts.labelOf', { place: shown })}
          placeholder={t('contacts.labelExample')}
        />
      </Form.Item>
      <ActionButton
        type="text"
        icon={<DeleteOutlined />}
        blockedBecause={isOnly && t('contacts.lastNumber')}
        aria-label={t('contacts.removeNumber', { place: shown })}
        onClick={onRemove}
      />
      {!isOnly && (
        <Radio
          className="phone-row-primary"
          checked={Boolean(phone.isPrimary)}
          aria-label={t('contacts.primaryOf', { place: shown })}
          onChange={onPrimary}
        >
          {t('contacts.primary')}
        </Radio>
      )}
    </div>
  );
}
