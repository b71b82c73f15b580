import { z } from 'zod';
import { isEd25519PublicKey } from '../../kernel/config.ts';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { errorSchema } from '../../kernel/http/openapi.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import * as accounts from './accounts.ts';
import { listDeliveries } from './events-store.ts';
import { webhookDoor } from './ingress.ts';
import { PROVIDERS } from './port.ts';
import { TONES_PATH } from './twilio/numbers.ts';
import { tonesDocument } from './twilio/voice-rooms.ts';

const provider = z.enum(PROVIDERS);
const price = z.object({ amount: z.string(), currency: z.string() });
const ok = z.object({ success: z.literal(true) });
const failures = { 400: errorSchema, 401: errorSchema, 403: errorSchema, 404: errorSchema, 409: errorSchema };

const account = z
  .object({
    id: z
      .string()
      .describe("A UUID, or installation-telnyx / installation-twilio for the installation's own accounts"),
    provider,
    name: z.string(),
    accountRef: z.string().describe('The account SID (Twilio), or the key with its middle hidden (Telnyx)'),
    isDefault: z.boolean().describe('Used for what the company does from now on'),
    source: z.enum(['company', 'installation']),
    status: z.enum(['untested', 'ok', 'failing']),
    lastTestedAt: z.string().nullable(),
    lastError: z.string().nullable(),
    createdAt: z.string().nullable(),
  })
  .meta({ id: 'ProviderAccount' });

const secret = z
  .string()
  .trim()
  .min(8)
  .max(300)
  .regex(/^[\x21-\x7e]+$/, 'no spaces or line breaks');
const name = z.string().trim().min(1).max(100);
const publicKey = z
  .string()
  .trim()
  .refine(isEd25519PublicKey, 'the base64 public key of 32 bytes from the Telnyx portal, under "Public key"');
const accountSid = z
  .string()
  .trim()
  .regex(/^AC[0-9a-f]{32}$/i, 'starts with AC, then 32 hex digits');

const newAccount = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('telnyx'), name, apiKey: secret, publicKey }),
  z.strictObject({ provider: z.literal('twilio'), name, accountSid, authToken: secret }),
]);

const accountChange = z
  .strictObject({ name, isDefault: z.boolean(), apiKey: secret, publicKey, authToken: secret })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'nothing to change');

const tags = ['provider accounts'];
const byId = z.object({ id: z.string().max(60) });
const read = { authority: { permission: 'provider_accounts:read' } } as const;
const manage = { authority: { permission: 'provider_accounts:manage' } } as const;

/** Provider accounts and the list of webhook deliveries. */
export function providerRoutes(server: HttpServer): void {
  webhookDoor(server, {
    ...{ url: TONES_PATH, provider: 'twilio', topic: 'twilio.tones' },
    answer: async (_kernel, event) => ({ document: await tonesDocument(event), kept: null }),
  });
  accountRoutes(server);
  oneAccountRoutes(server);
  testRoute(server);
  deliveriesRoute(server);
}

const single = ok.extend({ account });

function accountRoutes(server: HttpServer): void {
  server.get(
    '/api/provider-accounts',
    {
      config: read,
      schema: {
        tags,
        summary: 'Provider accounts',
        response: { 200: ok.extend({ accounts: z.array(account) }), ...failures },
      },
    },
    async ({ ctx }) => ({ success: true as const, accounts: await accounts.listAccounts(withCompany(ctx)) }),
  );
  server.post(
    '/api/provider-accounts',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a provider account',
        body: newAccount,
        response: { 201: single, ...failures },
      },
    },
    async ({ ctx, body }, reply) =>
      reply
        .status(201)
        .send({ success: true as const, account: await accounts.createAccount(withCompany(ctx), body) }),
  );
}

function oneAccountRoutes(server: HttpServer): void {
  server.patch(
    '/api/provider-accounts/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a provider account',
        params: byId,
        body: accountChange,
        response: { 200: single, ...failures },
      },
    },
    async ({ ctx, params, body }) => ({
      success: true as const,
      account: await accounts.updateAccount(withCompany(ctx), params.id, body),
    }),
  );
  server.delete(
    '/api/provider-accounts/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Remove a provider account and its credentials',
        params: byId,
        response: { 200: ok, ...failures },
      },
    },
    async ({ ctx, params }) => {
      await accounts.deleteAccount(withCompany(ctx), params.id);
      return { success: true as const };
    },
  );
}

function testRoute(server: HttpServer): void {
  const answer = ok.extend({
    ok: z.boolean(),
    accountName: z.string().nullable(),
    balance: price.nullable(),
    message: z.string(),
  });
  server.post(
    '/api/provider-accounts/:id/test',
    {
      config: manage,
      schema: { tags, summary: 'Test the connection', params: byId, response: { 200: answer, ...failures } },
    },
    async ({ ctx, params }) => ({
      success: true as const,
      ...(await accounts.testAccount(withCompany(ctx), params.id)),
    }),
  );
}

const delivery = z
  .object({
    id: z.string(),
    provider,
    topic: z.string(),
    type: z.string(),
    verdict: z.enum(['accepted', 'duplicate', 'refused']),
    reason: z.string().nullable(),
    status: z.enum(['received', 'handled', 'ignored', 'failed']),
    attempts: z.int(),
    receivedAt: z.string(),
    handledAt: z.string().nullable(),
  })
  .meta({ id: 'ProviderEvent' });

function deliveriesRoute(server: HttpServer): void {
  const query = exportQuery.extend({
    provider: provider.optional(),
    verdict: z.enum(['accepted', 'duplicate', 'refused']).optional(),
  });
  const answer = ok.extend({ events: z.array(delivery), nextCursor: z.string().nullable() });
  server.get(
    '/api/provider-events',
    {
      config: read,
      schema: {
        tags,
        summary: "Webhook deliveries for the company's numbers and accounts",
        querystring: query,
        response: { 200: listAnswer(answer), ...failures },
      },
    },
    async ({ ctx, query: { limit, cursor, format, ...filter } }, reply) => {
      const rowsMax = rowsWanted({ limit, format });
      const found = await transact(withCompany(ctx), (tx) =>
        listDeliveries(tx, { ...filter, before: fromCursor(cursor), limit: rowsMax }),
      );
      const { rows, nextCursor } = toPage(found, rowsMax);
      const events = rows.map((row) => ({
        ...row,
        receivedAt: row.receivedAt.toISOString(),
        handledAt: row.handledAt?.toISOString() ?? null,
      }));
      if (format === 'json') return reply.send({ success: true as const, events, nextCursor });
      const header = [
        'receivedAt',
        'provider',
        'topic',
        'type',
        'verdict',
        'reason',
        'status',
        'attempts',
        'handledAt',
      ] as const;
      return sendCsv(
        reply,
        'webhooks.csv',
        header,
        events.map((event) => header.map((name) => event[name])),
      );
    },
  );
}
