import { Button, Drawer } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import type { Conversation } from '../../api/inboxTypes.ts';
import { useMe } from '../../api/session.ts';
import { usePreference, useShortcuts } from '../../keyboard/useShortcuts.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useMedia, usePhone } from '../../ui/useMedia.ts';
import { Composer, type ComposerHandle } from './composer/Composer.tsx';
import { DropZone } from './composer/DropZone.tsx';
import { Details } from './details/Details.tsx';
import { conversationName } from './logic/conversationName.ts';
import { PresenceLine } from './thread/PresenceLine.tsx';
import { Thread } from './thread/Thread.tsx';
import { ThreadHeader } from './thread/ThreadHeader.tsx';
import { ThreadSkeleton } from './thread/ThreadSkeleton.tsx';
import { useActions } from './useActions.ts';
import { useConversation } from './useConversations.ts';
import { usePresence } from './usePresence.ts';
import { useThread } from './useThread.ts';
import { useUnread } from './useUnread.ts';

interface Props {
  id: string;
  onBack: () => void;
}

/** One conversation: its thread, its composer and its details. */
export function ConversationPane({ id, onBack }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch } = useConversation(id);
  if (data) return <OpenConversation conversation={data} onBack={onBack} />;
  if (error instanceof ApiError && error.status === 404) {
    const back = <Button onClick={onBack}>{t('inbox.backToList')}</Button>;
    return (
      <section className="inbox-nothing" aria-label={t('inbox.thread')}>
        <EmptyState title={t('shell.notFoundTitle')} text={t('shell.notFoundText')} action={back} />
      </section>
    );
  }
  return (
    <section className="inbox-thread" aria-label={t('inbox.thread')}>
      {error ? (
        <div className="thread-error">
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </div>
      ) : (
        <ThreadSkeleton />
      )}
    </section>
  );
}

function OpenConversation({ conversation, onBack }: { conversation: Conversation; onBack: () => void }) {
  const { t } = useTranslation();
  const { id } = conversation;
  const { user } = useMe();
  const thread = useThread(id);
  const actions = useActions(id);
  const presence = usePresence(id);
  const composer = useRef<ComposerHandle>(null);
  const details = useDetails();
  const known = thread.isFetching && !thread.isFetchedAfterMount ? undefined : thread.messages;
  const { line, markUnread } = useUnread(conversation, known, actions);
  useShortcuts({
    reply: () => composer.current?.focus('text'),
    note: () => composer.current?.focus('note'),
    assign: () => actions.change({ assignee_id: user.id }),
    close: () => actions.change({ status: conversation.status === 'open' ? 'closed' : 'open' }),
    unread: markUnread,
    labels: details.showLabels,
  });
  const content = <Details conversation={conversation} messages={thread.messages} actions={actions} />;
  return (
    <>
      <DropZone
        className="inbox-thread"
        label={t('inbox.conversationWith', { name: conversationName(conversation) })}
        onFiles={(files) => composer.current?.attach(files)}
      >
        <ThreadHeader
          conversation={conversation}
          actions={actions}
          others={presence.others}
          detailsOpen={details.isOpen}
          onBack={onBack}
          onDetails={details.toggle}
          onMarkUnread={markUnread}
        />
        <Thread
          conversation={conversation}
          thread={thread}
          unread={line}
          actions={actions}
          composer={composer}
        />
        <PresenceLine others={presence.others} />
        <Composer
          ref={composer}
          conversation={conversation}
          newestId={thread.messages?.at(-1)?.id ?? null}
          onTyped={presence.typed}
          onReopen={() => actions.change({ status: 'open' })}
        />
      </DropZone>
      {details.isWide && details.isOpen && (
        <aside className="inbox-details" aria-label={t('inbox.details')}>
          {content}
        </aside>
      )}
      <Drawer
        className="inbox-details-drawer"
        open={!details.isWide && details.isOpen}
        title={t('inbox.details')}
        size={details.isPhone ? '100%' : 360}
        onClose={details.toggle}
        destroyOnHidden
      >
        {content}
      </Drawer>
    </>
  );
}

/** Beside the thread where there is room, and remembered; a drawer elsewhere. */
function useDetails() {
  const isWide = useMedia('(min-width: 1320px)');
  const isPhone = usePhone();
  const [pane, setPane] = usePreference('details', 'open', 'closed');
  const [drawer, setDrawer] = useState(false);
  const isOpen = isWide ? pane : drawer;
  const setOpen = isWide ? setPane : setDrawer;
  return {
    isWide,
    isPhone,
    isOpen,
    toggle: () => setOpen(!isOpen),
    showLabels: () => {
      setOpen(true);
      // The field is there once the pane or the drawer has been drawn.
      setTimeout(() => document.getElementById('conversation-labels')?.focus(), isWide ? 0 : 250);
    },
  };
}
