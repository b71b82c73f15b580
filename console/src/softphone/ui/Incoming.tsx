import { CloseOutlined, PhoneFilled } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';
import { type Ring, ringsOf } from '../logic/rings.ts';
import { numberName } from '../party.ts';
import { phone, usePhone } from '../phone.ts';
import { blinkTitle, notifyOutside, ring as startRinging } from '../ringer.ts';
import { useCallShortcuts } from '../useCallShortcuts.ts';
import { useLiveCalls } from '../useLiveCalls.ts';
import { CallerFacts } from './CallerFacts.tsx';
import { useAftermath } from './useAftermath.ts';

/** Who calls, on whatever page one is: taken or declined here, or on one's telephone. */
export function Incoming() {
  const { user } = useMe();
  const state = usePhone();
  const live = useLiveCalls().data?.calls ?? [];
  const [hidden, setHidden] = useState<string[]>([]);
  const rings = ringsOf(state, live, user.id, hidden);
  const [first, ...others] = rings;
  useAftermath(first ?? null);
  if (!first) return null;
  return (
    <Caller
      key={first.key}
      ring={first}
      waiting={others.length}
      onHide={() => setHidden((before) => [...before, first.key])}
    />
  );
}

/** The name of who calls: the contact's, else the number. */
export function useCallerName(ring: Pick<Ring, 'call' | 'from'>): string {
  const { t } = useTranslation();
  return ring.call?.contact?.name || numberName(ring.from, t('calls.hiddenNumber'));
}

function Caller({ ring, waiting, onHide }: { ring: Ring; waiting: number; onHide: () => void }) {
  const { t } = useTranslation();
  const name = useCallerName(ring);
  const { line, call } = ring;
  useAlarm(ring, t('calls.incoming.from', { name }));
  return (
    <section
      className="incoming"
      role="alertdialog"
      aria-labelledby="incoming-name"
      aria-describedby="incoming-to"
    >
      <header>
        <span className="incoming-title">
          <span className="incoming-pulse" aria-hidden="true" />
          {t('calls.incoming.title')}
        </span>
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t('calls.incoming.dismiss')}
          title={t('calls.incoming.dismiss')}
          onClick={onHide}
        />
      </header>
      <strong id="incoming-name" className="incoming-name">
        {name}
      </strong>
      <p id="incoming-to" className="muted">
        {[
          name !== phoneText(ring.from) && phoneText(ring.from),
          call && t('calls.incoming.to', { number: phoneText(call.ourNumber) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <CallerFacts ring={ring} />
      {line?.noMicrophone && (
        <p className="reason" role="alert">
          {t('calls.incoming.noMicrophone')}
        </p>
      )}
      {line ? <Answers ring={ring} /> : <p className="incoming-phone">{t('calls.incoming.onYourPhone')}</p>}
      {waiting > 0 && <p className="muted small">{t('calls.incoming.another', { count: waiting })}</p>}
    </section>
  );
}

function Answers({ ring }: { ring: Ring }) {
  const { t } = useTranslation();
  const ref = ring.line?.ref ?? '';
  useCallShortcuts({ answer: () => phone.answer(ref), decline: () => phone.hangUp(ref) });
  return (
    <div className="incoming-acts">
      <Button
        danger
        size="large"
        icon={<PhoneFilled rotate={225} />}
        aria-keyshortcuts="Alt+Shift+X"
        onClick={() => phone.hangUp(ref)}
      >
        {t('calls.incoming.decline')}
      </Button>
      <Button
        type="primary"
        size="large"
        className="incoming-answer"
        icon={<PhoneFilled />}
        aria-keyshortcuts="Alt+Shift+A"
        onClick={() => phone.answer(ref)}
      >
        {t('calls.incoming.answer')}
      </Button>
    </div>
  );
}

/** Rings, blinks and tells, until it is over. A telephone that rings by itself needs no second bell. */
function useAlarm(ring: Ring, words: string): void {
  const hasLine = ring.line !== null;
  useEffect(() => {
    const ends = [blinkTitle(`☎ ${words}`)];
    if (hasLine) ends.push(startRinging(), notifyOutside(words, phoneText(ring.from)));
    return () => {
      for (const end of ends) end();
    };
  }, [hasLine, words, ring.from]);
}
