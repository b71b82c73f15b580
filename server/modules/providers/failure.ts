import { type ErrorCode, RelaisError } from '../../kernel/errors.ts';
import type { ProviderName } from './port.ts';

/** One refused or unanswered request, in the provider's own words. */
export interface Failure {
  /** answered: the provider said no. unreachable: no connection was made or it broke. timeout: no answer in time. */
  kind: 'answered' | 'unreachable' | 'timeout';
  /** HTTP status; null when nothing was answered. */
  status: number | null;
  providerCode: string | null;
  providerMessage: string;
  /** How long the provider asked us to wait. */
  retryAfterMs: number | null;
  /** More of the provider's answer that helps a person, e.g. the fields of a refused form. */
  more?: unknown;
}

/** Reads an error of a provider's SDK. Returns null for errors that are not about a request: those are our own. */
export type ReadFailure = (error: unknown) => Failure | null;

/**
 * An answer that broke off, or is not the JSON that it says: the request may have been acted on, as after no answer at all.
 * Null for other errors.
 */
export function unreadableAnswer(error: unknown): Failure | null {
  const isBroken = error instanceof TypeError && error.message === 'terminated';
  if (!isBroken && !(error instanceof SyntaxError)) return null;
  const providerMessage = `the answer could not be read: ${error.message}`;
  return { kind: 'unreachable', status: null, providerCode: null, providerMessage, retryAfterMs: null };
}

/** The provider's codes that mean something to the business, e.g. Telnyx 20100 -> insufficient_funds. */
export type CodeMap = Readonly<Record<string, ErrorCode>>;

export const OUTCOMES = [
  'ok',
  'refused',
  'unauthorized',
  'rate_limited',
  'timeout',
  'unreachable',
  'server_error',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOf(failure: Failure): Outcome {
  if (failure.kind !== 'answered') return failure.kind;
  if (failure.status === 401) return 'unauthorized';
  if (failure.status === 429) return 'rate_limited';
  return (failure.status ?? 500) >= 500 ? 'server_error' : 'refused';
}

/** A failure in the words of our catalogue; the provider's own text goes into the details. */
export function toRelaisError(
  provider: ProviderName,
  failure: Failure,
  codes: CodeMap,
  cause: unknown,
): RelaisError {
  const details = {
    provider,
    providerCode: failure.providerCode,
    providerMessage: failure.providerMessage,
    status: failure.status,
    ...(failure.more === undefined ? {} : { more: failure.more }),
  };
  const params = {
    provider: displayName(provider),
    reason: failure.providerMessage,
    seconds: Math.max(1, Math.ceil((failure.retryAfterMs ?? 1000) / 1000)),
  };
  return new RelaisError(codeOf(failure, codes), { params, details, cause });
}

function codeOf(failure: Failure, codes: CodeMap): ErrorCode {
  switch (outcomeOf(failure)) {
    case 'timeout':
    case 'unreachable':
      return 'provider_timeout';
    case 'rate_limited':
      return 'provider_rate_limited';
    case 'server_error':
      return 'provider_error';
    case 'unauthorized':
      return 'provider_unauthorized';
    default:
      break;
  }
  const mapped = failure.providerCode === null ? undefined : codes[failure.providerCode];
  if (mapped) return mapped;
  if (failure.status === 402) return 'insufficient_funds';
  return failure.status === 403 ? 'provider_unauthorized' : 'provider_rejected';
}

/** The name that people know a provider by. */
export function displayName(provider: ProviderName): string {
  return provider === 'telnyx' ? 'Telnyx' : 'Twilio';
}

/** Whether an error is a provider's answer with this HTTP status. */
export function hasProviderStatus(error: unknown, status: number): boolean {
  return (
    error instanceof RelaisError && (error.details as { status?: unknown } | undefined)?.status === status
  );
}
