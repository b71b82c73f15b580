import { useQuery } from '@tanstack/react-query';
import { Form, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { providerAccounts } from '../../api/providerAccounts.ts';
import { useMay } from '../../api/session.ts';
import type { Provider } from '../../api/types.ts';
import { CredentialFields } from './CredentialFields.tsx';

/** The provider accounts that are already here, by provider. */
function useAccounts(provider: Provider) {
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.providerAccounts,
    queryFn: providerAccounts.list,
    enabled: may('provider_accounts:read'),
  });
  return data?.accounts.filter((account) => account.provider === provider) ?? [];
}

/** Whose number it is: an account that is already here, or one whose credentials are entered. */
export function AccountFields({ provider }: { provider: Provider }) {
  const { t } = useTranslation();
  const accounts = useAccounts(provider);
  const form = Form.useFormInstance();
  const choice = Form.useWatch('account', form) ?? 'known';
  if (!accounts.length) {
    return (
      <>
        <p className="muted small form-text">
          {t('texts.numbers.noAccounts', { provider: t(`common.providers.${provider}`) })}
        </p>
        <CredentialFields provider={provider} />
      </>
    );
  }
  return (
    <>
      <Form.Item name="account" label={t('texts.numbers.account')} initialValue="known">
        <Radio.Group
          options={[
            { value: 'known', label: t('texts.numbers.accountKnown') },
            { value: 'new', label: t('texts.numbers.accountNew') },
          ]}
        />
      </Form.Item>
      {choice === 'new' ? (
        <CredentialFields provider={provider} />
      ) : (
        <Form.Item
          key={provider}
          name={accountField(provider)}
          initialValue={(accounts.find(({ isDefault }) => isDefault) ?? accounts[0])?.id}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            aria-label={t('texts.numbers.chooseAccount')}
            placeholder={t('texts.numbers.chooseAccount')}
            options={accounts.map(({ id, name, accountRef }) => ({
              value: id,
              label: `${name} · ${accountRef}`,
            }))}
          />
        </Form.Item>
      )}
    </>
  );
}

/** One field per provider, so that each keeps its own choice. */
export const accountField = (provider: Provider) => `${provider}_account` as const;
