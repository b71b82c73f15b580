import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { refuseOwnToken, requireOwnName } from './box-caller.ts';
import {
  PRIORITIES,
  REPORT_STATUSES,
  TRANSACTION_TYPES,
  transactionName,
  WAIT_SECONDS_MAX,
} from './model.ts';
import { pull } from './pull.ts';
import type { Handed } from './pull-model.ts';
import { type BoxReport, takeReport } from './report.ts';
import { type SubmitRequest, submit } from './submit.ts';
import { transactionSchema, transactionView } from './transaction-views.ts';

const tags = ['call-box'];
const time = z.iso.datetime({ offset: true });
const callboxId = z.string().min(1).max(60);

const CUSTOMER_CHARS_MAX = 4000;

const customerSchema = z
  .looseObject({
    name: z.string().max(200).nullish(),
    operator: z.string().max(60).nullish().describe('e.g. MTN; never read off the number'),
  })
  .refine((info) => JSON.stringify(info).length <= CUSTOMER_CHARS_MAX, {
    error: `${CUSTOMER_CHARS_MAX} characters at most`,
  });

/** A transaction as it is handed in. */
const submitSchema = z.object({
  type: z.enum(TRANSACTION_TYPES),
  phoneNumber: z.string().min(3).max(40).describe('E.164, or as at home in the company’s region'),
  amount: z.int().positive().nullish().describe('XAF, in whole francs; a voucher may leave it out'),
  payItemId: z.string().max(100).nullish(),
  customerInfo: customerSchema.nullish(),
  priority: z.enum(PRIORITIES).nullish().describe('normal unless told otherwise'),
  id: z.string().trim().min(1).max(255).nullish().describe('Your own name for it, for ever'),
  clientId: z.string().trim().min(1).max(255).nullish().describe('The same as id'),
  notBefore: time.nullish(),
  expiresAt: time.nullish().describe('Nothing begins it after this moment'),
});

const submitAnswer = ok({
  message: z.string(),
  transactionId: z.string(),
  transaction: transactionSchema,
  duplicate: z.boolean().optional().describe('It was handed in before: this is the first one'),
});

function nameOf(request: FastifyRequest, body: z.infer<typeof submitSchema>): string | null {
  if (body.id && body.clientId && body.id !== body.clientId)
    fail('invalid_request', { reason: 'id and clientId are two names: give one of them' });
  const header = request.headers['idempotency-key'];
  const key = typeof header === 'string' ? header.trim() : '';
  if (key.length > 255) fail('invalid_request', { reason: 'Idempotency-Key: 255 characters at most' });
  return body.id ?? body.clientId ?? (key || null);
}

const dateOf = (text: string | null | undefined) => (text ? new Date(text) : null);

function toRequest(request: FastifyRequest, body: z.infer<typeof submitSchema>): SubmitRequest {
  return {
    ...{ type: body.type, phoneNumber: body.phoneNumber, amount: body.amount ?? null },
    ...{ payItemId: body.payItemId?.trim() || null, customerInfo: body.customerInfo ?? {} },
    ...{ priority: body.priority ?? 'normal', clientId: nameOf(request, body) },
    ...{ notBefore: dateOf(body.notBefore), expiresAt: dateOf(body.expiresAt) },
  };
}

/** Where transactions come in, and what boxes do with them. */
export function transactionDoorRoutes(server: HttpServer): void {
  submitRoute(server, '/api/call-box/transactions/submit', true);
  submitRoute(server, '/api/transaction/to-callbox', false);
  submitRoute(server, '/api/transactions', false);
  pullRoute(server);
  reportRoute(server);
}

function submitRoute(server: HttpServer, url: string, orBox: boolean): void {
  server.post(
    url,
    {
      config: {
        authority: { permission: 'transactions:submit', ...(orBox ? { orBox: true as const } : {}) },
        // The console shows which field is wrong; the main system is promised a text.
        ...(url.startsWith('/api/transactions') ? {} : { explains: true as const }),
      },
      schema: {
        tags: orBox ? tags : ['transactions'],
        summary:
          'Hand in a transaction; once this answers it is kept, and a repeat under the same id changes nothing',
        body: submitSchema,
        response: { 200: submitAnswer, 201: submitAnswer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      refuseOwnToken(ctx);
      const outcome = await submit(ctx, toRequest(request, request.body));
      if (outcome.kind === 'refused') throw outcome.error;
      const transaction = transactionView(ctx, outcome.transaction);
      const isNew = outcome.kind === 'accepted';
      return reply.status(isNew ? 201 : 200).send({
        success: true as const,
        message: isNew ? 'Transaction ajoutée à la queue' : 'Transaction déjà reçue',
        ...{ transactionId: transaction.id, transaction },
        ...(isNew ? {} : { duplicate: true }),
      });
    },
  );
}

const handedSchema = z
  .object({
    id: z.string(),
    type: z.enum(TRANSACTION_TYPES),
    phoneNumber: z.string(),
    amount: z.number().int().nullable(),
    payItemId: z.string().nullable(),
    customerInfo: z.record(z.string(), z.unknown()),
    priority: z.enum(PRIORITIES),
    status: z.literal('assigned'),
    createdAt: z.iso.datetime(),
    assignedTo: z.string(),
    retryCount: z.number().int(),
    maxRetries: z.number().int(),
    attempt: z.number().int().describe('Name it in each report'),
    leaseId: z.string().describe('Name it in each report'),
    leaseUntil: z.iso.datetime().describe('Begin before, or not at all'),
    sim: z.object({ id: z.string(), slot: z.string() }),
    operator: z.string().nullable(),
  })
  .meta({ id: 'HandedTransaction' });

function handedView({ row, boxCode }: Handed): z.infer<typeof handedSchema> {
  return {
    ...{ id: transactionName(row.id), type: row.type, phoneNumber: row.phoneNumber, amount: row.amount },
    ...{ payItemId: row.payItemId, customerInfo: row.customerInfo, priority: PRIORITIES[row.priority]! },
    ...{ status: 'assigned', createdAt: row.createdAt.toISOString(), assignedTo: boxCode },
    ...{
      retryCount: row.retryCount,
      maxRetries: row.maxRetries,
      attempt: row.attempt,
      leaseId: row.leaseId!,
    },
    ...{ leaseUntil: row.leaseUntil!.toISOString(), sim: { id: row.simId!, slot: row.simSlot } },
    operator: row.operator,
  };
}

function pullRoute(server: HttpServer): void {
  server.get(
    '/api/call-box/transactions/pending',
    {
      config: { authority: 'box' },
      schema: {
        tags,
        summary: 'What a box is to do; with `wait`, as soon as there is something',
        querystring: z.object({
          callboxId,
          limit: z.coerce.number().int().min(1).optional(),
          wait: z.coerce
            .number()
            .min(0)
            .transform((seconds) => Math.min(seconds, WAIT_SECONDS_MAX))
            .optional()
            .describe(`Seconds, ${WAIT_SECONDS_MAX} at most`),
        }),
        response: {
          200: ok({
            transactions: z.array(handedSchema),
            count: z.number().int(),
            totalPending: z.number().int().describe('How many wait for a box; counted up to a limit'),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { callboxId: code, limit, wait = 0 } = request.query;
      requireOwnName(ctx, code);
      const gone = new AbortController();
      request.raw.once('close', () => gone.abort());
      const found = await pull(ctx, { code, limit: limit ?? null, waitMs: wait * 1000 }, gone.signal);
      const transactions = found.transactions.map(handedView);
      return {
        ...{ success: true as const, transactions, count: transactions.length },
        totalPending: found.totalPending,
      };
    },
  );
}

const CHARS_MAX = 5000;
const short = (text: string | number | null | undefined, chars: number) =>
  text === null || text === undefined ? null : String(text).slice(0, chars);

/** Outcomes are never refused for a field beside the point: what is too long is cut. */
const resultSchema = z
  .looseObject({
    success: z.boolean().nullish(),
    transactionRef: z
      .union([z.string().max(CHARS_MAX), z.number()])
      .nullish()
      .transform((ref) => short(ref, 100)),
    balance: z.number().nullish().describe('XAF on the SIM, as the operator told it'),
    message: z
      .string()
      .max(CHARS_MAX)
      .nullish()
      .transform((text) => short(text, 1000)),
    retryable: z
      .boolean()
      .nullish()
      .describe('Of a failure: whether trying again makes sense; yes unless told'),
    code: z
      .string()
      .max(CHARS_MAX)
      .nullish()
      .transform((text) => short(text, 60)),
    proof: z.unknown().optional(),
  })
  .refine((result) => JSON.stringify(result).length <= 20_000, { error: '20000 characters at most' });

const reportSchema = z.object({
  status: z.enum(REPORT_STATUSES),
  callboxId,
  result: resultSchema.nullish(),
  attempt: z.int().positive().nullish(),
  leaseId: z.string().max(60).nullish(),
  at: z.string().max(60).nullish().describe('By the box’s clock'),
});

/** The two ways in which a box says how it ended must not say opposite things. */
function refuseContradiction({ status, result }: z.infer<typeof reportSchema>): void {
  const opposite = status === 'completed' ? false : status === 'failed' ? true : null;
  if (opposite !== null && result?.success === opposite) fail('report_contradicts_itself');
}

function reportRoute(server: HttpServer): void {
  server.put(
    '/api/call-box/transactions/:transactionId/status',
    {
      config: { authority: 'box' },
      schema: {
        tags,
        summary: 'What a box has done about a transaction; told twice it is answered twice and done once',
        params: z.object({ transactionId: z.string().max(100) }),
        body: reportSchema,
        response: { 200: ok({ message: z.string(), transaction: transactionSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { callboxId: code, status, result, attempt, leaseId, at } = request.body;
      requireOwnName(ctx, code);
      refuseContradiction(request.body);
      if (leaseId && !isId(leaseId)) fail('lease_lost', { id: request.params.transactionId });
      const outcome = await takeReport(ctx, {
        ...{ name: request.params.transactionId, code, status, result: result ?? null },
        ...{ attempt: attempt ?? null, leaseId: leaseId?.toLowerCase() ?? null, at: at ?? null },
      } satisfies BoxReport);
      if (outcome.kind === 'refused') throw outcome.error;
      return {
        success: true as const,
        message: 'Statut mis à jour',
        transaction: transactionView(ctx, outcome.transaction),
      };
    },
  );
}
