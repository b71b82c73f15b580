import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { listAnswer, sendCsv } from '../../kernel/http/csv.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { trimZeros } from '../../kernel/money.ts';
import { NUMBER_TYPES, PROVIDERS } from '../providers/index.ts';
import { COST_KINDS, DIRECTIONS, type PriceRule, STARTING_LIST } from './model.ts';
import { addPrice, changePrice, listPrices, type PriceInput, removePrice } from './prices.ts';
import { decimal, isDay } from './schemas.ts';

const read = { authority: { permission: 'reports:read' } } as const;
const manage = { authority: { permission: 'costs:manage' } } as const;
const tags = ['costs'];
const params = z.object({ priceId: z.string().max(100) });

const place = {
  kind: z.enum(COST_KINDS).describe('call: a minute. text: a segment. number: a month'),
  direction: z.enum(DIRECTIONS).nullable().describe('Null for months of numbers'),
  provider: z.enum(PROVIDERS).nullable().describe('Null: whichever'),
  country: z.string().nullable().describe('ISO 3166-1 alpha-2; null: anywhere'),
  prefix: z.string().nullable().describe('The first digits of numbers, e.g. +336; never beside a country'),
  numberType: z.enum(NUMBER_TYPES).nullable().describe('Of months of numbers; null: any'),
  currency: z.string().describe('ISO 4217'),
  amount: z.string().describe('A decimal'),
  validFrom: z.string().describe('The first day on which it counts, YYYY-MM-DD'),
};
const ruleSchema = z.object(place).meta({ id: 'PriceRule' });
const priceSchema = z
  .object({ id: z.string(), ...place, note: z.string(), createdAt: z.string(), updatedAt: z.string() })
  .meta({ id: 'Price' });

const input = z
  .object({
    kind: place.kind,
    direction: z.enum(DIRECTIONS).nullable().default(null),
    provider: z.enum(PROVIDERS).nullable().default(null),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'a country as FR')
      .nullable()
      .default(null),
    prefix: z
      .string()
      .regex(/^\+[1-9]\d{0,14}$/, 'digits as +336')
      .nullable()
      .default(null),
    numberType: z.enum(NUMBER_TYPES).nullable().default(null),
    currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 currency'),
    amount: decimal,
    validFrom: z.string().refine(isDay, 'a day as 2026-11-30'),
    note: z.string().trim().max(200).default(''),
  })
  .refine(({ country, prefix }) => !country || !prefix, {
    path: ['prefix'],
    message: 'either a country or a prefix',
  })
  .refine(({ kind, numberType }) => kind === 'number' || !numberType, {
    path: ['numberType'],
    message: 'only for months of numbers',
  })
  // Months of numbers have no direction; what is called or texted has one, outbound unless it is said.
  .transform(
    (price): PriceInput => ({
      ...price,
      direction: price.kind === 'number' ? null : (price.direction ?? 'outbound'),
    }),
  );

/** What things cost until the provider says so: the company's own list, and the one that everybody begins with. */
export function priceRoutes(server: HttpServer): void {
  listRoute(server);
  changeRoutes(server);
}

const CSV_HEADER = [
  ...['list', 'kind', 'direction', 'provider', 'country', 'prefix', 'number_type', 'currency', 'amount'],
  ...['valid_from', 'note'],
];

function listRoute(server: HttpServer): void {
  server.get(
    '/api/prices',
    {
      config: read,
      schema: {
        tags,
        summary: "The company's price list, and the starting list behind it",
        querystring: z.object({ format: z.enum(['json', 'csv']).default('json') }),
        response: {
          200: listAnswer(ok({ prices: z.array(priceSchema), startingList: z.array(ruleSchema) })),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const prices = (await listPrices(withCompany(request.ctx))).map(view);
      if (request.query.format === 'json')
        return reply.send({ success: true as const, prices, startingList: STARTING_LIST.map(ruleView) });
      const line = (list: string, rule: PriceRule, note: string) => [
        ...[list, rule.kind, rule.direction, rule.provider, rule.country, rule.prefix, rule.numberType],
        ...[rule.currency, rule.amount, rule.validFrom, note],
      ];
      return sendCsv(reply, 'prices.csv', CSV_HEADER, [
        ...prices.map((price) => line('own', price as PriceRule, price.note)),
        ...STARTING_LIST.map((rule) => line('starting', rule, '')),
      ]);
    },
  );
}

function changeRoutes(server: HttpServer): void {
  const one = ok({ price: priceSchema });
  server.post(
    '/api/prices',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Add a price',
        body: input,
        response: { 201: one, ...errorResponses },
      },
    },
    async (request, reply) => {
      const price = await addPrice(withCompany(request.ctx), request.body);
      return reply.status(201).send({ success: true, price: view(price) });
    },
  );
  server.put(
    '/api/prices/:priceId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change a price',
        params,
        body: input,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      return {
        success: true as const,
        price: view(await changePrice(ctx, request.params.priceId, request.body)),
      };
    },
  );
  server.delete(
    '/api/prices/:priceId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Take a price off the list',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removePrice(withCompany(request.ctx), request.params.priceId);
      return { success: true as const };
    },
  );
}

type Row = Awaited<ReturnType<typeof listPrices>>[number];

const ruleView = (rule: PriceRule) => {
  const { kind, direction, provider, country, prefix, currency, validFrom } = rule;
  const numberType = rule.numberType as (typeof NUMBER_TYPES)[number] | null;
  return {
    ...{ kind, direction, provider, country, prefix, numberType, currency, validFrom },
    amount: trimZeros(rule.amount),
  };
};

const view = (row: Row): z.infer<typeof priceSchema> => ({
  ...ruleView(row),
  ...{ id: row.id, note: row.note },
  ...{ createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() },
});
