import { useMutation } from '@tanstack/react-query';
import { Checkbox, Form, Input, InputNumber, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { integrations, type NewIntegration } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Integration } from '../../api/textTypes.ts';
import type { Provider } from '../../api/types.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { AccountFields, accountField } from './AccountFields.tsx';
import { FormProblems } from './FormProblems.tsx';
import { LastStep } from './LastStep.tsx';
import { PhoneField } from './PhoneField.tsx';
import { WebhookAddresses } from './WebhookAddresses.tsx';

interface Values extends Omit<NewIntegration, 'integration_type' | 'provider_account_id'> {
  account?: 'known' | 'new';
  telnyx_account?: string;
  twilio_account?: string;
}

/** The field that an answer of the API is about. */
export const FIELD_OF_CODE = {
  integration_credentials_invalid: 'api_key',
  integration_api_key_invalid: 'api_key',
  integration_number_invalid: 'phone_number',
  integration_exists: 'phone_number',
  integration_taken: 'phone_number',
  invalid_phone_number: 'phone_number',
} as const;

function toIntegration({ account: _, telnyx_account, twilio_account, ...rest }: Values): NewIntegration {
  const known = rest.provider === 'twilio' ? twilio_account : telnyx_account;
  return { ...rest, integration_type: 'sms', ...(known ? { provider_account_id: known } : {}) };
}

/** Adds a number that exists at a provider. */
export function AddNumberDrawer({
  phoneNumber,
  onClose,
}: {
  /** What the field holds at first; null: closed. */
  phoneNumber: string | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [unfinished, setUnfinished] = useState<Integration | null>(null);
  const saving = useMutation({
    mutationFn: (values: Values) => integrations.create(toIntegration(values)),
    onSuccess: async ({ integration }, values) => {
      if (values.configure_webhook === false) setUnfinished(integration);
      else done(t('texts.numbers.added', { name: integration.name }));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.integrations });
    },
  });
  return (
    <>
      <FormDrawer<Values>
        open={phoneNumber !== null}
        title={t('texts.numbers.addTitle')}
        submit={t('texts.numbers.addSubmit')}
        initialValues={{
          provider: 'twilio',
          phone_number: phoneNumber ?? '',
          configure_webhook: true,
        }}
        saving={{ ...saving, error: null }}
        onClose={onClose}
      >
        <FormProblems
          error={saving.error}
          fieldOfCode={FIELD_OF_CODE}
          words={{
            integration_credentials_invalid: t('texts.numbers.refused.twilio'),
            integration_api_key_invalid: t('texts.numbers.refused.telnyx'),
          }}
        />
        <AddFields />
      </FormDrawer>
      <LastStep integration={unfinished} onClose={() => setUnfinished(null)} />
    </>
  );
}

function AddFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const provider: Provider = Form.useWatch('provider', form) ?? 'twilio';
  return (
    <>
      <Form.Item name="provider" label={t('common.provider')}>
        <Radio.Group
          optionType="button"
          options={(['twilio', 'telnyx'] as const).map((value) => ({
            value,
            label: t(`common.providers.${value}`),
          }))}
        />
      </Form.Item>
      <AccountFields provider={provider} />
      <PhoneField label={t('texts.numbers.phone')} />
      <NameAndRate />
      <WebhookField provider={provider} />
      <Form.Item name="is_default" valuePropName="checked">
        <Checkbox>{t('texts.numbers.useAsDefault')}</Checkbox>
      </Form.Item>
      <p className="muted small">{t('settings.accounts.stored')}</p>
    </>
  );
}

export function NameAndRate() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="name"
        label={t('common.name')}
        extra={t('texts.numbers.nameHint')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="messages_per_second"
        label={t('texts.numbers.rate')}
        extra={t('texts.numbers.rateHint')}
      >
        <InputNumber min={0.01} max={1000} step={1} />
      </Form.Item>
    </>
  );
}

function WebhookField({ provider }: { provider: Provider }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const byHand = Form.useWatch('configure_webhook', form) === false;
  const account = Form.useWatch(accountField(provider), form) ?? null;
  return (
    <Form.Item extra={byHand ? t('texts.numbers.webhookByHand') : t('texts.numbers.webhookHint')}>
      <Form.Item name="configure_webhook" valuePropName="checked" noStyle>
        <Checkbox>{t('texts.numbers.webhook')}</Checkbox>
      </Form.Item>
      {byHand && <WebhookAddresses provider={provider} accountId={account} />}
    </Form.Item>
  );
}
