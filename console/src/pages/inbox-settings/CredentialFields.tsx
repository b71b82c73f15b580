import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Provider } from '../../api/types.ts';

/** What a provider's console shows and Relais needs. Those that are stored are never shown, so an empty field keeps them. */
export function CredentialFields({ provider, isNew }: { provider: Provider; isNew: boolean }) {
  return provider === 'twilio' ? <TwilioFields isNew={isNew} /> : <TelnyxFields isNew={isNew} />;
}

function TwilioFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {isNew && (
        <Form.Item
          name="account_id"
          label={t('texts.numbers.accountSid')}
          extra={t('settings.accounts.accountSidHint')}
          normalize={(value: string) => value.trim()}
          validateTrigger="onBlur"
          rules={[
            {
              required: true,
              pattern: /^AC[0-9a-fA-F]{32}$/,
              message: t('settings.accounts.accountSidForm'),
            },
          ]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      )}
      <SecretField
        name="api_key"
        label={t('texts.numbers.authToken')}
        hint={t('settings.accounts.authTokenHint')}
        isNew={isNew}
      />
    </>
  );
}

function TelnyxFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <SecretField
        name="api_key"
        label={t('texts.numbers.apiKey')}
        hint={t('settings.accounts.apiKeyHint')}
        isNew={isNew}
      />
      <SecretField
        name="public_key"
        label={t('texts.numbers.publicKey')}
        hint={t('settings.accounts.publicKeyHint')}
        isNew={isNew}
      />
    </>
  );
}

interface SecretProps {
  name: string;
  label: string;
  hint: string;
  isNew: boolean;
}

function SecretField({ name, label, hint, isNew }: SecretProps) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      extra={isNew ? hint : `${hint} ${t('settings.accounts.keepSecret')}`}
      rules={[{ required: isNew, whitespace: true, message: t('common.required') }]}
      normalize={(value: string) => value.trim()}
    >
      <Input.Password autoComplete="new-password" spellCheck={false} />
    </Form.Item>
  );
}
