import { useMutation } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { providerAccounts } from '../../api/providerAccounts.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { ProviderAccount } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';

/** Asks the provider whether the credentials work, and whose account they open. */
export function TestConnection({ account }: { account: ProviderAccount }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const { notification } = App.useApp();
  const { failed } = useNotify();
  const testing = useMutation({
    mutationFn: () => providerAccounts.test(account.id),
    onSuccess: ({ ok, accountName, balance, message }) => {
      const facts = [
        message,
        accountName && t('settings.accounts.testName', { name: accountName }),
        balance && t('settings.accounts.testBalance', { balance: money(balance) }),
      ].filter(Boolean);
      const news = {
        title: t(ok ? 'settings.accounts.testOk' : 'settings.accounts.testFailed'),
        description: facts.join('\n'),
        className: 'prewrap',
      };
      if (ok) notification.success({ ...news, role: 'status' });
      else notification.error({ ...news, role: 'alert', duration: 10 });
    },
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.providerAccounts }),
  });
  return (
    <ActionButton
      size="small"
      permission="provider_accounts:manage"
      loading={testing.isPending}
      aria-label={t('settings.accounts.testOf', { name: account.name })}
      onClick={() => testing.mutate()}
    >
      {t('settings.accounts.test')}
    </ActionButton>
  );
}
