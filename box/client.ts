import type { z } from 'zod';
import { refusalSchema } from './protocol.ts';

/**
 * How a request ended. refused: the server itself said no, so asking again the same way changes nothing. away: nobody knows whether it
 * was heard (no line, a portal, an answer that is not the server's, overload), so it is asked again.
 */
export type Answer<T> =
  | { kind: 'ok'; body: T }
  | { kind: 'refused'; status: number; code: string; error: string }
  | { kind: 'away'; reason: string; retryAfterMs: number | null };

export interface Client {
  call<T>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    schema: z.ZodType<T>,
    options?: { body?: unknown; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Answer<T>>;
}

const TIMEOUT_MS = 15_000;
/** Nothing that the server says is as long. */
const ANSWER_CHARS_MAX = 4_000_000;

/** Speaks to one server. @param token null: before the box is enrolled. */
export function createClient(server: string, token: string | null, version: string): Client {
  return {
    async call(method, path, schema, { body, timeoutMs = TIMEOUT_MS, signal } = {}) {
      const time = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(`${server}${path}`, {
          method,
          // Whoever sends us elsewhere is not our server.
          redirect: 'error',
          headers: {
            'user-agent': `relais-box/${version}`,
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal: signal ? AbortSignal.any([time, signal]) : time,
        });
        return judge(response, await response.text(), schema);
      } catch (error) {
        return { kind: 'away', reason: reasonOf(error as Error), retryAfterMs: null };
      }
    },
  };
}

function judge<T>(response: Response, text: string, schema: z.ZodType<T>): Answer<T> {
  const away = (reason: string): Answer<T> => {
    const seconds = Number(response.headers.get('retry-after'));
    return { kind: 'away', reason, retryAfterMs: seconds > 0 ? Math.min(600, seconds) * 1000 : null };
  };
  if (text.length > ANSWER_CHARS_MAX) return away('the answer is too long');
  const body = parse(text);
  if (response.ok) {
    const read = schema.safeParse(body);
    return read.success
      ? { kind: 'ok', body: read.data }
      : away(`an answer that is not Relais's (${response.status})`);
  }
  const refusal = refusalSchema.safeParse(body);
  if (!refusal.success || response.status >= 500 || [408, 425, 429].includes(response.status))
    return away(refusal.success ? refusal.data.error : `HTTP ${response.status}`);
  const { error, code = '' } = refusal.data;
  return { kind: 'refused', status: response.status, code, error };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  if (error.name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? error.message;
}
