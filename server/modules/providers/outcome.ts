import type { Failure } from './failure.ts';
import { prose } from './parse.ts';

/** What a provider's codes say, in the words that both providers share. */
export type ReasonsByCode<Reason extends string> = ReadonlyMap<string, Reason>;

/** Why a provider did not do it, in words that any column can hold. */
export interface ProviderFailure<Reason extends string> {
  reason: Reason;
  /** Null when the provider gave none. */
  providerCode: string | null;
  providerMessage: string;
}

/** What becomes of a text or a leg that a provider was asked for one time, and did not accept. */
export type NotAccepted<Reason extends string> =
  /** It may have been done: it is looked up before it is asked for again. */
  | { kind: 'unanswered' }
  | { kind: 'rate_limited'; retryAfterMs: number }
  | { kind: 'refused'; failure: ProviderFailure<Reason> };

/** Reasons that follow from the status of an answer alone. */
type ReasonOfStatus = 'insufficient_funds' | 'account_problem' | 'unknown';

/** A table of codes by what they mean. */
export function reasonsByCode<Reason extends string>(
  codes: Partial<Record<Reason, readonly (number | string)[]>>,
): ReasonsByCode<Reason> {
  return new Map(
    Object.entries<readonly (number | string)[] | undefined>(codes).flatMap(([reason, list = []]) =>
      list.map((code) => [String(code), reason as Reason] as const),
    ),
  );
}

/** A pause for a provider that says "too many" without saying how long. */
const PAUSE_MS = 1000;
/** Request time-out: the server gave up on reading us, or on itself. */
const REQUEST_TIMEOUT = 408;
const MESSAGE_MAX_CHARS = 500;

/** What a failed attempt comes to. */
export function notAccepted<Reason extends string>(
  { kind, status, providerCode, providerMessage, retryAfterMs }: Failure,
  reasons: ReasonsByCode<Reason | ReasonOfStatus>,
): NotAccepted<Reason | ReasonOfStatus> {
  const isOpen = kind !== 'answered' || status === null || status >= 500 || status === REQUEST_TIMEOUT;
  if (isOpen) return { kind: 'unanswered' };
  const known = providerCode === null ? undefined : reasons.get(providerCode);
  // A full queue or a day's limit may come as 429 too, and no pause of ours helps there.
  if (status === 429 && !known) return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? PAUSE_MS };
  return {
    kind: 'refused',
    failure: failureWith(known ?? reasonOfStatus(status), providerCode, providerMessage),
  };
}

function reasonOfStatus(status: number): ReasonOfStatus {
  if (status === 402) return 'insufficient_funds';
  return status === 401 || status === 403 ? 'account_problem' : 'unknown';
}

export function failureWith<Reason extends string>(
  reason: Reason,
  providerCode: string | null,
  providerMessage: string,
): ProviderFailure<Reason> {
  return { reason, providerCode, providerMessage: prose(providerMessage).slice(0, MESSAGE_MAX_CHARS) };
}
