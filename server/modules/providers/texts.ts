import type { Failure } from './failure.ts';
import type { RemoteText, SendOutcome, TextFailure, TextFailureReason, TextStatus } from './messaging.ts';
import { prose } from './parse.ts';
import type { Attempt } from './requests.ts';

/** What a provider's codes say of a text, in the words of both. */
export type TextReasons = ReadonlyMap<string, TextFailureReason>;

/** A table of codes by what they mean. */
export function textReasons(codes: Partial<Record<TextFailureReason, readonly number[]>>): TextReasons {
  return new Map(
    Object.entries(codes).flatMap(([reason, list]) =>
      list.map((code) => [String(code), reason as TextFailureReason] as const),
    ),
  );
}

/** A pause for a provider that says "too many" without saying how long. */
const PAUSE_MS = 1000;
/** Request time-out: the server gave up on reading us, or on itself. */
const REQUEST_TIMEOUT = 408;

/** Sends a text one time. @param toText null when the answer does not say which text it is about. */
export async function sendOnce<Answer>(
  { attempt, reasons }: { attempt: Attempt; reasons: TextReasons },
  send: () => Promise<Answer>,
  toText: (answer: Answer) => RemoteText | null,
): Promise<SendOutcome> {
  const outcome = await attempt(send);
  if (outcome.failure !== null) return outcomeOfFailure(outcome.failure, reasons);
  const text = toText(outcome.answer);
  return text ? { kind: 'accepted', text } : { kind: 'unanswered' };
}

function outcomeOfFailure(failure: Failure, reasons: TextReasons): SendOutcome {
  const { kind, status, providerCode, providerMessage, retryAfterMs } = failure;
  const isOpen = kind !== 'answered' || status === null || status >= 500 || status === REQUEST_TIMEOUT;
  if (isOpen) return { kind: 'unanswered' };
  const known = providerCode === null ? undefined : reasons.get(providerCode);
  // A full queue or a day's limit may come as 429 too, and no pause of ours helps there.
  if (status === 429 && !known) return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? PAUSE_MS };
  return {
    kind: 'refused',
    failure: toFailure(known ?? reasonOfStatus(status), providerCode, providerMessage),
  };
}

function reasonOfStatus(status: number): TextFailureReason {
  if (status === 402) return 'insufficient_funds';
  return status === 401 || status === 403 ? 'account_problem' : 'unknown';
}

const MESSAGE_MAX_CHARS = 500;

function toFailure(
  reason: TextFailureReason,
  providerCode: string | null,
  providerMessage: string,
): TextFailure {
  return { reason, providerCode, providerMessage: prose(providerMessage).slice(0, MESSAGE_MAX_CHARS) };
}

/** Why a text ended badly, by the code of its receipt; null for one that did not. */
export function failureOf(
  status: TextStatus,
  reasons: TextReasons,
  said: { code: string | null; message: string | null; word: string },
): TextFailure | null {
  if (status !== 'failed' && status !== 'undelivered') return null;
  const { code, message, word } = said;
  const reason = (code && reasons.get(code)) || (word === 'expired' ? 'expired' : 'unknown');
  return toFailure(reason, code, message ?? (code ? `${word}: ${code}` : word));
}
