import { Button, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { PhoneNumber } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { closeDialler } from '../dialStore.ts';
import { readDialled, regionOf } from '../logic/dialInput.ts';
import { readiness } from '../logic/machine.ts';
import { usePhone } from '../phone.ts';
import { useCompanyCountry } from '../useOurNumbers.ts';
import type { DialForm } from './Dialler.tsx';

/** Which of our numbers the other side sees. */
export function FromField({ numbers }: { numbers: PhoneNumber[] }) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name="from"
      label={t('calls.dial.from')}
      rules={[{ required: true, message: t('common.required') }]}
      hidden={numbers.length === 1}
    >
      <Select
        loading={!numbers.length}
        showSearch={numbers.length > 8 ? { optionFilterProp: 'label' } : false}
        options={numbers.map(({ phoneNumber, gigName }) => ({
          value: phoneNumber,
          label: [phoneText(phoneNumber), gigName].filter(Boolean).join(' · '),
        }))}
      />
    </Form.Item>
  );
}

/** With what the person speaks; the telephone's number where it is one. */
export function ViaField({ numbers }: { numbers: PhoneNumber[] }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<DialForm>();
  const via = Form.useWatch('via', form) ?? 'browser';
  const from: string | undefined = Form.useWatch('from', form);
  const state = usePhone();
  const provider = numbers.find(({ phoneNumber }) => phoneNumber === from)?.provider;
  const browser = (provider && state.drivers[provider]) ?? readiness({ ...state, drivers: {} });
  return (
    <>
      <Form.Item
        name="via"
        label={t('calls.dial.via')}
        extra={
          via === 'phone'
            ? t('calls.dial.phoneHint')
            : browser === 'ready'
              ? t('calls.dial.browserHint')
              : t(`calls.browserStates.${browser}`)
        }
      >
        <Radio.Group
          block
          optionType="button"
          options={(['browser', 'phone'] as const).map((value) => ({
            value,
            label: t(`calls.dial.${value}`),
          }))}
        />
      </Form.Item>
      {via === 'phone' && <AgentPhoneField />}
    </>
  );
}

function AgentPhoneField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<DialForm>();
  const from: string | undefined = Form.useWatch('from', form);
  const typed: string = Form.useWatch('agentPhone', form) ?? '';
  const region = regionOf(from, useCompanyCountry());
  const read = readDialled(typed, region);
  return (
    <Form.Item
      name="agentPhone"
      label={t('calls.dial.agentPhone')}
      extra={read ? phoneText(read) : t('calls.dial.agentPhoneHint')}
      validateTrigger="onBlur"
      rules={[
        { required: true, whitespace: true, message: t('calls.dial.agentPhoneNeeded') },
        {
          validator: (_, text: string) =>
            !text?.trim() || readDialled(text, region)
              ? Promise.resolve()
              : Promise.reject(new Error(t('texts.numbers.phoneForm'))),
        },
      ]}
    >
      <Input inputMode="tel" autoComplete="tel" maxLength={40} />
    </Form.Item>
  );
}

/** Nobody can be called from nowhere. */
export function NoNumbers() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <EmptyState
      title={t('calls.dial.noNumbers')}
      action={
        <Button
          type="primary"
          onClick={() => {
            closeDialler();
            void navigate(paths.buyNumber());
          }}
        >
          {t('calls.dial.buyNumber')}
        </Button>
      }
    />
  );
}
