import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { listAnswer, sendCsv } from '../../kernel/http/csv.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { contactNames } from '../contacts/index.ts';
import { memberNames } from '../identity/index.ts';
import { gigNames } from '../numbers/index.ts';
import { costsByContact } from './contact-costs-store.ts';
import {
  ACTIVITY_KINDS,
  COST_KINDS,
  monthOf,
  periodAround,
  REPORT_GROUPS,
  type Span,
  share,
} from './model.ts';
import { readSpan, spanQuery, spanShape } from './report-span.ts';
import { costsBy, type FigureFilter, figuresBy } from './store.ts';

const read = { authority: { permission: 'reports:read' } } as const;
const tags = ['insights'];
/** More groups than anybody reads: the largest of them. */
const ROWS_MAX = 2000;
const CONTACTS_SHOWN = 100;

const query = spanQuery.extend({
  kind: z.enum(ACTIVITY_KINDS).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  number: z.string().max(20).optional().describe('One of our numbers (E.164)'),
  userId: z.uuid().optional(),
});

const activityRow = z
  .object({
    key: z.string().nullable().describe('The day, month, number, person, …; null: of nobody'),
    name: z.string().nullable().describe('Of the person'),
    count: z.number().int(),
    successes: z.number().int(),
    successRate: z.number().nullable().describe('0 to 1 of those whose end is known'),
    seconds: z.number().int(),
    meanSeconds: z.number().nullable().describe('Of calls that were talked in'),
    segments: z.number().int().describe('Of texts'),
  })
  .meta({ id: 'ActivityFigures' });
const costRow = z
  .object({
    key: z.string().nullable(),
    name: z.string().nullable(),
    currency: z.string(),
    amount: z.string().describe('A decimal'),
    estimated: z.string().describe('The part of it that comes from price lists'),
    count: z.number().int(),
  })
  .meta({ id: 'CostFigures' });

/** Figures by day, month, number, person, …, on the screen or as CSV. */
export function reportRoutes(server: HttpServer): void {
  activityRoute(server);
  costRoute(server);
}

const COST_GROUPS = [...REPORT_GROUPS, 'contact'] as const;

function activityRoute(server: HttpServer): void {
  server.get(
    '/api/insights/activity',
    {
      config: read,
      schema: {
        tags,
        summary: 'Calls and texts of a time, by day, month, number, gig, person, outcome or provider',
        querystring: query.extend({ by: z.enum(REPORT_GROUPS).default('day') }),
        response: { 200: listAnswer(ok({ ...spanShape, rows: z.array(activityRow) })), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { by, format } = request.query;
      const answer = await readFigures(ctx, async (tx) => {
        const { span, timeZone, found } = await readSpan(ctx, tx, request.query, (days) =>
          figuresBy(tx, filterOf(days, request.query), by, ROWS_MAX),
        );
        const names = await namesOf(tx, by, found);
        const rows = found.map(({ key, count, successes, judged, seconds, parts }) => ({
          ...{ key, name: names.get(key ?? '') ?? null, count, successes },
          successRate: share(successes, judged),
          ...{
            seconds,
            meanSeconds: successes === 0 ? null : Math.round(seconds / successes),
            segments: parts,
          },
        }));
        return { ...span, timeZone, rows };
      });
      if (format === 'json') return reply.send({ success: true as const, ...answer });
      const header = [
        by,
        'name',
        'count',
        'successes',
        'success_rate',
        'seconds',
        'mean_seconds',
        'segments',
      ];
      const lines = answer.rows.map((row) => [
        ...[
          row.key,
          row.name,
          row.count,
          row.successes,
          row.successRate,
          row.seconds,
          row.meanSeconds,
          row.segments,
        ],
      ]);
      return sendCsv(reply, `activity-${answer.from}-${answer.to}.csv`, header, lines);
    },
  );
}

function costRoute(server: HttpServer): void {
  server.get(
    '/api/insights/costs',
    {
      config: read,
      schema: {
        tags,
        summary:
          'What calls, texts and numbers of a time cost, by day, month, number, gig, person, contact, … and currency',
        querystring: query.extend({
          kind: z.enum(COST_KINDS).optional(),
          by: z
            .enum(COST_GROUPS)
            .default('day')
            .describe(
              'Contacts are counted by whole months and kinds: the months that the days are in, in the answer too',
            ),
          limit: z.coerce
            .number()
            .int()
            .min(1)
            .max(ROWS_MAX)
            .optional()
            .describe(`Contacts at most, in each currency; ${CONTACTS_SHOWN}, as CSV ${ROWS_MAX}`),
        }),
        response: { 200: listAnswer(ok({ ...spanShape, rows: z.array(costRow) })), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { by, format, limit } = request.query;
      const contactsMax = limit ?? (format === 'csv' ? ROWS_MAX : CONTACTS_SHOWN);
      const answer = await readFigures(ctx, async (tx) => {
        const { span, timeZone, found } = await readSpan(ctx, tx, request.query, (days) =>
          by === 'contact'
            ? costsByContact(tx, inMonths(days, request.query), contactsMax)
            : costsBy(tx, filterOf(days, request.query), by, ROWS_MAX),
        );
        const names = await namesOf(tx, by, found);
        const rows = found.map(({ key, currency, amount, estimatedAmount, count }) => ({
          ...{ key, name: names.get(key ?? '') ?? null, currency, amount, estimated: estimatedAmount, count },
        }));
        return { ...(by === 'contact' ? monthsOf(span) : span), timeZone, rows };
      });
      if (format === 'json') return reply.send({ success: true as const, ...answer });
      const lines = answer.rows.map((row) => [
        row.key,
        row.name,
        row.currency,
        row.amount,
        row.estimated,
        row.count,
      ]);
      const header = [by, 'name', 'currency', 'amount', 'estimated', 'count'];
      return sendCsv(reply, `costs-${answer.from}-${answer.to}.csv`, header, lines);
    },
  );
}

type Asked = Omit<z.infer<typeof query>, 'kind'> & Pick<FigureFilter, 'kind'>;

/** Figures are read in one way, whichever days are asked for. */
const readFigures = <T>(ctx: CompanyCtx, read: (tx: Tx) => Promise<T>) =>
  transact(ctx, read, { plansKept: true });

const filterOf = (span: Span, { kind, direction, number, userId }: Asked): FigureFilter => ({
  ...{ ...span, kind, direction, ourNumber: number, userId },
});

/** The months that days are in. */
const monthsOf = ({ from, to }: Span): Span => ({ from: monthOf(from), to: periodAround('month', to).to });

/** The same, with what is asked of them. @throws invalid_request for what costs of contacts are not told apart by. */
function inMonths(span: Span, asked: Asked): FigureFilter {
  for (const name of ['direction', 'number', 'userId'] as const)
    if (asked[name] !== undefined)
      fail('invalid_request', {
        reason: `${name}: not kept of contacts; leave it out, or choose another by`,
      });
  return { ...monthsOf(span), kind: asked.kind };
}

/** What keys mean to a person: people, contacts and gigs have names. */
async function namesOf(tx: Tx, by: string, rows: { key: string | null }[]): Promise<Map<string, string>> {
  const ids = rows.flatMap(({ key }) => key ?? []);
  if (by === 'user') return memberNames(tx, ids);
  if (by === 'gig') return gigNames(tx, ids);
  if (by !== 'contact') return new Map();
  return new Map([...(await contactNames(tx, ids))].map(([id, { name }]) => [id, name]));
}
