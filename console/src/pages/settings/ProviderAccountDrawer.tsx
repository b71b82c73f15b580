import { useMutation } from '@tanstack/react-query';
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import {
  type NewProviderAccount,
  type ProviderAccountChange,
  providerAccounts,
} from '../../api/providerAccounts.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Provider, ProviderAccount } from '../../api/types.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';

interface Values extends ProviderAccountChange {
  provider: Provider;
  name: string;
  accountSid?: string;
}

/** Adds an account of a provider, or changes the name or the credentials of one. */
export function ProviderAccountDrawer({
  account,
  onClose,
}: {
  account: ProviderAccount | 'new' | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = account === 'new' || account === null ? null : account;
  const saving = useMutation({
    mutationFn: async ({ provider, accountSid, ...change }: Values) => {
      const filled = Object.fromEntries(
        Object.entries(change).filter(([, value]) => value !== '' && value !== undefined),
      );
      if (known) await providerAccounts.update(known.id, filled);
      else
        await providerAccounts.create({
          provider,
          ...(accountSid ? { accountSid } : {}),
          ...filled,
        } as unknown as NewProviderAccount);
    },
    onSuccess: async () => {
      done(t('settings.accounts.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.providerAccounts });
    },
  });
  return (
    <FormDrawer<Values>
      open={account !== null}
      title={known ? t('settings.accounts.editTitle', { name: known.name }) : t('settings.accounts.addTitle')}
      submit={t('common.save')}
      initialValues={known ? { provider: known.provider, name: known.name } : { provider: 'telnyx' }}
      saving={saving}
      onClose={onClose}
    >
      <Form.Item name="provider" label={t('common.provider')} hidden={known !== null}>
        <Radio.Group
          optionType="button"
          options={[
            { value: 'telnyx', label: t('common.providers.telnyx') },
            { value: 'twilio', label: t('common.providers.twilio') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="name"
        label={t('common.name')}
        extra={t('settings.accounts.nameHint')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={120} autoComplete="off" />
      </Form.Item>
      <Form.Item noStyle dependencies={['provider']}>
        {({ getFieldValue }) =>
          getFieldValue('provider') === 'twilio' ? (
            <TwilioFields isNew={!known} />
          ) : (
            <TelnyxFields isNew={!known} />
          )
        }
      </Form.Item>
      <p className="muted small">{t('settings.accounts.stored')}</p>
    </FormDrawer>
  );
}

function TelnyxFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <SecretField
        name="apiKey"
        label={t('settings.accounts.apiKey')}
        hint={t('settings.accounts.apiKeyHint')}
        isNew={isNew}
      />
      <SecretField
        name="publicKey"
        label={t('settings.accounts.publicKey')}
        hint={t('settings.accounts.publicKeyHint')}
        isNew={isNew}
      />
    </>
  );
}

function TwilioFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {isNew && (
        <Form.Item
          name="accountSid"
          label={t('settings.accounts.accountSid')}
          extra={t('settings.accounts.accountSidHint')}
          rules={[
            {
              required: true,
              pattern: /^AC[0-9a-fA-F]{32}$/,
              message: t('settings.accounts.accountSidForm'),
            },
          ]}
          validateTrigger="onBlur"
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      )}
      <SecretField
        name="authToken"
        label={t('settings.accounts.authToken')}
        hint={t('settings.accounts.authTokenHint')}
        isNew={isNew}
      />
    </>
  );
}

function SecretField({
  name,
  label,
  hint,
  isNew,
}: {
  name: string;
  label: string;
  hint: string;
  isNew: boolean;
}) {
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
