import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { companyProfile, memberNames } from '../identity/index.ts';
import * as store from './quality-overview-store.ts';

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 30;
const DAYS_MAX = 400;
const GROUPS_MAX = 500;
/** Of fewer calls nothing can be said. */
const WORST_CALLS_MIN = 3;
const WORST_ROWS = 5;

const figuresSchema = z
  .object({
    key: z.string().nullable().describe('The day, number, person, country or provider; null: not known'),
    name: z.string().nullable().describe('Of the person, when grouped by user'),
    calls: z.number().int(),
    good: z.number().int(),
    fair: z.number().int(),
    bad: z.number().int(),
    badShare: z.number().describe('0 to 1'),
    mos: z.number(),
    jitter: z.number().nullable(),
    latency: z.number().nullable(),
    packetLoss: z.number().nullable(),
  })
  .meta({ id: 'CallQualityFigures' });
type Figures = z.infer<typeof figuresSchema>;

const overviewShape = {
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  groupBy: z.enum(store.GROUPS),
  total: figuresSchema.nullable().describe('Null: no call of the time was measured'),
  groups: z.array(figuresSchema),
  worstNumbers: z.array(figuresSchema).describe(`Of at least ${WORST_CALLS_MIN} calls, the worst first`),
  worstRoutes: z.array(figuresSchema).describe('By the country of the other side'),
};

/** How the calls of a time sounded, for charts. */
export function overviewRoute(server: HttpServer): void {
  server.get(
    '/api/calls/quality/overview',
    {
      config: { authority: { permission: 'calls:read' } },
      schema: {
        tags: ['calls'],
        summary: 'How the calls of a time sounded, by day, number, person, country or provider',
        querystring: z.object({
          since: z.iso.datetime({ offset: true }).optional().describe('30 days before until'),
          until: z.iso.datetime({ offset: true }).optional().describe('Now'),
          groupBy: z.enum(store.GROUPS).default('day'),
        }),
        response: { 200: ok(overviewShape), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { since, until, groupBy } = request.query;
      return { success: true as const, ...(await overview(ctx, spanOf(ctx, since, until), groupBy)) };
    },
  );
}

function spanOf(ctx: CompanyCtx, since: string | undefined, until: string | undefined): store.Span {
  const end = until ? new Date(until) : ctx.kernel.clock.now();
  const start = since ? new Date(since) : new Date(end.getTime() - DAYS_DEFAULT * DAY_MS);
  const days = (end.getTime() - start.getTime()) / DAY_MS;
  if (days <= 0) fail('invalid_request', { reason: 'since: must be before until' });
  if (days > DAYS_MAX) fail('invalid_request', { reason: `since: ${DAYS_MAX} days before until at most` });
  return { since: start, until: end };
}

async function overview(ctx: CompanyCtx, span: store.Span, groupBy: store.GroupBy) {
  return transact(ctx, async (tx) => {
    const { timeZone } = await companyProfile(tx);
    const { total, groups } = await store.figuresBy(tx, span, { groupBy, timeZone, groupsMax: GROUPS_MAX });
    const worst = { callsMin: WORST_CALLS_MIN, rowsMax: WORST_ROWS };
    const names = await namesOf(tx, groupBy, groups);
    return {
      since: span.since.toISOString(),
      until: span.until.toISOString(),
      groupBy,
      total: total && figuresView(total),
      groups: groups.map((group) => figuresView(group, names)),
      worstNumbers: (await store.worstOf(tx, span, { of: 'number', ...worst })).map((row) =>
        figuresView(row),
      ),
      worstRoutes: (await store.worstOf(tx, span, { of: 'country', ...worst })).map((row) =>
        figuresView(row),
      ),
    };
  });
}

async function namesOf(
  tx: Tx,
  groupBy: store.GroupBy,
  groups: store.GroupFigures[],
): Promise<Map<string, string>> {
  return groupBy === 'user'
    ? memberNames(
        tx,
        groups.flatMap(({ key }) => key ?? []),
      )
    : new Map();
}

const round = (value: number) => Math.round(value * 100) / 100;
const roundKnown = (value: number | null) => (value === null ? null : round(value));

function figuresView(row: store.GroupFigures, names?: Map<string, string>): Figures {
  const { key, calls, good, fair, bad, mos, jitterMs, latencyMs, packetLossPercent } = row;
  return {
    ...{ key, name: names?.get(key ?? '') ?? null, calls, good, fair, bad },
    badShare: Math.round((bad / calls) * 1000) / 1000,
    mos: round(mos),
    ...{
      jitter: roundKnown(jitterMs),
      latency: roundKnown(latencyMs),
      packetLoss: roundKnown(packetLossPercent),
    },
  };
}
