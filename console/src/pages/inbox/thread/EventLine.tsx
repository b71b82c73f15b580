import { useTranslation } from 'react-i18next';
import type { Message } from '../../../api/inboxTypes.ts';
import { eventValue } from '../logic/eventValue.ts';
import { Hour } from '../times.tsx';

/** What was done with the conversation, quietly. */
export function EventLine({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { event, author, created_at } = message;
  if (!event) return null;
  const by = author && author.kind !== 'system' ? author.name : '';
  const category = (value: unknown) =>
    t(`inbox.categories.${value as 'new'}`, { defaultValue: eventValue(value) });
  const isCategory = event.name === 'category';
  const isTaken = event.name === 'assigned' && by !== '' && by === eventValue(event.to);
  const words = t(`inbox.events.${(isTaken ? 'taken' : event.name) as 'closed'}`, {
    defaultValue: event.name,
    from: isCategory ? category(event.from) : eventValue(event.from),
    to: (isCategory ? category(event.to) : eventValue(event.to)) || t('common.none'),
  });
  return (
    <li className="event-line">
      {words}
      {by && !isTaken && <span> · {by}</span>} · <Hour at={created_at} />
    </li>
  );
}
