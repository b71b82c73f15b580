import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Gesture } from '../core/calls/lines.ts';
import { listFaults } from '../core/faults.ts';
import type { Sandbox } from '../core/sandbox.ts';
import * as actions from './actions.ts';
import { createChangeFeed } from './changes.ts';
import { refusalOf } from './guard.ts';
import * as handsets from './handsets.ts';
import * as lines from './lines.ts';
import { mountPage } from './page.ts';
import * as schemas from './schemas.ts';
import { deliveriesPage, exchangesPage, inventoryView, stateView } from './state.ts';

const BASE = '/sandbox/api';

interface Input<B, Q> {
  body: B;
  query: Q;
  params: Record<string, string>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

type Register = <B, Q>(
  method: Method,
  path: string,
  body: z.ZodType<B>,
  query: z.ZodType<Q>,
  run: (input: Input<B, Q>) => unknown,
) => void;

const NO_BODY = z.unknown();
const NO_QUERY = z.object({});

/** Registers the admin API under /sandbox/api and the page at /. */
export function mountAdmin(app: FastifyInstance, sb: Sandbox, token: string): void {
  const register: Register = (method, path, body, query, run) => {
    app.route({
      method,
      url: BASE + path,
      handler: (request, reply) => handle(request, reply, token, body, query, run),
    });
  };
  mountViews(register, sb);
  mountKnobs(register, sb);
  mountDecisions(register, sb);
  mountHandsets(register, sb);
  mountLines(register, sb);
  mountPage(app);
}

function mountViews(register: Register, sb: Sandbox): void {
  const feed = createChangeFeed(sb);
  register('GET', '/state', NO_BODY, NO_QUERY, () => stateView(sb));
  register('GET', '/inventory', NO_BODY, schemas.inventoryQuery, ({ query }) => inventoryView(sb, query));
  register('GET', '/requests', NO_BODY, schemas.cursorQuery, ({ query }) => exchangesPage(sb, query));
  register('GET', '/deliveries', NO_BODY, schemas.cursorQuery, ({ query }) => deliveriesPage(sb, query));
  register('GET', '/changes', NO_BODY, schemas.changesQuery, ({ query }) =>
    feed.wait(query.after, query.waitMs),
  );
}

function mountKnobs(register: Register, sb: Sandbox): void {
  register('GET', '/faults', NO_BODY, NO_QUERY, () => ({ items: listFaults(sb) }));
  register('PUT', '/faults', schemas.faultBody, NO_QUERY, ({ body }) => actions.setFault(sb, body));
  register('DELETE', '/faults/:id', NO_BODY, NO_QUERY, ({ params }) =>
    actions.dropFault(sb, params.id ?? ''),
  );
  register('POST', '/accounts', schemas.accountBody, NO_QUERY, ({ body }) =>
    actions.addAccount(sb, body.provider, body.name, body.balance),
  );
  register('PUT', '/accounts/:id', schemas.balanceBody, NO_QUERY, ({ params, body }) =>
    actions.setBalance(sb, params.id ?? '', body.balance),
  );
  register('POST', '/reset', schemas.emptyBody, NO_QUERY, () => actions.reset(sb));
}

function mountDecisions(register: Register, sb: Sandbox): void {
  const { emptyBody, reasonBody } = schemas;
  register('POST', '/advance', schemas.advanceBody, NO_QUERY, ({ body }) => actions.advance(sb, body));
  for (const verdict of ['complete', 'fail'] as const) {
    register('POST', `/orders/:id/${verdict}`, emptyBody, NO_QUERY, ({ params }) =>
      actions.decideOrder(sb, params.id ?? '', verdict),
    );
  }
  const decideGroup = ({ params }: Input<unknown, unknown>, reason?: string) =>
    actions.decideGroup(sb, params.id ?? '', reason);
  register('POST', '/requirement-groups/:id/approve', emptyBody, NO_QUERY, (input) => decideGroup(input));
  register('POST', '/requirement-groups/:id/decline', reasonBody, NO_QUERY, (input) =>
    decideGroup(input, input.body.reason),
  );
  const decideBundle = ({ params }: Input<unknown, unknown>, reason?: string) =>
    actions.decideBundle(sb, params.sid ?? '', reason);
  register('POST', '/bundles/:sid/approve', emptyBody, NO_QUERY, (input) => decideBundle(input));
  register('POST', '/bundles/:sid/reject', reasonBody, NO_QUERY, (input) =>
    decideBundle(input, input.body.reason),
  );
  register('POST', '/webhooks/:id/replay', emptyBody, NO_QUERY, ({ params }) =>
    actions.replay(sb, params.id ?? ''),
  );
}

function mountHandsets(register: Register, sb: Sandbox): void {
  const { handsetBody, handsetsQuery, textsQuery, writtenBody } = schemas;
  register('GET', '/handsets', NO_BODY, handsetsQuery, ({ query }) => handsets.handsetsView(sb, query));
  register('POST', '/handsets', handsetBody, NO_QUERY, ({ body }) =>
    handsets.addHandset(sb, body.number, body.name),
  );
  register('DELETE', '/handsets/:number', NO_BODY, NO_QUERY, ({ params }) =>
    handsets.removeHandset(sb, params.number ?? ''),
  );
  register('GET', '/handsets/:number/messages', NO_BODY, textsQuery, ({ params, query }) =>
    handsets.handsetTexts(sb, params.number ?? '', query),
  );
  register('POST', '/handsets/:number/messages', writtenBody, NO_QUERY, ({ params, body }) =>
    handsets.writeText(sb, params.number ?? '', body),
  );
}

function mountLines(register: Register, sb: Sandbox): void {
  const { declineBody, dialledBody, emptyBody, linesQuery, pressBody, sayBody } = schemas;
  register('GET', '/lines', NO_BODY, linesQuery, ({ query }) => lines.linesView(sb, query));
  register('POST', '/handsets/:number/calls', dialledBody, NO_QUERY, ({ params, body }) =>
    lines.callNumber(sb, params.number ?? '', body.to),
  );
  const act = (params: Record<string, string>, wish: Gesture) => lines.act(sb, params.id ?? '', wish);
  register('POST', '/lines/:id/answer', emptyBody, NO_QUERY, ({ params }) => act(params, { kind: 'answer' }));
  register('POST', '/lines/:id/decline', declineBody, NO_QUERY, ({ params, body }) =>
    act(params, { kind: 'decline', how: body.how }),
  );
  register('POST', '/lines/:id/hangup', emptyBody, NO_QUERY, ({ params }) => act(params, { kind: 'hangup' }));
  register('POST', '/lines/:id/press', pressBody, NO_QUERY, ({ params, body }) =>
    act(params, { kind: 'press', digits: body.digits }),
  );
  register('POST', '/lines/:id/say', sayBody, NO_QUERY, ({ params, body }) =>
    act(params, { kind: 'say', words: body.words }),
  );
}

async function handle<B, Q>(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  bodySchema: z.ZodType<B>,
  querySchema: z.ZodType<Q>,
  run: (input: Input<B, Q>) => unknown,
) {
  reply.header('cache-control', 'no-store');
  const refusal = refusalOf(request, token);
  if (refusal !== undefined) return reply.code(refusal.status).send({ error: refusal.error });
  const json = readJson(request);
  if (json === undefined) return reply.code(400).send({ error: 'The body must be a JSON object.' });
  const body = bodySchema.safeParse(json.value);
  const query = querySchema.safeParse(request.query);
  if (!body.success) return reply.code(400).send({ error: z.prettifyError(body.error) });
  if (!query.success) return reply.code(400).send({ error: z.prettifyError(query.error) });
  const params = request.params as Record<string, string>;
  const result = await run({ body: body.data, query: query.data, params });
  if (result === undefined) return reply.code(404).send({ error: 'There is no such thing here.' });
  return reply.send(result);
}

/** The body as JSON; `{}` if there is none; undefined if it is no JSON. */
function readJson(request: FastifyRequest): { value: unknown } | undefined {
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) return { value: {} };
  try {
    return { value: JSON.parse(request.body.toString('utf8')) };
  } catch {
    return undefined;
  }
}
