import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Provider } from '../../api/types.ts';

/** What a provider's console shows and Relais needs. */
export function CredentialFields({ provider }: { provider: Provider }) {
  return provider === 'twilio' ? <TwilioFields /> : <TelnyxFields />;
}

function TwilioFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="account_id"
        label={t('texts.numbers.accountSid')}
        extra={t('settings.accounts.accountSidHint')}
        normalize={(value: string) => value.trim()}
        validateTrigger="onBlur"
        rules={[
          { required: true, pattern: /^AC[0-9a-fA-F]{32}$/, message: t('settings.accounts.accountSidForm') },
        ]}
      >
        <Input autoComplete="off" spellCheck={false} />
      </Form.Item>
      <SecretField
        name="api_key"
        label={t('texts.numbers.authToken')}
        hint={t('settings.accounts.authTokenHint')}
      />
    </>
  );
}

function TelnyxFields() {
  const { t } = useTranslation();
  return (
    <>
      <SecretField
        name="api_key"
        label={t('texts.numbers.apiKey')}
        hint={t('settings.accounts.apiKeyHint')}
      />
      <SecretField
        name="public_key"
        label={t('texts.numbers.publicKey')}
        hint={t('settings.accounts.publicKeyHint')}
      />
    </>
  );
}

function SecretField({ name, label, hint }: { name: string; label: string; hint: string }) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      extra={hint}
      rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      normalize={(value: string) => value.trim()}
    >
      <Input.Password autoComplete="new-password" spellCheck={false} />
    </Form.Item>
  );
}
