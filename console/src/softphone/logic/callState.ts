import type { Call } from '../../api/callTypes.ts';

type Live = Pick<Call, 'id' | 'status' | 'direction' | 'user' | 'answeredAt' | 'people'>;

const OVER = ['COMPLETED', 'BUSY', 'NO_ANSWER', 'FAILED', 'CANCELED'];

export const isOver = ({ status }: Pick<Call, 'status'>): boolean => OVER.includes(status);

/** The call that a person is in: one they started, or one they answered. The newest, should there be several. */
export function ownCall<Row extends Live>(live: readonly Row[], userId: string): Row | null {
  const mine = live.filter(
    (call) =>
      !isOver(call) &&
      call.user?.id === userId &&
      (call.direction === 'OUTBOUND' || call.status === 'IN_PROGRESS'),
  );
  return mine.sort((left, right) => right.id.localeCompare(left.id))[0] ?? null;
}

/** Calls that ring for a person now. */
export function ringingFor<Row extends Live>(live: readonly Row[], userId: string): Row[] {
  return live.filter(
    (call) =>
      call.direction === 'INBOUND' &&
      (call.status === 'INITIATED' || call.status === 'RINGING') &&
      call.people.some((one) => one.userId === userId && one.state === 'ringing'),
  );
}

/** Whether the call is being passed on; a transfer that is over stays written. */
export const isTransferring = ({ transfer }: Pick<Call, 'transfer'>): boolean =>
  transfer?.state === 'ringing' || transfer?.state === 'talking';

/** Which state word a call under way carries in the bar. */
export function liveWord(
  call: Pick<Call, 'status' | 'onHold' | 'transfer'>,
): 'calling' | 'ringing' | 'talking' | 'held' | 'transferring' {
  if (isTransferring(call)) return 'transferring';
  if (call.status === 'INITIATED') return 'calling';
  if (call.status === 'RINGING') return 'ringing';
  return call.onHold ? 'held' : 'talking';
}

/** Why a call that rang here rings no more. */
export function endOfRinging(
  call: Pick<Call, 'status' | 'user' | 'answeredAt'>,
  userId: string,
): 'answered_elsewhere' | 'answered_by_me' | 'gave_up' {
  if (!call.user || !call.answeredAt) return 'gave_up';
  return call.user.id === userId ? 'answered_by_me' : 'answered_elsewhere';
}

type Known = Live & Pick<Call, 'ourNumber' | 'from' | 'via'>;

/** What a line says of itself: our id of its leg or the provider's, when it is told; and the number that it shows. */
export interface LineName {
  leg: string | null;
  from: string;
}

/**
 * The call that a line belongs to: the one with its leg. A line that is not told its leg is guessed by its number: towards the
 * one who calls, a browser is rung by our own; towards those who are called, by the caller's or by ours. Null while it is not
 * known, or when it could be several.
 */
export function callOfLine<Row extends Known>(
  { leg, from }: LineName,
  live: readonly Row[],
  userId: string,
): Row | null {
  if (leg)
    return live.find(({ people }) => people.some((one) => one.sid === leg || one.legId === leg)) ?? null;
  const open = live.filter((call) => !isOver(call) && (!call.answeredAt || call.user?.id === userId));
  const own = open.filter(
    (call) =>
      call.direction === 'OUTBOUND' &&
      call.via === 'browser' &&
      call.user?.id === userId &&
      call.ourNumber === from,
  );
  const theirs = open.filter((call) => call.direction === 'INBOUND');
  const candidates = [
    own,
    theirs.filter((call) => call.from === from),
    theirs.filter((call) => call.ourNumber === from),
  ];
  const found = candidates.find((rows) => rows.length > 0) ?? [];
  return found.length === 1 ? (found[0] ?? null) : null;
}
