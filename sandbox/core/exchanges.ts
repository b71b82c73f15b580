import type { FastifyRequest } from 'fastify';
import type { Provider } from './accounts.ts';
import type { ParsedBody } from './body.ts';
import { isoMillis } from './clock.ts';
import type { Answer } from './http.ts';
import { uuid } from './ids.ts';
import type { Sandbox } from './sandbox.ts';

/** One request a client made and the answer it got. */
export interface Exchange {
  id: string;
  at: string;
  provider: Provider;
  account: string;
  method: string;
  /** Path and query as the client sent them. */
  url: string;
  /** The Twilio host the client meant, if it said so. */
  origHost?: string | undefined;
  request: { headers: Record<string, string>; contentType: string; body: unknown; truncated: boolean };
  /** Status 0: the answer never left. */
  response: { status: number; headers: Record<string, string>; body: unknown };
  durationMs: number;
}

export const EXCHANGE = 'exchange';

/** Longer bodies (files) are cut to this many characters. */
const MAX_KEPT_CHARS = 100_000;
const KEEP_EXCHANGES = 5_000;
const TRIM_EVERY = 250;

/** What is known of an exchange once it is decided. */
export interface Finished {
  request: FastifyRequest;
  provider: Provider;
  account: string;
  startedAtMs: number;
  body: ParsedBody;
  answer: Answer;
  hangs: boolean;
}

let sinceTrim = 0;

export function recordExchange(sb: Sandbox, finished: Finished): void {
  const { request, answer, body } = finished;
  const text = isFile(body) ? '' : body.raw.toString('utf8');
  const exchange: Exchange = {
    id: uuid(),
    at: isoMillis(finished.startedAtMs),
    provider: finished.provider,
    account: finished.account,
    method: request.method,
    url: request.originalUrl,
    origHost: headerText(request.headers['x-orig-host']),
    request: {
      headers: redacted(request),
      contentType: body.contentType,
      body: isFile(body) ? fileSummary(body) : text.slice(0, MAX_KEPT_CHARS),
      truncated: isFile(body) || text.length > MAX_KEPT_CHARS,
    },
    response: finished.hangs
      ? { status: 0, headers: {}, body: null }
      : { status: answer.status, headers: answer.headers ?? {}, body: keptBody(answer.body) },
    durationMs: sb.clock.nowMs() - finished.startedAtMs,
  };
  sb.store.put(EXCHANGE, exchange.account, exchange.id, exchange);
  sinceTrim += 1;
  if (sinceTrim >= TRIM_EVERY) {
    sb.store.trim(EXCHANGE, KEEP_EXCHANGES);
    sinceTrim = 0;
  }
}

function isFile(body: ParsedBody): boolean {
  return body.contentType.includes('multipart/form-data');
}

function fileSummary(body: ParsedBody): Record<string, unknown> {
  const { file } = body;
  const about = file === undefined ? {} : { [file.field]: `${file.filename} (${file.bytes.length} bytes)` };
  return { ...body.fields, ...about };
}

function keptBody(body: unknown): unknown {
  if (Buffer.isBuffer(body)) return `(${body.length} bytes)`;
  return body ?? null;
}

function redacted(request: FastifyRequest): Record<string, string> {
  const entries = Object.entries(request.headers).map(([name, value]) => [name, headerText(value) ?? '']);
  const headers = Object.fromEntries(entries) as Record<string, string>;
  if (headers.authorization !== undefined) headers.authorization = '[redacted]';
  return headers;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
