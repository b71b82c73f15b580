import type { Call } from '../../api/callTypes.ts';
import { ringingFor } from './callState.ts';
import type { Line, PhoneState } from './machine.ts';

/** One call that rings for a person: in this browser (it has a line), on their telephone, or both. */
export interface Ring {
  key: string;
  callId: string | null;
  from: string;
  line: Line | null;
  call: Call | null;
}

/**
 * What rings, the lines of this browser first. A call that the person is answering just now is not among them, nor one that
 * was hidden.
 */
export function ringsOf(
  state: PhoneState,
  live: readonly Call[],
  userId: string,
  hidden: readonly string[],
): Ring[] {
  const lines = state.lines.filter((line) => line.state === 'ringing');
  const busy = state.lines.flatMap((line) => (line.state !== 'ringing' && line.callId ? [line.callId] : []));
  const inBrowser = lines.map((line): Ring => {
    const call = live.find(({ id }) => id === line.callId) ?? null;
    return { key: line.callId ?? line.ref, callId: line.callId, from: call?.from ?? line.from, line, call };
  });
  const onPhone = ringingFor(live, userId)
    .filter(({ id }) => !busy.includes(id) && !lines.some(({ callId }) => callId === id))
    .map((call): Ring => ({ key: call.id, callId: call.id, from: call.from, line: null, call }));
  return [...inBrowser, ...onPhone].filter(({ key }) => !hidden.includes(key));
}
