import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiKeys as apiKeysApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import type { ApiKey } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { ApiKeyDrawer } from './ApiKeyDrawer.tsx';

function useApiKeys() {
  const may = useMay();
  return useQuery({ queryKey: keys.apiKeys, queryFn: apiKeysApi.list, enabled: may('api_keys:manage') });
}

function useColumns(): Column<ApiKey>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('common.name'), isName: true, render: (row) => row.name },
    { key: 'key', title: t('settings.keys.key'), render: (row) => <code>{row.prefix}…</code> },
    { key: 'scopes', title: t('settings.keys.scopes'), render: (row) => <Scopes apiKey={row} /> },
    { key: 'expires', title: t('settings.keys.expiry'), render: (row) => <Expiry apiKey={row} /> },
    {
      key: 'lastUsed',
      title: t('settings.keys.lastUsed'),
      render: (row) => (row.lastUsedAt ? <Ago at={row.lastUsedAt} /> : t('common.never')),
    },
    { key: 'by', title: t('settings.keys.createdBy'), render: (row) => row.createdByName },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <DeleteKey apiKey={row} />,
    },
  ];
}

export default function ApiKeysPage() {
  const { t } = useTranslation();
  const apiKeys = useApiKeys();
  const columns = useColumns();
  const [creating, setCreating] = useState(false);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="api_keys:manage"
      onClick={() => setCreating(true)}
    >
      {t('settings.keys.add')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('settings.keys.title')} intro={t('settings.keys.intro')} actions={add}>
      <RequirePermission permission="api_keys:manage">
        <DataList
          label={t('settings.keys.list')}
          columns={columns}
          rows={apiKeys.data?.apiKeys}
          query={apiKeys}
          empty={
            <EmptyState
              title={t('settings.keys.emptyTitle')}
              text={t('settings.keys.emptyText')}
              action={add}
            />
          }
        />
      </RequirePermission>
      <ApiKeyDrawer open={creating} onClose={() => setCreating(false)} />
    </PageFrame>
  );
}

function Scopes({ apiKey }: { apiKey: ApiKey }) {
  return (
    <span className="features scopes">
      {apiKey.scopes.map((scope) => (
        <code key={scope} className="code-chip">
          {scope}
        </code>
      ))}
    </span>
  );
}

function Expiry({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  if (!apiKey.expiresAt) return t('common.never');
  if (new Date(apiKey.expiresAt).getTime() <= Date.now())
    return <StatusTag tone="bad">{t('settings.keys.expired')}</StatusTag>;
  return day(apiKey.expiresAt);
}

function DeleteKey({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { id, name } = apiKey;
  const remove = () =>
    confirm({
      title: t('settings.keys.deleteTitle', { name }),
      content: t('settings.keys.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await apiKeysApi.remove(id);
        done(t('settings.keys.deleted'));
        await queryClient.invalidateQueries({ queryKey: keys.apiKeys });
      },
    });
  return (
    <ActionButton
      size="small"
      type="text"
      icon={<DeleteOutlined />}
      permission="api_keys:manage"
      aria-label={t('settings.keys.deleteOf', { name })}
      onClick={remove}
    />
  );
}
