import { useQuery } from '@tanstack/react-query';
import { App } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { inbox } from '../api/inbox.ts';
import type { Conversation } from '../api/inboxTypes.ts';
import { keys } from '../api/keys.ts';
import { queryClient } from '../api/queryClient.ts';
import { useMay } from '../api/session.ts';
import { showNotice } from '../notices/system.ts';
import { paths } from '../paths.ts';
import { phoneText } from '../ui/format.ts';
import { usePhone } from '../ui/useMedia.ts';

const NEWEST = { status: 'open', unread: true, limit: 5 };
const SHOWN_S = 6;

/** What waits in the inbox, for those who may read it. */
export function useInboxCounts() {
  const may = useMay();
  return useQuery({ queryKey: keys.inboxCounts, queryFn: inbox.counts, enabled: may('messages:read') });
}

/** Says quietly, on whatever page one is, that a text came in; the open conversation shows its own. */
export function InboxNews() {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const isPhone = usePhone();
  useNewestUnread();

  const tell = ({ id, last_message, contact, phone_number }: Conversation) => {
    const name = contact?.name || phoneText(phone_number);
    const words = last_message?.preview || t('inbox.mediaOnly');
    void showNotice({
      kind: 'texts',
      tag: `text.${id}`,
      title: name,
      body: words,
      path: paths.conversation(id),
    });
    if (pathname === paths.conversation(id)) return;
    notification.open({
      key: id,
      title: name,
      description: <span className="news-text">{words}</span>,
      // Where neither a composer nor the foot of a drawer is.
      placement: isPhone ? 'top' : 'bottomLeft',
      duration: SHOWN_S,
      className: 'news',
      role: 'status',
      onClick: () => {
        notification.destroy(id);
        void navigate(paths.conversation(id));
      },
    });
  };
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  // What is open needs no telling any more.
  useEffect(() => {
    const openId = pathname.split('/').at(-1);
    if (openId && pathname === paths.conversation(openId)) notification.destroy(openId);
  }, [pathname, notification]);
  useEffect(() => watchLists((row) => latest.current(row)), []);
  return null;
}

/** Where no list is on screen, reads the newest unread conversations when there are more of them than before. */
function useNewestUnread(): void {
  const unread = useInboxCounts().data?.unread;
  const before = useRef<number | undefined>(undefined);
  useQuery({
    queryKey: keys.conversations({ ...NEWEST, waiting: unread }),
    queryFn: async () => ({ rows: (await inbox.list(NEWEST)).conversations }),
    enabled: unread !== undefined && before.current !== undefined && unread > before.current,
  });
  useEffect(() => {
    before.current = unread;
  }, [unread]);
}

/** Tells of every text from outside that is newer than what any list has shown so far. */
function watchLists(tell: (row: Conversation) => void): () => void {
  let newest = new Date().toISOString();
  return queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || query.queryKey[0] !== keys.conversations({})[0]) return;
    const { rows = [] } = (query.state.data ?? {}) as { rows?: Conversation[] };
    const fresh = rows.filter(
      ({ last_message: last, unread_count }) =>
        last?.direction === 'inbound' && unread_count > 0 && last.at > newest,
    );
    for (const row of fresh.reverse()) {
      newest = row.last_message?.at ?? newest;
      tell(row);
    }
  });
}
