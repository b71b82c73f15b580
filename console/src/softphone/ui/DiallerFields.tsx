import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { callSettings } from '../../api/calls.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { PhoneNumber } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { closeDialler } from '../dialStore.ts';
import { readDialled, regionOf } from '../logic/dialInput.ts';
import { readiness } from '../logic/machine.ts';
import type { DialForm } from '../logic/newCall.ts';
import { usePhone } from '../phone.ts';
import { useCompanyCountry } from '../useOurNumbers.ts';

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

/** Whether the call is recorded, beginning with what the company's rules say; who may not read them leaves it to them. */
export function RecordField() {
  const { t } = useTranslation();
  const may = useMay();
  const form = Form.useFormInstance<DialForm>();
  const isRecorded = Form.useWatch('record', form) ?? false;
  const { data } = useQuery({
    queryKey: keys.callSettings,
    queryFn: callSettings.get,
    enabled: may('calls:read'),
  });
  if (!data) return null;
  return (
    <Form.Item
      name="record"
      valuePropName="checked"
      initialValue={data.settings.defaultRecord}
      extra={isRecorded ? t('calls.dial.recordHint') : undefined}
    >
      <Checkbox>{t('calls.dial.record')}</Checkbox>
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
