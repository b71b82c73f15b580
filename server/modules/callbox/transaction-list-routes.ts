import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { settingsOf } from './config.ts';
import { balanceBefore as balanceAt } from './float-days-store.ts';
import { findSim } from './float-store.ts';
import {
  operatorKey,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
  type TransactionStatus,
  transactionId,
} from './model.ts';
import { eventsOf, namedAttempts } from './transaction-attempts-store.ts';
import { listTransactions, type TransactionFilter, textsAbout } from './transaction-list-store.ts';
import {
  attemptSchema,
  attemptView,
  eventSchema,
  eventView,
  maskedIn,
  type TransactionView,
  transactionSchema,
  transactionView,
} from './transaction-views.ts';
import { type NamedTransaction, namedTransactions } from './transactions-store.ts';

const read = { authority: { permission: 'transactions:read' } } as const;
const tags = ['transactions'];
const time = z.iso.datetime({ offset: true });

const listQuery = exportQuery.extend({
  status: z.string().max(200).optional().describe('One or more, with commas between them'),
  type: z.enum(TRANSACTION_TYPES).optional(),
  operator: z.string().max(60).optional(),
  boxId: z.string().max(100).optional(),
  phone: z.string().max(40).optional(),
  clientId: z.string().max(255).optional(),
  disputed: z.enum(['true', 'false']).optional(),
  since: time.optional(),
  until: time.optional(),
  search: z.string().trim().max(255).optional().describe('An id, your name for it, a reference, or a number'),
});

/** What people look through: the list, and one transaction with all that happened to it. */
export function transactionListRoutes(server: HttpServer): void {
  listRoute(server);
  detailRoute(server);
}

function statusesOf(text: string | undefined): TransactionStatus[] | undefined {
  const given = (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const known = new Set<string>(TRANSACTION_STATUSES);
  const unknown = given.find((word) => !known.has(word));
  if (unknown) fail('invalid_request', { reason: `status: ${unknown} is none` });
  return given.length > 0 ? (given as TransactionStatus[]) : undefined;
}

/** A number as it is stored; null: it is none. */
function phoneOf(text: string, region: string): string | null {
  try {
    return normalisePhoneNumber(text, region);
  } catch {
    return null;
  }
}

const dateOf = (text: string | undefined) => (text ? new Date(text) : undefined);

async function filterOf(
  ctx: CompanyCtx,
  query: z.infer<typeof listQuery>,
): Promise<TransactionFilter | null> {
  const { boxId, phone, search } = query;
  // What names no row finds none.
  if (boxId && !isId(boxId)) return null;
  const wantsRegion = phone || search;
  const region = wantsRegion ? (await transact(ctx, (tx) => settingsOf(ctx, tx))).rules.region : '';
  const number = phone ? phoneOf(phone, region) : undefined;
  if (number === null) return null;
  return {
    ...{ status: statusesOf(query.status), type: query.type, boxId, phone: number, clientId: query.clientId },
    operator: query.operator ? (operatorKey(query.operator) ?? undefined) : undefined,
    disputed: query.disputed === undefined ? undefined : query.disputed === 'true',
    ...{ since: dateOf(query.since), until: dateOf(query.until) },
    search: search ? { id: transactionId(search), text: search, phone: phoneOf(search, region) } : undefined,
  };
}

const page = ok({ transactions: z.array(transactionSchema), nextCursor: z.string().nullable() });

function listRoute(server: HttpServer): void {
  server.get(
    '/api/transactions',
    {
      config: read,
      schema: {
        tags,
        summary: 'Transactions, newest first',
        querystring: listQuery,
        response: { 200: listAnswer(page), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { cursor, format } = request.query;
      const limit = rowsWanted(request.query);
      const filter = await filterOf(ctx, request.query);
      const before = fromCursor(cursor);
      const rows = filter ? await transact(ctx, (tx) => listTransactions(tx, filter, before, limit + 1)) : [];
      const { rows: shown, nextCursor } = toPage(rows, limit);
      const transactions = shown.map((row) => transactionView(ctx, row));
      if (format === 'json') return reply.send({ success: true as const, transactions, nextCursor });
      return sendCsv(reply, 'transactions.csv', CSV_HEADER, transactions.map(csvLine));
    },
  );
}

const CSV_HEADER = [
  ...[
    'id',
    'client_id',
    'created_at',
    'type',
    'operator',
    'phone_number',
    'amount_xaf',
    'pay_item',
    'customer',
  ],
  ...['status', 'box', 'sim', 'attempt', 'retries', 'reference', 'message', 'failure', 'disputed', 'author'],
  ...['processing_at', 'ended_at'],
];

function csvLine(row: TransactionView) {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return [
    ...[row.id, row.clientId, row.createdAt, row.type, row.operator, row.phoneNumber, row.amount],
    ...[row.payItemId, text(row.customerInfo.name), row.status, row.assignedTo, row.sim?.slot ?? null],
    ...[row.attempt, row.retryCount, row.transactionRef, text(row.result?.message), row.failureCode],
    ...[row.disputed ? 'yes' : 'no', row.author.name, row.processingAt, row.endedAt],
  ];
}

const textSchema = z.object({
  id: z.string(),
  sender: z.string(),
  body: z.string(),
  receivedAt: z.iso.datetime(),
  verdict: z.string(),
});

function detailRoute(server: HttpServer): void {
  server.get(
    '/api/transactions/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'One transaction, with who had it and what happened, step by step',
        params: z.object({ id: z.string().max(100) }),
        response: {
          200: ok({
            transaction: transactionSchema,
            attempts: z.array(attemptSchema),
            timeline: z.array(eventSchema),
            operatorMessages: z.array(textSchema),
            balanceBefore: z
              .number()
              .int()
              .nullable()
              .describe(
                'XAF counted on its SIM before it was begun; null: nobody counts them, or it never began',
              ),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const id = transactionId(request.params.id) ?? fail('not_found', { what: 'transaction' });
      return transact(ctx, async (tx) => {
        const row = (await namedTransactions(tx, [id])).get(id) ?? fail('not_found', { what: 'transaction' });
        const attempts = await namedAttempts(tx, id);
        const events = await eventsOf(tx, id);
        const texts = await textsAbout(tx, id);
        const balanceBefore = await countedBefore(tx, row);
        const seesAll = isGranted(ctx, 'contacts:reveal');
        return {
          success: true as const,
          transaction: transactionView(ctx, row),
          attempts: attempts.map((attempt) => attemptView(ctx, attempt, row.phoneNumber)),
          timeline: events.map((event) => eventView(ctx, event, row.phoneNumber)),
          operatorMessages: texts.map(({ receivedAt, ...text }) => ({
            ...(seesAll ? text : maskedIn(ctx, text, row.phoneNumber)),
            receivedAt: receivedAt.toISOString(),
          })),
          balanceBefore,
        };
      });
    },
  );
}

/** What was counted on the SIM of a transaction when its box began it. */
async function countedBefore(tx: Tx, { simId, processingAt }: NamedTransaction): Promise<number | null> {
  if (!simId || !processingAt) return null;
  const sim = await findSim(tx, simId);
  if (!sim?.knownSince || sim.knownSince > processingAt) return null;
  return (await balanceAt(tx, [simId], processingAt)).total;
}
