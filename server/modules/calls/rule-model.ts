import { z } from 'zod';
import { LANGUAGES } from './model.ts';
import { qualityThresholdsSchema } from './quality-model.ts';

/** What a company may decide about its calls, as it is written down. */

/** Twilio reads no more than this in one go. */
const WORDS_MAX = 1000;
const words = z.string().trim().min(1).max(WORDS_MAX);
const ringSeconds = z.number().int().min(5).max(120).default(25);
const e164 = z.string().regex(/^\+[1-9]\d{5,14}$/);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'HH:MM');

/** What a number does when nobody can take the call, or nobody is to. */
export const lastActionSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('voicemail'),
      greeting: words.nullable().default(null).describe('Null: the standard one'),
      maxSeconds: z.number().int().min(10).max(600).default(120),
    }),
    z.object({ kind: z.literal('say'), text: words }),
    z.object({ kind: z.literal('reject'), reason: z.enum(['busy', 'rejected']).default('rejected') }),
  ])
  .meta({ id: 'CallLastAction' });
export type LastAction = z.infer<typeof lastActionSchema>;

/** What a number does with a call. */
export const actionSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('forward'),
      to: z.union([e164, z.uuid()]).describe('A number in E.164, or the id of a person'),
      timeoutSeconds: ringSeconds,
      otherwise: lastActionSchema,
    }),
    z.object({
      kind: z.literal('ring'),
      userIds: z.union([z.literal('everyone'), z.array(z.uuid()).min(1).max(50)]),
      timeoutSeconds: ringSeconds,
      otherwise: lastActionSchema,
    }),
    ...lastActionSchema.options,
  ])
  .meta({ id: 'CallAction' });
export type Action = z.infer<typeof actionSchema>;

export const hoursSchema = z.object({
  timeZone: z.string().max(64).refine(isTimeZone, 'an IANA time zone, e.g. Europe/Paris'),
  weekly: z
    .array(
      z
        .object({ day: z.number().int().min(1).max(7), from: timeOfDay, to: timeOfDay })
        .refine(({ from, to }) => from < to, 'from must be before to'),
    )
    .max(50)
    .describe('1 is Monday'),
  closedDays: z.array(z.iso.date()).max(200).default([]),
});
export type Hours = z.infer<typeof hoursSchema>;

/** What happens to calls for a number. */
export const ruleSchema = z
  .object({
    language: z.enum(LANGUAGES),
    greeting: words.nullable().default(null),
    hours: hoursSchema.nullable().default(null).describe('Null: always open'),
    open: actionSchema,
    closed: actionSchema,
    record: z.boolean().default(false),
    announceRecording: words
      .nullable()
      .optional()
      .describe(
        'Said before a call that is recorded, in both directions. Null: nothing; absent: the standard sentence',
      ),
    missedText: z
      .string()
      .trim()
      .min(1)
      .max(480)
      .nullable()
      .default(null)
      .describe('A text to whoever called and reached nobody'),
  })
  .meta({ id: 'CallRule' });
export type Rule = z.infer<typeof ruleSchema>;

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

const country = z.string().regex(/^[A-Z]{2}$/);
const cap = (max: number, standard: number) => z.number().int().min(0).max(max).default(standard);

const spendLimit = z.object({
  amount: z.number().min(0).max(1_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
export type SpendLimit = z.infer<typeof spendLimit>;

const haveOwnCurrencies = (limits: readonly SpendLimit[]) =>
  new Set(limits.map(({ currency }) => currency)).size === limits.length;

/** What calls have cost since midnight (UTC) in one currency, as far as prices are known. */
export const spentTodaySchema = z
  .object({
    amount: z.string(),
    currency: z.string(),
    limit: z.number().nullable().describe('Null: nothing limits what is spent in this currency'),
  })
  .meta({ id: 'CallsSpentToday' });
export type SpentToday = z.infer<typeof spentTodaySchema>;

/** The limits of a day's spending, one for each currency that has one. */
export function spendLimitsOf({ dailySpendMax }: Pick<CallSettings, 'dailySpendMax'>): SpendLimit[] {
  return [dailySpendMax ?? []].flat();
}

/** A company's settings for calls: what a stolen password or a loop may cost at most, and what counts as a bad line. */
export const settingsSchema = z
  .object({
    allowedCountries: z
      .array(country)
      .max(260)
      .nullable()
      .default(null)
      .describe("Null: the countries of the company's numbers, and its own"),
    blockedPrefixes: z
      .array(z.string().regex(/^\+\d{1,14}$/))
      .max(500)
      .default([]),
    allowPremium: z
      .boolean()
      .default(false)
      .describe(
        'Premium-rate, shared-cost and other special numbers, and numbers in no known range, may be called',
      ),
    maxConcurrent: cap(1000, 10),
    perUserPerDay: cap(100_000, 300),
    perNumberPerDay: cap(100_000, 500),
    perMinutePerUser: cap(1000, 20),
    maxMinutes: z.number().int().min(1).max(240).default(120),
    dailySpendMax: z
      .union([
        spendLimit,
        z.array(spendLimit).min(1).max(10).refine(haveOwnCurrencies, 'one for each currency'),
      ])
      .nullable()
      .default(null)
      .describe('What the calls of a day may cost: one limit, or one for each currency. Null: no limit'),
    defaultRecord: z.boolean().default(false),
    retentionDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .nullable()
      .default(null)
      .describe('Null: recordings stay'),
    deleteProviderCopies: z
      .boolean()
      .default(false)
      .describe('Whether the provider loses its copy of a recording once ours is safe'),
    quality: qualityThresholdsSchema.prefault({}),
  })
  .meta({ id: 'CallSettings' });
export type CallSettings = z.infer<typeof settingsSchema>;

/** The settings of a company that has changed nothing. */
export function defaultSettings(): CallSettings {
  return settingsSchema.parse({});
}
