import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { providerAccounts } from '../../api/providerAccounts.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import type { ProviderAccount } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { ProviderAccountDrawer } from './ProviderAccountDrawer.tsx';
import { TestConnection } from './TestConnection.tsx';

const TONES: Record<ProviderAccount['status'], Tone> = { untested: 'calm', ok: 'good', failing: 'bad' };

function useAccounts() {
  const may = useMay();
  return useQuery({
    queryKey: keys.providerAccounts,
    queryFn: providerAccounts.list,
    enabled: may('provider_accounts:read'),
  });
}

function useColumns(onEdit: (account: ProviderAccount) => void): Column<ProviderAccount>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('common.name'), isName: true, render: (row) => <AccountName account={row} /> },
    { key: 'provider', title: t('common.provider'), render: (row) => t(`common.providers.${row.provider}`) },
    {
      key: 'source',
      title: t('settings.accounts.source'),
      render: (row) => t(`settings.accounts.${row.source}`),
    },
    {
      key: 'connection',
      title: t('settings.accounts.connection'),
      render: (row) => <Connection account={row} />,
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <AccountActions account={row} onEdit={onEdit} />,
    },
  ];
}

export default function ProviderAccountsPage() {
  const { t } = useTranslation();
  const accounts = useAccounts();
  const [edited, setEdited] = useState<ProviderAccount | 'new' | null>(null);
  const columns = useColumns(setEdited);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="provider_accounts:manage"
      onClick={() => setEdited('new')}
    >
      {t('settings.accounts.add')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('settings.accounts.title')} intro={t('settings.accounts.intro')} actions={add}>
      <RequirePermission permission="provider_accounts:read">
        <DataList
          label={t('settings.accounts.list')}
          columns={columns}
          rows={accounts.data?.accounts}
          query={accounts}
          empty={
            <EmptyState
              title={t('settings.accounts.emptyTitle')}
              text={t('settings.accounts.emptyText')}
              action={add}
            />
          }
        />
      </RequirePermission>
      <ProviderAccountDrawer account={edited} onClose={() => setEdited(null)} />
    </PageFrame>
  );
}

function AccountName({ account }: { account: ProviderAccount }) {
  const { t } = useTranslation();
  return (
    <>
      {account.name}{' '}
      {account.isDefault && <span className="feature">{t('settings.accounts.isDefault')}</span>}
      <div className="muted small">
        <code>{account.accountRef}</code>
      </div>
    </>
  );
}

function Connection({ account }: { account: ProviderAccount }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusTag tone={TONES[account.status]}>{t(`settings.accounts.statuses.${account.status}`)}</StatusTag>
      {account.lastTestedAt && (
        <div className="muted small">
          <Ago at={account.lastTestedAt} />
        </div>
      )}
      {account.lastError && <div className="reason small clamp">{account.lastError}</div>}
    </>
  );
}

function AccountActions({
  account,
  onEdit,
}: {
  account: ProviderAccount;
  onEdit: (account: ProviderAccount) => void;
}) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done, failed } = useNotify();
  const { id, name, isDefault } = account;
  const fixed = account.source === 'installation' && t('settings.accounts.installationFixed');
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.providerAccounts });

  const makeDefault = async () => {
    try {
      await providerAccounts.update(id, { isDefault: true });
      done(t('settings.accounts.madeDefault', { name }));
      await refresh();
    } catch (error) {
      failed(error);
    }
  };
  const remove = () =>
    confirm({
      title: t('settings.accounts.deleteTitle', { name }),
      content: t('settings.accounts.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await providerAccounts.remove(id);
        done(t('settings.accounts.deleted'));
        await refresh();
      },
    });
  const shared = { size: 'small', permission: 'provider_accounts:manage', blockedBecause: fixed } as const;
  return (
    <div className="row-actions">
      <TestConnection account={account} />
      {!isDefault && (
        <ActionButton
          {...shared}
          aria-label={t('settings.accounts.makeDefaultOf', { name })}
          onClick={() => void makeDefault()}
        >
          {t('settings.accounts.makeDefault')}
        </ActionButton>
      )}
      <ActionButton
        {...shared}
        type="text"
        icon={<EditOutlined />}
        aria-label={t('settings.accounts.editOf', { name })}
        onClick={() => onEdit(account)}
      />
      <ActionButton
        {...shared}
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t('settings.accounts.deleteOf', { name })}
        onClick={remove}
      />
    </div>
  );
}
