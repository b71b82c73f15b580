import { App } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { calls as callsApi } from '../../api/calls.ts';
import { useMe } from '../../api/session.ts';
import { endOfRinging } from '../logic/callState.ts';
import type { Ring } from '../logic/rings.ts';
import { numberName } from '../party.ts';

const SHOWN_S = 5;

/** Says why ringing stopped when one did nothing: a colleague took the call, or the caller gave up. */
export function useAftermath(ring: Ring | null): void {
  const { t } = useTranslation();
  const { user } = useMe();
  const { message } = App.useApp();
  const last = useRef<Ring | null>(null);
  const tell = async ({ callId, call, from }: Ring) => {
    if (!callId) return;
    const { call: now } = await callsApi.get(callId);
    const why = endOfRinging(now, user.id);
    // Still ringing: declined here, and others are rung.
    if (why === 'answered_by_me' || (why === 'gave_up' && !now.endedAt)) return;
    const name =
      why === 'answered_elsewhere'
        ? (now.user?.name ?? '')
        : call?.contact?.name || numberName(from, t('calls.hiddenNumber'));
    const words = t(why === 'gave_up' ? 'calls.incoming.gaveUp' : 'calls.incoming.elsewhere', { name });
    void message.info(words, SHOWN_S);
  };
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useEffect(() => {
    const before = last.current;
    last.current = ring;
    if (before && before.key !== ring?.key) void latest.current(before).catch(() => undefined);
  }, [ring]);
}
