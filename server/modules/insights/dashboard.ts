import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { type FleetOverview, fleetOverview } from '../callbox/index.ts';
import { companyProfile } from '../identity/index.ts';
import { activeNumbers } from '../numbers/index.ts';
import { addDays, type Day, dayIn, monthBefore, monthOf, sumUp } from './model.ts';
import { type CostRow, costsBy, dayFigures } from './store.ts';

const costSchema = z.object({
  currency: z.string(),
  amount: z.string().describe('A decimal'),
  estimated: z.string().describe('The part of it that comes from price lists'),
});
const figures = {
  calls: z.number().int(),
  callsAnswered: z.number().int(),
  callSuccessRate: z.number().nullable().describe('0 to 1 of the calls that ended; null: none has'),
  callMinutes: z.number(),
  textsSent: z.number().int(),
  textsReceived: z.number().int(),
  textSuccessRate: z.number().nullable().describe('0 to 1 of the texts sent whose fate is known'),
};
const fleetDay = z
  .object({
    completed: z.number().int(),
    failed: z.number().int(),
    amount: z.number().int().describe('XAF that went through'),
  })
  .meta({ id: 'DashboardFleetDay' });
const daySchema = z.object({ day: z.string(), ...figures }).meta({ id: 'DashboardDay' });
const monthSchema = z
  .object({ month: z.string(), ...figures, costs: z.array(costSchema) })
  .meta({ id: 'DashboardMonth' });
const shape = {
  timeZone: z.string(),
  today: daySchema,
  yesterday: daySchema.describe('The whole day'),
  days: z.array(daySchema).describe('The last 30, oldest first, for charts'),
  month: monthSchema,
  monthBefore: monthSchema.describe('The whole month'),
  activeNumbers: z.number().int(),
  fleet: z
    .object({
      boxesConnected: z.number().int(),
      boxes: z.number().int(),
      waiting: z.number().int(),
      unknown: z.number().int().describe('Transactions of which nobody knows what became'),
      today: fleetDay,
      yesterday: fleetDay,
    })
    .describe('CallBoxes and their transactions'),
};

const CHART_DAYS = 30;
/** More than a company pays in. */
const CURRENCIES_MAX = 50;

/** What a lead wants to see in the morning. */
export function dashboardRoute(server: HttpServer): void {
  server.get(
    '/api/insights/dashboard',
    {
      config: { authority: { permission: 'reports:read' } },
      schema: {
        tags: ['insights'],
        summary: "Today's calls and texts beside yesterday's, and what the month has cost",
        response: { 200: ok(shape), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, ...(await dashboard(withCompany(request.ctx))) }),
  );
}

async function dashboard(ctx: CompanyCtx) {
  const read = async (tx: Tx) => {
    const { timeZone } = await companyProfile(tx);
    const today = dayIn(ctx.kernel.clock.now(), timeZone);
    const [month, before, yesterday] = [monthOf(today), monthBefore(today), addDays(today, -1)];
    const both = { from: before, to: today };
    // Together: they leave in one packet, and none waits for the one before it to be answered.
    const [all, costs, numbers, fleet] = await Promise.all([
      dayFigures(tx, both),
      costsBy(tx, both, 'month', 2 * CURRENCIES_MAX),
      activeNumbers(tx, 'all_of_company'),
      fleetOverview(tx, [today, yesterday]),
    ]);
    const byDay = Map.groupBy(all, ({ day }) => day);
    const dayOf = (day: Day) => ({ day, ...sumUp(byDay.get(day) ?? []) });
    const monthView = (first: Day) => ({
      month: first.slice(0, 7),
      ...sumUp(all.filter(({ day }) => monthOf(day) === first)),
      costs: costs
        .filter(({ key }) => key === first)
        .sort((left, right) => Number(right.amount) - Number(left.amount))
        .map(costView),
    });
    return {
      timeZone,
      today: dayOf(today),
      yesterday: dayOf(yesterday),
      days: Array.from({ length: CHART_DAYS }, (_none, index) =>
        dayOf(addDays(today, index + 1 - CHART_DAYS)),
      ),
      month: monthView(month),
      monthBefore: monthView(before),
      activeNumbers: numbers.length,
      fleet: fleetView(fleet, today, yesterday),
    };
  };
  return transact(ctx, read, { plansKept: true });
}

const fleetView = ({ boxes, waiting, unknown, days }: FleetOverview, today: Day, yesterday: Day) => ({
  ...{ boxesConnected: boxes.connected, boxes: boxes.all, waiting, unknown },
  ...{ today: days.get(today)!, yesterday: days.get(yesterday)! },
});

const costView = ({ currency, amount, estimatedAmount }: CostRow) => ({
  currency,
  amount,
  estimated: estimatedAmount,
});
