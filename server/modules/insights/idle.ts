import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { fromMillionths, toMillionths, trimZeros } from '../../kernel/money.ts';
import { openPriceList, type PriceList } from '../billing/index.ts';
import { companyProfile } from '../identity/index.ts';
import { activeNumbers, gigNames, type NumberFacts } from '../numbers/index.ts';
import { addDays, type Day, dayIn, daysBetween } from './model.ts';
import { lastUses } from './store.ts';

const numberSchema = z
  .object({
    id: z.string(),
    phoneNumber: z.string(),
    provider: z.enum(['telnyx', 'twilio']),
    country: z.string(),
    type: z.string(),
    gigId: z.string().nullable(),
    gigName: z.string().nullable(),
    lastUsed: z.string().nullable().describe('The day of the last call or text; null: there was none'),
    idleDays: z.number().int().describe('Since then, or since the number became ours'),
    monthlyCost: z
      .object({
        amount: z.string(),
        currency: z.string(),
        estimated: z.boolean().describe('From the price list'),
      })
      .nullable(),
  })
  .meta({ id: 'IdleNumber' });

/** Numbers that cost and are not used. */
export function idleRoute(server: HttpServer): void {
  server.get(
    '/api/insights/idle-numbers',
    {
      config: { authority: { permission: 'reports:read' } },
      schema: {
        tags: ['costs'],
        summary: 'Numbers without a call or a text for some days, and what they cost a month',
        querystring: z.object({
          days: z.coerce.number().int().min(1).max(3650).optional().describe('NUMBER_IDLE_DAYS by default'),
        }),
        response: {
          200: ok({
            days: z.number().int(),
            numbers: z.array(numberSchema).describe('The longest idle first'),
            monthly: z
              .array(z.object({ currency: z.string(), amount: z.string() }))
              .describe('What they cost a month together, currency by currency'),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const days = request.query.days ?? ctx.kernel.config.NUMBER_IDLE_DAYS;
      return { success: true as const, days, ...(await idleNumbers(ctx, days)) };
    },
  );
}

type Idle = z.infer<typeof numberSchema>;

async function idleNumbers(ctx: CompanyCtx, days: number) {
  return transact(ctx, async (tx) => {
    const { timeZone } = await companyProfile(tx);
    const today = dayIn(ctx.kernel.clock.now(), timeZone);
    const numbers = await activeNumbers(tx, 'all_of_company');
    const uses = await lastUses(
      tx,
      numbers.map(({ phoneNumber }) => phoneNumber),
    );
    const sinceOf = (number: NumberFacts) => dayIn(number.activatedAt!, timeZone);
    // A number that came back to the company has a past that is not its own: what was before it became ours does not count.
    const lastUsed = (number: NumberFacts) => {
      const day = uses.get(number.phoneNumber);
      return day && day >= sinceOf(number) ? day : null;
    };
    const before = addDays(today, -days);
    const idle = numbers.filter((number) => (lastUsed(number) ?? sinceOf(number)) <= before);
    const gigs = await gigNames(
      tx,
      idle.flatMap(({ gigId }) => gigId ?? []),
    );
    const prices = await openPriceList(ctx, tx, 'number');
    const rows = idle.map((number) =>
      view(number, { prices, gigs, lastUsed: lastUsed(number), since: sinceOf(number), today }),
    );
    rows.sort(
      (left, right) => right.idleDays - left.idleDays || (left.phoneNumber < right.phoneNumber ? -1 : 1),
    );
    return { numbers: rows, monthly: together(rows) };
  });
}

interface Known {
  prices: PriceList;
  gigs: Map<string, string>;
  lastUsed: Day | null;
  since: Day;
  today: Day;
}

function view(number: NumberFacts, { prices, gigs, lastUsed, since, today }: Known): Idle {
  const { id, phoneNumber, provider, country, numberType, gigId, monthlyCost, currency } = number;
  const listed = prices.priceOf({ direction: null, provider, phoneNumber, country, numberType });
  const own = monthlyCost !== null && currency !== null ? { amount: monthlyCost, currency } : null;
  const price = own ?? listed;
  return {
    ...{ id, phoneNumber, provider, country, type: numberType, gigId },
    ...{ gigName: (gigId && gigs.get(gigId)) ?? null, lastUsed },
    idleDays: daysBetween(lastUsed ?? since, today) - 1,
    monthlyCost: price && {
      ...{ amount: trimZeros(price.amount), currency: price.currency, estimated: own === null },
    },
  };
}

function together(rows: readonly Idle[]) {
  const sums = new Map<string, bigint>();
  for (const { monthlyCost } of rows)
    if (monthlyCost)
      sums.set(
        monthlyCost.currency,
        (sums.get(monthlyCost.currency) ?? 0n) + toMillionths(monthlyCost.amount),
      );
  return [...sums]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([currency, sum]) => ({ currency, amount: trimZeros(fromMillionths(sum)) }));
}
