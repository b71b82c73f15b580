import { DownOutlined } from '@ant-design/icons';
import { Button, Spin } from 'antd';
import { type RefObject, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../api/inboxTypes.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import type { ComposerHandle } from '../composer/Composer.tsx';
import { conversationName } from '../logic/conversationName.ts';
import { pendingIn } from '../logic/outbox.ts';
import { threadItems } from '../logic/threadItems.ts';
import type { Actions } from '../useActions.ts';
import { useOutbox } from '../useOutbox.ts';
import type { useThread } from '../useThread.ts';
import { Announcer } from './Announcer.tsx';
import { Item } from './Item.tsx';
import { PendingBubble } from './PendingBubble.tsx';
import { ThreadSkeleton } from './ThreadSkeleton.tsx';
import { useThreadScroll } from './useThreadScroll.ts';

interface Props {
  conversation: Conversation;
  thread: ReturnType<typeof useThread>;
  unread: { firstId: string; count: number } | null;
  actions: Actions;
  composer: RefObject<ComposerHandle | null>;
}

/** The messages, the newest at the foot; older ones come as one scrolls up. */
export function Thread({ conversation, thread, unread, actions, composer }: Props) {
  const { t } = useTranslation();
  const { messages, error, refetch } = thread;
  const outbox = useOutbox();
  const pending = pendingIn(outbox.entries, conversation.id, messages ?? []);
  const items = useMemo(() => threadItems(messages ?? [], unread), [messages, unread]);
  const scroll = useThreadScroll(thread, pending.length);
  if (!messages)
    return (
      <div className="thread">
        {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <ThreadSkeleton />}
      </div>
    );
  return (
    <div className="thread-frame">
      <div
        id="inbox-thread"
        ref={scroll.box}
        className="thread"
        role="log"
        aria-live="off"
        aria-label={t('inbox.messagesWith', { name: conversationName(conversation) })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
        tabIndex={0}
        onScroll={scroll.onScroll}
      >
        <div ref={scroll.body} className="thread-body">
          <OlderEdge thread={thread} />
          {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
          <ul className="bubbles">
            {items.map((item) => (
              <Item key={item.key} item={item} actions={actions} />
            ))}
            {pending.map((entry) => (
              <PendingBubble
                key={entry.key}
                entry={entry}
                onRetry={() => outbox.send(entry)}
                onEdit={() => {
                  composer.current?.takeBack(entry);
                  outbox.drop(entry.key);
                }}
              />
            ))}
          </ul>
        </div>
      </div>
      {scroll.isAway && (
        <Button className="to-newest" shape="round" icon={<DownOutlined />} onClick={scroll.toNewest}>
          {scroll.newCount > 0 ? t('inbox.newBelow', { count: scroll.newCount }) : t('inbox.toNewest')}
        </Button>
      )}
      <Announcer conversation={conversation} messages={messages} />
    </div>
  );
}

/** The top of what is loaded: more to come, or the beginning. */
function OlderEdge({ thread }: Pick<Props, 'thread'>) {
  const { t } = useTranslation();
  if (thread.olderError)
    return <ErrorNotice error={thread.olderError} onRetry={() => void thread.loadOlder()} />;
  if (!thread.hasOlder) return <p className="thread-edge">{t('inbox.beginning')}</p>;
  return (
    <p className="thread-edge">
      {thread.isLoadingOlder ? (
        <Spin size="small" />
      ) : (
        <Button type="link" size="small" onClick={() => thread.loadOlder()}>
          {t('inbox.loadOlder')}
        </Button>
      )}
    </p>
  );
}
