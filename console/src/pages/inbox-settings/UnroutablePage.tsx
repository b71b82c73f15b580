import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Query } from '../../api/client.ts';
import { unroutable } from '../../api/inboxSettings.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import type { UnroutableMessage, UnroutableReason } from '../../api/textTypes.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FromTo } from '../messages/FromTo.tsx';
import { When } from '../messages/When.tsx';

/** Reasons that a person can remove, after which the text can be delivered. */
const CURABLE: UnroutableReason[] = ['unknown_number', 'inactive_integration', 'wrong_account'];

function useUnroutable(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.unroutable(query),
    queryFn: () => unroutable.list(query),
    placeholderData: keepPreviousData,
    enabled: may('messages:read'),
  });
}

function useColumns(): Column<UnroutableMessage>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'people',
      title: t('texts.unroutable.people'),
      isName: true,
      render: (row) => (
        <>
          <FromTo from={row.from} to={row.to} />
          <div className="muted small">{t(`common.providers.${row.provider}`)}</div>
        </>
      ),
    },
    {
      key: 'text',
      title: t('texts.unroutable.text'),
      render: (row) =>
        row.text ? (
          <div className="words">
            <div className="clamp prewrap">{row.text}</div>
          </div>
        ) : (
          <span className="muted">{t('texts.unroutable.noText')}</span>
        ),
    },
    { key: 'reason', title: t('texts.unroutable.reason'), render: (row) => <Reason row={row} /> },
    {
      key: 'received',
      title: t('texts.unroutable.received'),
      render: (row) => <When at={row.received_at} />,
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <DeliverButton row={row} />,
    },
  ];
}

export default function UnroutablePage() {
  const { t } = useTranslation();
  const list = useListState([]);
  const messages = useUnroutable(list.query);
  const columns = useColumns();
  return (
    <PageFrame title={t('texts.unroutable.title')} intro={t('texts.unroutable.intro')}>
      <RequirePermission permission="messages:read">
        <DataList
          label={t('texts.unroutable.list')}
          columns={columns}
          rows={messages.data?.messages}
          query={messages}
          empty={
            <EmptyState title={t('texts.unroutable.emptyTitle')} text={t('texts.unroutable.emptyText')} />
          }
          pages={{ ...list, nextCursor: messages.data?.nextCursor }}
        />
      </RequirePermission>
    </PageFrame>
  );
}

/** Why a text waits, and what to do. */
function Reason({ row }: { row: UnroutableMessage }) {
  const { t } = useTranslation();
  const { reason, from, to, delivered_at } = row;
  if (delivered_at) {
    return (
      <>
        <StatusTag tone="good">{t('texts.unroutable.delivered')}</StatusTag>
        <div className="muted small">
          <Moment at={delivered_at} />
        </div>
      </>
    );
  }
  return (
    <div className="why">
      {t(`texts.unroutable.reasons.${reason}`, { from: phoneText(from), to: phoneText(to) })}
      <div className="muted small">
        {t(`texts.unroutable.todos.${reason}`)}{' '}
        {reason === 'unknown_number' && (
          <Link to={paths.addSmsNumber(to)}>{t('texts.unroutable.addNumber')}</Link>
        )}
        {(reason === 'inactive_integration' || reason === 'wrong_account') && (
          <Link to={paths.smsNumbers}>{t('texts.unroutable.openNumbers')}</Link>
        )}
      </div>
    </div>
  );
}

function DeliverButton({ row }: { row: UnroutableMessage }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const delivering = useMutation({
    mutationFn: () => unroutable.retry(row.id),
    onSuccess: () => done(t('texts.unroutable.deliveredNow')),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['unroutable'] }),
  });
  const blocked = row.delivered_at
    ? t('texts.unroutable.alreadyDelivered')
    : !CURABLE.includes(row.reason) && t('texts.unroutable.nothingToDeliver');
  return (
    <ActionButton
      size="small"
      permission="inbox:manage"
      blockedBecause={blocked}
      loading={delivering.isPending}
      aria-label={t('texts.unroutable.deliverOf', { from: phoneText(row.from) })}
      onClick={() => delivering.mutate()}
    >
      {t('texts.unroutable.deliver')}
    </ActionButton>
  );
}
