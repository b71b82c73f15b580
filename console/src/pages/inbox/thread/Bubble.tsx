import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageCan } from '../../../../../server/modules/messages/model.ts';
import type { Message } from '../../../api/inboxTypes.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { phoneText } from '../../../ui/format.ts';
import { useFormat } from '../../../ui/useFormat.ts';
import type { TextItem } from '../logic/threadItems.ts';
import { Hour } from '../times.tsx';
import type { Actions } from '../useActions.ts';
import { useCompanyMoment } from '../useCompanyTime.ts';
import { LinkedText } from './LinkedText.tsx';
import { MediaGrid } from './MediaGrid.tsx';
import { StateSign } from './StateSign.tsx';

/** One text, on the side of who wrote it, with how far it came. */
export function Bubble({ item, actions }: { item: TextItem; actions: Actions }) {
  const { t } = useTranslation();
  const { message, isFirst, isLast, through } = item;
  const isOut = message.direction === 'outbound';
  const author = isOut && isFirst ? message.author : null;
  return (
    <li className={rowClass(message, isFirst, isLast)}>
      {through && (
        <p className="through-line">
          {t(isOut ? 'inbox.sentThrough' : 'inbox.cameThrough', { number: phoneText(through) })}
        </p>
      )}
      {author && (
        <p className="bubble-author">{author.kind === 'system' ? t('inbox.automatic') : author.name}</p>
      )}
      <div className="bubble">
        <span className="visually-hidden">{t(isOut ? 'inbox.ourText' : 'inbox.theirText')}</span>
        {message.media.length > 0 && <MediaGrid message={message} />}
        {message.text && (
          <p className="bubble-text">
            <LinkedText text={message.text} />
          </p>
        )}
        <p className="bubble-meta">
          <Travelled message={message} />
          {isOut && <StateSign status={message.status} />}
        </p>
      </div>
      {isOut && <Fate message={message} actions={actions} />}
    </li>
  );
}

function rowClass({ direction, status }: Message, isFirst: boolean, isLast: boolean): string {
  const failed = status === 'failed' || status === 'undelivered';
  return [
    'bubble-row',
    direction === 'outbound' ? 'is-out' : 'is-in',
    isFirst && 'is-first',
    isLast && 'is-last',
    failed && 'is-failed',
    (status === 'scheduled' || status === 'canceled') && 'is-idle',
  ]
    .filter(Boolean)
    .join(' ');
}

/** When it was sent, and on hover how: segments, price. */
function Travelled({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const { segments, price, encoding } = message;
  const facts = [
    segments && t('inbox.segments', { count: segments }),
    encoding,
    price && (message.price_estimated ? t('inbox.about', { price: money(price) }) : money(price)),
  ].filter(Boolean);
  return <Hour at={message.sent_at ?? message.created_at} note={facts.join(' · ') || undefined} />;
}

/** A text that waits for its turn usually leaves at once: only later is there time to call it back. */
const QUEUED_MS = 4_000;

/** True once something has lasted for a while. */
function useWait(isOn: boolean, ms: number): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    setOver(false);
    if (!isOn) return;
    const timer = setTimeout(() => setOver(true), ms);
    return () => clearTimeout(timer);
  }, [isOn, ms]);
  return isOver;
}

/** What became of a text that is not simply on its way, and what can be done about it. */
function Fate({ message, actions }: { message: Message; actions: Actions }) {
  const { t } = useTranslation();
  const moment = useCompanyMoment();
  const { id, status, error, send_at } = message;
  const words =
    status === 'scheduled' && send_at
      ? t('inbox.scheduledFor', { moment: moment(send_at) })
      : status === 'failed' || status === 'undelivered'
        ? (error?.reason ?? t(`inbox.states.${status}`))
        : status === 'unknown' || status === 'canceled'
          ? t(`inbox.stateHints.${status}`)
          : null;
  const isStuck = useWait(status === 'queued', QUEUED_MS);
  const action = (['retry', 'cancel'] as const).find((each) => messageCan(each, status));
  if (!words && (!action || !isStuck)) return null;
  const provider = [error?.provider_code, error?.provider_message].filter(Boolean).join(': ');
  return (
    <p className={error ? 'fate is-bad' : 'fate'} title={provider || undefined}>
      {words}{' '}
      {action && (
        <ActionButton
          type="link"
          size="small"
          permission="messages:send"
          loading={actions.acting?.messageId === id}
          onClick={() => actions.act({ messageId: id, action })}
        >
          {t(`inbox.act.${action}`)}
        </ActionButton>
      )}
    </p>
  );
}
