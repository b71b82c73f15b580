import { CalendarOutlined, FileTextOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../api/inboxTypes.ts';
import type { ThreadItem } from '../logic/threadItems.ts';
import { DayName, Hour } from '../times.tsx';
import type { Actions } from '../useActions.ts';
import { Bubble } from './Bubble.tsx';
import { EventLine } from './EventLine.tsx';
import { LinkedText } from './LinkedText.tsx';

/** One line of a thread. */
export function Item({ item, actions }: { item: ThreadItem; actions: Actions }) {
  const { t } = useTranslation();
  switch (item.kind) {
    case 'day':
      return (
        <li className="day-line">
          <span>
            <DayName at={item.at} />
          </span>
        </li>
      );
    case 'unread':
      return (
        <li className="unread-line">
          <span>{t('inbox.unreadLine', { count: item.count })}</span>
        </li>
      );
    case 'scheduled':
      return (
        <li className="day-line">
          <span>
            <CalendarOutlined aria-hidden /> {t('inbox.scheduledLine')}
          </span>
        </li>
      );
    case 'event':
      return <EventLine message={item.message} />;
    case 'note':
      return <Note message={item.message} />;
    case 'text':
      return <Bubble item={item} actions={actions} />;
  }
}

/** What colleagues tell each other; it never leaves. */
function Note({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <li className="note">
      <p className="note-head">
        <FileTextOutlined aria-hidden />{' '}
        {t('inbox.noteBy', { name: message.author?.name ?? t('inbox.system') })}
        <Hour at={message.created_at} />
      </p>
      <p className="bubble-text">
        <LinkedText text={message.text} />
      </p>
    </li>
  );
}
