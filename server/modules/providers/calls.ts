import type { Failure } from './failure.ts';
import { prose } from './parse.ts';
import type { Attempt } from './requests.ts';
import type { CallFailure, CallFailureReason, DialOutcome, RemoteLeg } from './voice.ts';

/** What a provider's codes say of a call, in the words of both. */
export type CallReasons = ReadonlyMap<string, CallFailureReason>;

/** A table of codes by what they mean. */
export function callReasons(
  codes: Partial<Record<CallFailureReason, readonly (number | string)[]>>,
): CallReasons {
  return new Map(
    Object.entries(codes).flatMap(([reason, list]) =>
      list.map((code) => [String(code), reason as CallFailureReason] as const),
    ),
  );
}

/** A pause for a provider that says "too many" without saying how long. */
const PAUSE_MS = 1000;
/** Request time-out: the server gave up on reading us, or on itself. */
const REQUEST_TIMEOUT = 408;

/** Places a leg one time. @param toLeg null when the answer does not say which leg it is about. */
export async function placeOnce<Answer>(
  { attempt, reasons }: { attempt: Attempt; reasons: CallReasons },
  send: () => Promise<Answer>,
  toLeg: (answer: Answer) => RemoteLeg | null,
): Promise<DialOutcome> {
  const outcome = await attempt(send);
  if (outcome.failure !== null) return outcomeOfFailure(outcome.failure, reasons);
  const leg = toLeg(outcome.answer);
  return leg ? { kind: 'accepted', leg } : { kind: 'unanswered' };
}

function outcomeOfFailure(failure: Failure, reasons: CallReasons): DialOutcome {
  const { kind, status, providerCode, providerMessage, retryAfterMs } = failure;
  const isOpen = kind !== 'answered' || status === null || status >= 500 || status === REQUEST_TIMEOUT;
  if (isOpen) return { kind: 'unanswered' };
  const known = providerCode === null ? undefined : reasons.get(providerCode);
  if (status === 429 && !known) return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? PAUSE_MS };
  return {
    kind: 'refused',
    failure: callFailure(known ?? reasonOfStatus(status), providerCode, providerMessage),
  };
}

function reasonOfStatus(status: number): CallFailureReason {
  if (status === 402) return 'insufficient_funds';
  return status === 401 || status === 403 ? 'account_problem' : 'unknown';
}

const MESSAGE_MAX_CHARS = 500;

/** A failure whose words any column can hold. */
export function callFailure(
  reason: CallFailureReason,
  providerCode: string | null,
  providerMessage: string,
): CallFailure {
  return { reason, providerCode, providerMessage: prose(providerMessage).slice(0, MESSAGE_MAX_CHARS) };
}
