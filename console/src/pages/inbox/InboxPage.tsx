import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { openSheet } from '../../keyboard/sheets.ts';
import { useShortcuts } from '../../keyboard/useShortcuts.ts';
import { paths } from '../../paths.ts';
import { useTitle } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useAddressFlag } from '../../ui/useAddressFlag.ts';
import { useListState } from '../../ui/useListState.ts';
import { ConversationPane } from './ConversationPane.tsx';
import { ListPane } from './list/ListPane.tsx';
import { NewConversationDrawer } from './NewConversationDrawer.tsx';
import { NothingOpen } from './NothingOpen.tsx';
import { FILTERS, useConversations, useCounts } from './useConversations.ts';

export default function InboxPage() {
  return (
    <RequirePermission permission="messages:read">
      <Inbox />
    </RequirePermission>
  );
}

/** The shared inbox: the list, the thread that is open, and what is known about it. */
function Inbox() {
  const { t } = useTranslation();
  const { conversationId = null } = useParams();
  const list = useListState(FILTERS);
  const conversations = useConversations(list.filters);
  const [writing, write] = useAddressFlag('messages:send');
  const pane = useRef<HTMLElement>(null);
  const toList = useToList();
  const unread = useCounts().data?.unread ?? 0;
  useTitle(unread > 0 ? t('inbox.titleUnread', { count: unread }) : t('inbox.title'));
  useFocusOnReturn(conversationId);
  useShortcuts({
    next: (event) => moveFocus(pane.current, conversationId, 1, event),
    previous: (event) => moveFocus(pane.current, conversationId, -1, event),
    search: () => pane.current?.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
    back: conversationId ? toList : undefined,
  });
  return (
    <div className="inbox" data-open={conversationId !== null}>
      <ListPane
        ref={pane}
        openId={conversationId}
        list={list}
        conversations={conversations}
        onNew={() => write(true)}
        onHelp={() => openSheet('help')}
      />
      {conversationId ? (
        <ConversationPane key={conversationId} id={conversationId} onBack={toList} />
      ) : (
        <NothingOpen conversations={conversations} isFiltered={list.isFiltered} />
      )}
      <NewConversationDrawer open={writing} onClose={() => write(false)} />
    </div>
  );
}

/** Back to the list, with its filters. */
function useToList(): () => void {
  const navigate = useNavigate();
  const { search } = useLocation();
  return () => void navigate({ pathname: paths.inbox, search });
}

/** The row before or after, by keyboard. Arrows are left to whatever else has the focus, such as a thread that scrolls. */
function moveFocus(
  pane: HTMLElement | null,
  openId: string | null,
  step: 1 | -1,
  event: KeyboardEvent,
): void {
  const focused = document.activeElement;
  const isElsewhere = focused !== document.body && focused?.id !== 'main' && !pane?.contains(focused);
  if (!pane || (isElsewhere && event.key.startsWith('Arrow'))) return;
  event.preventDefault();
  const rows = [...pane.querySelectorAll<HTMLElement>('[data-conversation]')];
  const inList = rows.indexOf(focused as HTMLElement);
  const at = inList >= 0 ? inList : rows.findIndex((row) => row.dataset.conversation === openId);
  rows[at < 0 ? 0 : at + step]?.focus();
}

/** Back in the list, the keyboard is on the conversation that was left; the shell would give it to the whole page. */
function useFocusOnReturn(conversationId: string | null): void {
  const last = useRef(conversationId);
  useEffect(() => {
    const left = last.current;
    last.current = conversationId;
    if (!left || conversationId) return;
    const frame = requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-conversation="${left}"]`)?.focus(),
    );
    return () => cancelAnimationFrame(frame);
  }, [conversationId]);
}
