import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listFaults } from '../core/faults.ts';
import type { Sandbox } from '../core/sandbox.ts';
import * as actions from './actions.ts';
import { createChangeFeed } from './changes.ts';
import { refusalOf } from './guard.ts';
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

/** Registers the admin API under /sandbox/api and the page at /. */
export function mountAdmin(app: FastifyInstance, sb: Sandbox, token: string): void {
  const feed = createChangeFeed(sb);
  const noQuery = z.object({});
  const route = <B, Q>(
    method: Method,
    path: string,
    body: z.ZodType<B>,
    query: z.ZodType<Q>,
    run: (input: Input<B, Q>) => unknown,
  ) => {
    app.route({
      method,
      url: BASE + path,
      handler: (request, reply) => handle(request, reply, token, body, query, run),
    });
  };
  const none = z.unknown();
  route('GET', '/state', none, noQuery, () => stateView(sb));
  route('GET', '/inventory', none, schemas.inventoryQuery, ({ query }) => inventoryView(sb, query));
  route('GET', '/requests', none, schemas.cursorQuery, ({ query }) => exchangesPage(sb, query));
  route('GET', '/deliveries', none, schemas.cursorQuery, ({ query }) => deliveriesPage(sb, query));
  route('GET', '/changes', none, schemas.changesQuery, ({ query }) => feed.wait(query.after, query.waitMs));
  route('GET', '/faults', none, noQuery, () => ({ items: listFaults(sb) }));
  route('PUT', '/faults', schemas.faultBody, noQuery, ({ body }) => actions.setFault(sb, body));
  route('DELETE', '/faults/:id', none, noQuery, ({ params }) => actions.dropFault(sb, params.id ?? ''));
  route('POST', '/advance', schemas.advanceBody, noQuery, ({ body }) => actions.advance(sb, body.webhooks));
  for (const verdict of ['complete', 'fail'] as const) {
    route('POST', `/orders/:id/${verdict}`, schemas.emptyBody, noQuery, ({ params }) =>
      actions.decideOrder(sb, params.id ?? '', verdict),
    );
  }
  const { emptyBody, reasonBody } = schemas;
  const groups = '/requirement-groups/:id';
  route('POST', `${groups}/approve`, emptyBody, noQuery, ({ params }) =>
    actions.decideGroup(sb, params.id ?? '', undefined),
  );
  route('POST', `${groups}/decline`, reasonBody, noQuery, ({ params, body }) =>
    actions.decideGroup(sb, params.id ?? '', body.reason),
  );
  const bundles = '/bundles/:sid';
  route('POST', `${bundles}/approve`, emptyBody, noQuery, ({ params }) =>
    actions.decideBundle(sb, params.sid ?? '', undefined),
  );
  route('POST', `${bundles}/reject`, reasonBody, noQuery, ({ params, body }) =>
    actions.decideBundle(sb, params.sid ?? '', body.reason),
  );
  route('POST', '/webhooks/:id/replay', emptyBody, noQuery, ({ params }) =>
    actions.replay(sb, params.id ?? ''),
  );
  route('POST', '/accounts', schemas.accountBody, noQuery, ({ body }) =>
    actions.addAccount(sb, body.provider, body.name, body.balance),
  );
  route('PUT', '/accounts/:id', schemas.balanceBody, noQuery, ({ params, body }) =>
    actions.setBalance(sb, params.id ?? '', body.balance),
  );
  route('POST', '/reset', emptyBody, noQuery, () => actions.reset(sb));
  mountPage(app);
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
