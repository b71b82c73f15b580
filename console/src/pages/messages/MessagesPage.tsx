import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Query } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { messageHistory } from '../../api/messageHistory.ts';
import { useMay } from '../../api/session.ts';
import type { Message } from '../../api/textTypes.ts';
import { paths } from '../../paths.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useListState } from '../../ui/useListState.ts';
import { FromTo } from './FromTo.tsx';
import { MessageActions } from './MessageActions.tsx';
import { MessageDrawer } from './MessageDrawer.tsx';
import { FILTERS, MessageFilters } from './MessageFilters.tsx';
import { PriceAndSegments } from './MessagePrice.tsx';
import { MessageState } from './MessageStatusTag.tsx';
import { When } from './When.tsx';

function useMessages(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.messages(query),
    queryFn: () => messageHistory.list(query),
    placeholderData: keepPreviousData,
    enabled: may('messages:read'),
  });
}

function useColumns(onDetails: (id: string) => void): Column<Message>[] {
  const { t } = useTranslation();
  return [
    { key: 'text', title: t('texts.history.text'), isName: true, render: (row) => <Words message={row} /> },
    {
      key: 'people',
      title: t('texts.history.people'),
      render: (row) => <People message={row} />,
    },
    { key: 'status', title: t('common.status'), render: (row) => <MessageState message={row} /> },
    {
      key: 'price',
      title: t('texts.history.price'),
      align: 'right',
      render: (row) => <PriceAndSegments message={row} />,
    },
    { key: 'when', title: t('texts.history.when'), render: (row) => <When at={row.created_at} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <MessageActions message={row} onDetails={() => onDetails(row.id)} />,
    },
  ];
}

export default function MessagesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useListState(FILTERS);
  const messages = useMessages(list.query);
  const [shownId, setShownId] = useState<string | null>(null);
  const columns = useColumns(setShownId);
  const rows = messages.data?.messages;
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState
      title={t('texts.history.emptyTitle')}
      text={t('texts.history.emptyText')}
      action={
        <Button onClick={() => void navigate(paths.smsNumbers)}>{t('texts.history.setUpNumber')}</Button>
      }
    />
  );
  return (
    <PageFrame title={t('texts.history.title')} intro={t('texts.history.intro')}>
      <RequirePermission permission="messages:read">
        <MessageFilters list={list} />
        {list.filters.conversation_id && (
          <Alert
            className="notice"
            type="info"
            title={t('texts.history.conversationOnly')}
            action={
              <Button size="small" onClick={() => list.setFilter('conversation_id', '')}>
                {t('texts.history.allConversations')}
              </Button>
            }
          />
        )}
        <DataList
          label={t('texts.history.list')}
          columns={columns}
          rows={rows}
          query={messages}
          empty={empty}
          pages={{ ...list, nextCursor: messages.data?.nextCursor }}
        />
      </RequirePermission>
      <MessageDrawer
        message={rows?.find(({ id }) => id === shownId) ?? null}
        onClose={() => setShownId(null)}
      />
    </PageFrame>
  );
}

/** The first words of a text, which lead to its conversation. */
function Words({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { text, media, conversation_id, to } = message;
  return (
    <div className="words">
      <Link
        to={paths.conversation(conversation_id)}
        className="clamp words-link"
        aria-label={text ? undefined : t('texts.history.openOf', { to: phoneText(to) })}
      >
        {text || t('texts.history.noText')}
      </Link>
      {media.length > 0 && (
        <div className="muted small">{t('texts.history.media', { count: media.length })}</div>
      )}
    </div>
  );
}

function People({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <>
      <FromTo from={message.from} to={message.to} />
      <div className="muted small">
        {t(`texts.history.directions.${message.direction}`)}
        {message.provider && ` · ${t(`common.providers.${message.provider}`)}`}
      </div>
    </>
  );
}
