import type { Clock } from '../../../kernel/clock.ts';
import { RelaisError } from '../../../kernel/errors.ts';
import { type CodeMap, type Failure, unreadableAnswer } from '../failure.ts';
import { text } from '../parse.ts';
import { retryAfterMs } from '../requests.ts';

/** Twilio's error codes that mean something to the business (twilio.com/docs/api/errors). */
export const twilioCodes: CodeMap = {
  // Twilio has no code for "not enough money": it suspends the account.
  '10001': 'insufficient_funds',
  '20005': 'insufficient_funds',
  '20003': 'provider_unauthorized',
  '21422': 'number_not_available',
  '21452': 'number_not_available',
  '21649': 'requirements_incomplete',
};

/** An answer of 400 or more. */
export class TwilioRefusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.providerMessage);
    this.failure = failure;
  }
}

interface Answer {
  statusCode: number;
  body: unknown;
  headers?: unknown;
}

/** Twilio's usual body is {code, message, more_info, status}; newer APIs answer problem details (RFC 9457). */
export function refusalOf(answer: Answer, clock: Clock): TwilioRefusal {
  const body = (typeof answer.body === 'object' && answer.body !== null ? answer.body : {}) as Record<
    string,
    unknown
  >;
  const headers = (answer.headers ?? {}) as Record<string, unknown>;
  const more = body.details ?? body.errors;
  return new TwilioRefusal({
    kind: 'answered',
    status: answer.statusCode,
    providerCode: text(body.code),
    providerMessage:
      text(body.message) ?? text(body.detail) ?? text(body.title) ?? `HTTP ${answer.statusCode}`,
    retryAfterMs: retryAfterMs((name) => text(headers[name]), clock.nowMs()),
    ...(more === undefined || more === null ? {} : { more }),
  });
}

/** Codes of a request that waited too long: axios, Node's sockets, and fetch with a time-out signal. */
const TIMEOUTS = new Set([
  'ECONNABORTED',
  'ETIMEDOUT',
  'TimeoutError',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Reads what the SDK or fetch throws; null for errors that are not about a request. */
export function readTwilioFailure(error: unknown): Failure | null {
  if (error instanceof TwilioRefusal) return error.failure;
  const thrown = error as {
    isAxiosError?: boolean;
    name?: string;
    code?: string;
    message?: string;
    cause?: { code?: string };
  };
  const isTimeout = [thrown?.code, thrown?.name, thrown?.cause?.code].some(
    (word) => word !== undefined && TIMEOUTS.has(word),
  );
  const isNetwork =
    thrown?.isAxiosError === true || (error instanceof TypeError && thrown.message === 'fetch failed');
  if (!isTimeout && !isNetwork) return unreadableAnswer(error);
  const providerMessage = thrown.message || thrown.code || 'no answer';
  return {
    kind: isTimeout ? 'timeout' : 'unreachable',
    status: null,
    providerCode: null,
    providerMessage,
    retryAfterMs: null,
  };
}

/** Whether an error is Twilio's answer with this code. */
export function hasTwilioCode(error: unknown, code: string): boolean {
  return (
    error instanceof RelaisError &&
    (error.details as { providerCode?: unknown } | undefined)?.providerCode === code
  );
}
