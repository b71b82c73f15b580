import { useQuery } from '@tanstack/react-query';
import { App } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { inbox } from '../api/inbox.ts';
import type { Conversation } from '../api/inboxTypes.ts';
import { keys } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { paths } from '../paths.ts';
import { phoneText } from '../ui/format.ts';

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
  const unread = useInboxCounts().data?.unread;
  const before = useRef<number | undefined>(undefined);
  const told = useRef(new Set<string>());
  const { data } = useQuery({
    queryKey: keys.conversations({ ...NEWEST, at: unread }),
    queryFn: async () => (await inbox.list(NEWEST)).conversations,
    enabled: unread !== undefined && before.current !== undefined && unread > before.current,
  });
  useEffect(() => {
    before.current = unread;
  }, [unread]);
  useEffect(() => {
    for (const { id, last_message, contact, phone_number } of fresh(data, told.current, pathname)) {
      notification.open({
        key: id,
        title: contact?.name || phoneText(phone_number),
        description: <span className="news-text">{last_message?.preview || t('inbox.mediaOnly')}</span>,
        placement: 'bottomRight',
        duration: SHOWN_S,
        className: 'news',
        role: 'status',
        onClick: () => {
          notification.destroy(id);
          void navigate(paths.conversation(id));
        },
      });
    }
  }, [data, notification, navigate, pathname, t]);
  return null;
}

/** Texts from outside that nobody was told of yet, elsewhere than in the conversation on screen; each is told once. */
function fresh(rows: Conversation[] | undefined, told: Set<string>, pathname: string): Conversation[] {
  return (rows ?? []).filter(({ id, last_message: last }) => {
    if (last?.direction !== 'inbound' || told.has(last.id)) return false;
    told.add(last.id);
    return pathname !== paths.conversation(id);
  });
}
