import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { calls as callsApi } from '../../api/calls.ts';
import type { Call } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { paths } from '../../paths.ts';
import { isOver, isTransferring, liveWord } from '../logic/callState.ts';
import { otherSide } from '../logic/dialInput.ts';
import type { Line } from '../logic/machine.ts';
import { clockText, isoDuration, secondsBetween } from '../logic/timer.ts';
import { numberName, usePartyName } from '../party.ts';
import { usePhone } from '../phone.ts';
import { useClock } from '../useClock.ts';
import { useOwnCall } from '../useLiveCalls.ts';
import { Controls } from './Controls.tsx';
import { Ended } from './Ended.tsx';
import { LineSign } from './LineSign.tsx';
import { TransferLine } from './TransferLine.tsx';

/** The call that one is in, on every page: whom with, for how long, and what can be done. */
export function Bar() {
  const { t } = useTranslation();
  const call = useOwnCall();
  const ended = useEndedCall(call);
  const shown = call ?? ended.call;
  const place = useRoomAtTheFoot(shown !== null);
  const line = usePhone().lines.find(({ callId }) => callId === call?.id) ?? null;
  if (!shown) return null;
  return (
    <section ref={place} className="call-bar" aria-label={t('calls.bar.label')}>
      {call ? (
        <>
          <Who call={call} line={line} />
          <Controls key={call.id} call={call} line={line} />
          {isTransferring(call) && <TransferLine call={call} />}
        </>
      ) : (
        <Ended call={shown} onClose={ended.close} />
      )}
    </section>
  );
}

/** The call that was in the bar a moment ago, with what became of it, until one has seen it. */
function useEndedCall(current: Call | null) {
  const [lastId, setLastId] = useState<string | null>(null);
  const currentId = current?.id ?? null;
  useEffect(() => {
    if (currentId) setLastId(currentId);
  }, [currentId]);
  const { data } = useQuery({
    queryKey: keys.call(lastId ?? ''),
    queryFn: () => callsApi.get(lastId ?? ''),
    enabled: lastId !== null && currentId === null,
    staleTime: 0,
  });
  const close = useCallback(() => setLastId(null), []);
  const call = data?.call;
  return { call: !currentId && lastId && call && isOver(call) ? call : null, close };
}

/** Keeps the foot of every page free for the bar, as high as it is now. */
function useRoomAtTheFoot(isShown: boolean) {
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const bar = place.current;
    const root = document.documentElement;
    if (!bar || !isShown) return;
    const watch = new ResizeObserver(() => root.style.setProperty('--call-bar', `${bar.offsetHeight}px`));
    watch.observe(bar);
    return () => {
      watch.disconnect();
      root.style.removeProperty('--call-bar');
    };
  }, [isShown]);
  return place;
}

function Who({ call, line }: { call: Call; line: Line | null }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  const number = numberName(otherSide(call), t('calls.hiddenNumber'));
  const word = liveWord(call);
  const ringsMyPhone = call.direction === 'OUTBOUND' && call.via === 'phone' && word === 'calling';
  return (
    <div className="call-who">
      <div className="call-name">
        {call.contact ? (
          <Link to={paths.contact(call.contact.id)}>{name}</Link>
        ) : (
          <Link to={paths.call(call.id)}>{name}</Link>
        )}
        {name !== number && <span className="call-number muted">{number}</span>}
      </div>
      <div className="call-state" aria-live="polite">
        <span className={`call-dot call-dot-${word}`} aria-hidden="true" />
        {t(ringsMyPhone ? 'calls.bar.states.yourPhone' : `calls.bar.states.${word}`)}
        {call.answeredAt && <Elapsed since={call.answeredAt} />}
        {line?.level && <LineSign level={line.level} />}
      </div>
    </div>
  );
}

/** Outside the part that is read aloud as it changes: nobody wants each second announced. */
function Elapsed({ since }: { since: string }) {
  const { t } = useTranslation();
  const seconds = secondsBetween(since, useClock(true));
  return (
    <time
      className="call-time"
      role="timer"
      aria-label={t('calls.bar.elapsed')}
      dateTime={isoDuration(seconds)}
    >
      {clockText(seconds)}
    </time>
  );
}
