import { DeleteOutlined, EditOutlined, HistoryOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { type Webhook, webhooks as webhooksApi } from '../../api/webhooks.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { WebhookDeliveries } from './WebhookDeliveries.tsx';
import { WebhookDrawer } from './WebhookDrawer.tsx';

/** The company's own programs, and what they are told of. */
export default function WebhooksPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [editing, setEditing] = useState<Webhook | 'new' | null>(null);
  const [shown, setShown] = useState<Webhook | null>(null);
  const list = useQuery({
    queryKey: keys.webhooks,
    queryFn: webhooksApi.list,
    enabled: may('webhooks:manage'),
  });
  const columns = useColumns({ onEdit: setEditing, onShow: setShown });
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="webhooks:manage"
      onClick={() => setEditing('new')}
    >
      {t('webhooks.add')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('webhooks.title')} intro={t('webhooks.intro')} actions={add}>
      <RequirePermission permission="webhooks:manage">
        <DataList
          label={t('webhooks.list')}
          columns={columns}
          rows={list.data?.webhooks}
          query={list}
          empty={<EmptyState title={t('webhooks.emptyTitle')} text={t('webhooks.emptyText')} action={add} />}
        />
      </RequirePermission>
      <WebhookDrawer webhook={editing} onClose={() => setEditing(null)} />
      <WebhookDeliveries webhook={shown} onClose={() => setShown(null)} />
    </PageFrame>
  );
}

interface Acts {
  onEdit: (webhook: Webhook) => void;
  onShow: (webhook: Webhook) => void;
}

function useColumns(acts: Acts): Column<Webhook>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'url',
      title: t('webhooks.url'),
      isName: true,
      render: ({ url, description }) => (
        <>
          <span className="webhook-url">{url}</span>
          {description && <div className="muted small">{description}</div>}
        </>
      ),
    },
    {
      key: 'events',
      title: t('webhooks.events'),
      render: ({ events }) => (
        <span className="features scopes">
          {events.map((event) => (
            <code key={event} className="code-chip">
              {event}
            </code>
          ))}
        </span>
      ),
    },
    { key: 'state', title: t('common.status'), render: (row) => <State webhook={row} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <RowActions webhook={row} {...acts} />,
    },
  ];
}

function State({ webhook: { enabled, disabledReason } }: { webhook: Webhook }) {
  const { t } = useTranslation();
  if (enabled) return <StatusTag tone="good">{t('webhooks.on')}</StatusTag>;
  const reason = disabledReason ?? 'person';
  return (
    <StatusTag tone={reason === 'person' ? 'calm' : 'bad'} title={t(`webhooks.offHints.${reason}`)}>
      {t(`webhooks.off.${reason}`)}
    </StatusTag>
  );
}

function RowActions({ webhook, onEdit, onShow }: { webhook: Webhook } & Acts) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { url } = webhook;
  const remove = () =>
    confirm({
      title: t('webhooks.deleteTitle'),
      content: t('webhooks.deleteText', { url }),
      confirm: t('common.delete'),
      action: async () => {
        await webhooksApi.remove(webhook.id);
        done(t('webhooks.deleted'));
        await queryClient.invalidateQueries({ queryKey: keys.webhooks });
      },
    });
  const small = { size: 'small', type: 'text', permission: 'webhooks:manage' } as const;
  const named = (act: 'deliveriesOf' | 'editOf' | 'deleteOf') => ({
    'aria-label': t(`webhooks.${act}`, { url }),
    title: t(`webhooks.${act}`, { url }),
  });
  return (
    <div className="row-actions">
      <ActionButton
        {...small}
        {...named('deliveriesOf')}
        icon={<HistoryOutlined />}
        onClick={() => onShow(webhook)}
      />
      <ActionButton {...small} {...named('editOf')} icon={<EditOutlined />} onClick={() => onEdit(webhook)} />
      <ActionButton {...small} {...named('deleteOf')} icon={<DeleteOutlined />} onClick={remove} />
    </div>
  );
}
