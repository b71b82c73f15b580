import Telnyx from 'telnyx';
import type { Clock } from '../../../kernel/clock.ts';
import { type CodeMap, type Failure, unreadableAnswer } from '../failure.ts';
import { text } from '../parse.ts';
import { retryAfterMs } from '../requests.ts';

/** Telnyx's error codes that mean something to the business (developers.telnyx.com, API errors). */
export const telnyxCodes: CodeMap = {
  '20012': 'insufficient_funds',
  '20100': 'insufficient_funds',
  '85000': 'number_not_available',
  '85001': 'number_not_available',
  '85006': 'number_not_available',
  '10009': 'provider_unauthorized',
  '10010': 'provider_unauthorized',
  // Older accounts are answered in words.
  number_already_registered: 'number_already_registered',
  insufficient_funds: 'insufficient_funds',
  number_not_available: 'number_not_available',
};

interface TelnyxError {
  code?: unknown;
  title?: unknown;
  detail?: unknown;
  source?: { pointer?: unknown; parameter?: unknown };
}

/** Reads what the SDK throws; null for errors that are not about a request. */
export function readTelnyxFailure(clock: Clock): (error: unknown) => Failure | null {
  return (error) => {
    if (error instanceof Telnyx.APIConnectionTimeoutError) return unanswered('timeout', error);
    if (error instanceof Telnyx.APIConnectionError) return unanswered('unreachable', error);
    if (!(error instanceof Telnyx.APIError)) return unreadableAnswer(error);
    const errors = errorList(error.error);
    const first = errors[0];
    return {
      kind: 'answered',
      status: error.status ?? null,
      providerCode: text(first?.code),
      providerMessage: errors.map(inWords).join('; ') || `HTTP ${error.status}`,
      retryAfterMs: retryAfterMs((name) => error.headers?.get(name), clock.nowMs()),
      ...(errors.length > 0
        ? {
            more: errors.map((item) => ({
              code: text(item.code),
              field: fieldOf(item),
              message: inWords(item),
            })),
          }
        : {}),
    };
  };
}

function unanswered(kind: 'timeout' | 'unreachable', error: Error): Failure {
  return { kind, status: null, providerCode: null, providerMessage: error.message, retryAfterMs: null };
}

/** The body is `{errors: [...]}`; anything else (a proxy's page, an empty body) has no list. */
function errorList(body: unknown): TelnyxError[] {
  const errors = (body as { errors?: unknown } | undefined)?.errors;
  return Array.isArray(errors) ? errors.filter((item) => typeof item === 'object' && item !== null) : [];
}

function inWords(error: TelnyxError): string {
  const title = text(error.title);
  const detail = text(error.detail);
  return title && detail && title !== detail
    ? `${title}: ${detail}`
    : (detail ?? title ?? `code ${text(error.code) ?? 'unknown'}`);
}

function fieldOf(error: TelnyxError): string | null {
  return text(error.source?.pointer) ?? text(error.source?.parameter);
}
