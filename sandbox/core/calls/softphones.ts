import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from '../accounts.ts';
import { changed, type Sandbox } from '../sandbox.ts';
import { type Gesture, gesture, getLine, linesOf } from './lines.ts';
import { lineView } from './view.ts';

/** Whose browser a token makes a telephone: the account, and the address that is rung. */
export interface Softphone {
  account: string;
  handset: string;
}

/** Reads a provider's token for browsers; undefined when it is none of its own, or no longer good. */
export type ReadToken = (token: string) => Softphone | undefined;

const readers = new WeakMap<Sandbox, Map<Provider, ReadToken>>();

/** Says how a provider's tokens are read. */
export function registerTokens(sb: Sandbox, provider: Provider, read: ReadToken): void {
  const known = readers.get(sb) ?? new Map<Provider, ReadToken>();
  readers.set(sb, known.set(provider, read));
}

const LINES_MAX = 20;
const SHOWN_MS = 60_000;
/** Changes that come together are told together. */
const TELL_AFTER_MS = 30;
const KEEP_ALIVE_MS = 15_000;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-max-age': '600',
  'cache-control': 'no-store',
};

/** In place of the providers' browser SDKs: pages of any origin with a token see and work their lines. */
export function mountSoftphones(app: FastifyInstance, sb: Sandbox): void {
  app.options('/softphone/*', (_request, reply) => reply.headers(CORS).code(204).send());
  app.get('/softphone/lines', (request, reply) => {
    const phone = phoneOf(sb, request);
    if (phone === undefined) return refuse(reply);
    const wantsStream = request.headers.accept?.includes('text/event-stream') === true;
    if (wantsStream) return stream(sb, reply, phone);
    return reply.headers(CORS).send(shown(sb, phone));
  });
  app.post('/softphone/lines/:id/:act', (request, reply) => {
    const phone = phoneOf(sb, request);
    if (phone === undefined) return refuse(reply);
    const { id, act } = request.params as { id: string; act: string };
    const line = getLine(sb, id);
    const wish = wishOf(act, request.body);
    const isOwn = line?.handset === phone.handset && line.account === phone.account;
    const done = isOwn && wish ? sb.store.transaction(() => gesture(sb, id, wish)) : undefined;
    changed(sb);
    if (done === undefined)
      return reply.headers(CORS).code(404).send({ error: 'This line cannot do that now.' });
    return reply.headers(CORS).send(lineView(done));
  });
}

function phoneOf(sb: Sandbox, request: FastifyRequest): Softphone | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  for (const read of readers.get(sb)?.values() ?? []) {
    const phone = read(token);
    if (phone !== undefined) return phone;
  }
  return undefined;
}

function refuse(reply: FastifyReply) {
  return reply.headers(CORS).code(401).send({ error: 'The token is not known, or no longer good.' });
}

function wishOf(act: string, raw: unknown): Gesture | undefined {
  if (act === 'answer' || act === 'hangup') return { kind: act };
  if (act === 'decline') return { kind: 'decline', how: 'declined' };
  const body = readJson(raw);
  const digits = String(body.digits ?? '');
  if (act === 'press' && /^[0-9*#]{1,50}$/.test(digits)) return { kind: 'press', digits };
  const words = String(body.words ?? '').trim();
  return act === 'say' && words !== '' ? { kind: 'say', words: words.slice(0, 1000) } : undefined;
}

function readJson(raw: unknown): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(Buffer.isBuffer(raw) ? raw.toString('utf8') : '{}');
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

/** A browser's lines that are under way, and those that ended a moment ago. */
function shown(sb: Sandbox, { account, handset }: Softphone) {
  const sinceMs = sb.clock.nowMs() - SHOWN_MS;
  const lines = linesOf(sb, handset, LINES_MAX).filter(
    (line) => line.account === account && (line.endedAtMs === null || line.endedAtMs >= sinceMs),
  );
  return { handset, items: lines.map(lineView) };
}

/** Tells a browser its lines whenever they change. */
function stream(sb: Sandbox, reply: FastifyReply, phone: Softphone): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...CORS, 'content-type': 'text/event-stream' });
  let told = '';
  const tell = () => {
    timer = undefined;
    const now = JSON.stringify(shown(sb, phone));
    if (now === told || raw.destroyed) return;
    told = now;
    raw.write(`data: ${now}\n\n`);
  };
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    timer ??= setTimeout(tell, TELL_AFTER_MS);
  };
  const alive = setInterval(() => raw.write(': still here\n\n'), KEEP_ALIVE_MS);
  const end = () => {
    clearTimeout(timer);
    clearInterval(alive);
    sb.onChange.delete(soon);
    sb.closing.removeEventListener('abort', end);
    raw.end();
  };
  sb.onChange.add(soon);
  sb.closing.addEventListener('abort', end, { once: true });
  raw.once('close', end);
  tell();
  return reply;
}
