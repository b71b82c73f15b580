import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Account, Provider } from './accounts.ts';
import { type ParsedBody, parseBody, type UploadedFile } from './body.ts';
import { recordExchange } from './exchanges.ts';
import { type FaultKind, type Occasion, strike } from './faults.ts';
import { parseQuery, type QueryTree } from './query.ts';
import { changed, type Sandbox } from './sandbox.ts';

/** What a handler gets to see of a request. */
export interface Call {
  sb: Sandbox;
  account: Account;
  method: string;
  /** The path the client asked for, without the query. */
  path: string;
  params: Record<string, string>;
  query: QueryTree;
  search: URLSearchParams;
  /** The JSON object, or the form's fields. */
  body: Record<string, unknown>;
  file?: UploadedFile | undefined;
}

/** What a handler answers. `body` undefined: no content. A Buffer is sent as it is. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Thrown by a handler to refuse; the transaction is rolled back. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** Which numbers a call is about, so that sentinels and faults of a number can strike. */
export type Concerned = Pick<Occasion, 'topic' | 'numbers' | 'others'>;

/** One route of a provider. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  handler: (call: Call) => Answer;
  concerns?: (call: Call) => Concerned;
}

/** How a provider says who may enter and what went wrong. */
export interface Dialect {
  provider: Provider;
  /** The account of the credentials, or a refusal. */
  authenticate(sb: Sandbox, request: FastifyRequest): Account;
  /** The answer to a body that cannot be read. */
  malformed(message: string): Answer;
  notFound(path: string): Answer;
  rateLimited(): Answer;
  insufficientFunds(): Answer;
  /** The answer to an order for a number that somebody else has just taken. */
  taken(number: string): Answer;
  serverError(): Answer;
}

/** Registers a provider's routes under a prefix. */
export function mount(
  app: FastifyInstance,
  sb: Sandbox,
  dialect: Dialect,
  prefix: string,
  routes: Route[],
): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: prefix + route.path,
      handler: (request, reply) => serve(sb, dialect, route, request, reply),
    });
  }
  app.all(`${prefix}/*`, (request, reply) => {
    const handler = () => dialect.notFound(pathOf(request));
    return serve(sb, dialect, { method: 'GET', path: '*', handler }, request, reply);
  });
}

const BEFORE: FaultKind[] = ['rate_limit', 'insufficient_funds', 'taken', 'error_before', 'timeout_before'];
const AFTER: FaultKind[] = ['error_after', 'timeout_after'];

interface Outcome {
  answer: Answer;
  account: string;
  body: ParsedBody;
  /** The answer is kept back for ever. */
  hangs: boolean;
}

async function serve(
  sb: Sandbox,
  dialect: Dialect,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const startedAtMs = sb.clock.nowMs();
  const body = await parseBody(request);
  const outcome = decide(sb, dialect, route, request, body);
  recordExchange(sb, { request, provider: dialect.provider, startedAtMs, ...outcome });
  changed(sb);
  if (outcome.hangs) return hang(sb, reply);
  return send(reply, outcome.answer);
}

function decide(
  sb: Sandbox,
  dialect: Dialect,
  route: Route,
  request: FastifyRequest,
  body: ParsedBody,
): Outcome {
  let account = '';
  let hangs = false;
  const answered = (answer: Answer): Outcome => ({ answer, account, body, hangs });
  try {
    const owner = dialect.authenticate(sb, request);
    account = owner.id;
    if (body.problem !== undefined) return answered(dialect.malformed(body.problem));
    const call = toCall(sb, owner, request, body);
    const answer = sb.store.transaction(() => {
      const concerned = route.concerns?.(call) ?? {};
      const occasion = {
        provider: dialect.provider,
        account,
        method: call.method,
        path: call.path,
        ...concerned,
      };
      const before = strike(sb, BEFORE, occasion)?.kind;
      hangs = before === 'timeout_before';
      if (before !== undefined) return faultAnswer(dialect, before, concerned.numbers?.[0] ?? '');
      const result = route.handler(call);
      const after = result.status < 300 ? strike(sb, AFTER, occasion)?.kind : undefined;
      hangs = after === 'timeout_after';
      return after === 'error_after' ? dialect.serverError() : result;
    });
    return answered(answer);
  } catch (error) {
    if (error instanceof Refusal) return answered(error.answer);
    process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : String(error)}\n`);
    return answered(dialect.serverError());
  }
}

function faultAnswer(dialect: Dialect, kind: FaultKind, number: string): Answer {
  if (kind === 'rate_limit') return dialect.rateLimited();
  if (kind === 'taken') return dialect.taken(number);
  return kind === 'insufficient_funds' ? dialect.insufficientFunds() : dialect.serverError();
}

function toCall(sb: Sandbox, account: Account, request: FastifyRequest, body: ParsedBody): Call {
  const search = new URL(request.originalUrl, 'http://localhost').searchParams;
  return {
    sb,
    account,
    method: request.method,
    path: pathOf(request),
    params: request.params as Record<string, string>,
    query: parseQuery(search),
    search,
    body: body.fields,
    file: body.file,
  };
}

function pathOf(request: FastifyRequest): string {
  return request.originalUrl.split('?')[0] ?? '';
}

function send(reply: FastifyReply, answer: Answer) {
  reply.code(answer.status).headers(answer.headers ?? {});
  if (answer.body === undefined) return reply.send();
  if (Buffer.isBuffer(answer.body)) return reply.send(answer.body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}

/** Keeps the connection open without a word until the client gives up or the sandbox closes. */
function hang(sb: Sandbox, reply: FastifyReply): FastifyReply {
  reply.hijack();
  const { socket } = reply.raw;
  const end = () => socket?.destroy();
  sb.closing.addEventListener('abort', end, { once: true });
  socket?.once('close', () => sb.closing.removeEventListener('abort', end));
  return reply;
}
