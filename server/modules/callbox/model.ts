import { z } from 'zod';

// The words of CallBoxes and their transactions, and what may be chosen about them. Pure, and shared with the console.

export const TRANSACTION_TYPES = ['recharge', 'voucher', 'deposit', 'withdraw'] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/**
 * What a transaction is. held: it looks like another one and waits for a person. unknown: a box began it and nobody knows
 * whether money moved; no machine repeats it.
 */
export const TRANSACTION_STATUSES = [
  'held',
  'pending',
  'assigned',
  'processing',
  'completed',
  'failed',
  'retry',
  'unknown',
  'canceled',
  'expired',
] as const;
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];

export const FINAL_STATUSES = ['completed', 'failed', 'canceled', 'expired'] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];
export const isFinal = (status: TransactionStatus): status is FinalStatus =>
  (FINAL_STATUSES as readonly string[]).includes(status);

/** What a box may say about a transaction. */
export const REPORT_STATUSES = [
  'pending',
  'assigned',
  'processing',
  'completed',
  'failed',
  'retry',
  'unknown',
] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** What one hand-over is. lost: its lease ran out before the box began. returned: given back or taken back, nothing was done. */
export const ATTEMPT_STATES = [
  'assigned',
  'handed',
  'processing',
  'completed',
  'failed',
  'returned',
  'lost',
  'unknown',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** From the least to the most urgent; their place is what is stored. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What can happen to a transaction, as its history tells it. */
export const TRANSACTION_EVENTS = [
  'submitted',
  'held',
  'confirmed',
  'assigned',
  'handed',
  'processing',
  'completed',
  'failed',
  'retry_planned',
  'returned',
  'lease_lost',
  'unknown',
  'canceled',
  'expired',
  'settle_proposed',
  'settle_rejected',
  'settled',
  'operator_message',
  'disputed',
  'report_refused',
] as const;
export type TransactionEvent = (typeof TRANSACTION_EVENTS)[number];

/** Operators whose confirmations are known by heart; others may be named as well. */
export const OPERATORS = ['mtn', 'orange', 'moov', 'camtel'] as const;

/** CFA francs have no decimals (ISO 4217: XAF, exponent 0). */
export const CURRENCY = 'XAF';

/** A box that was not heard of for so long is not connected. */
export const CONNECTED_MS = 30_000;

/** The longest that a box may wait for work in one request, in seconds. */
export const WAIT_SECONDS_MAX = 50;

/** What boxes are told; a company sets it, a box may differ. The first four are those of the published interface. */
export const callboxConfigSchema = z.object({
  maxRetries: z.number().int().min(0).max(20).describe('How often a definite failure is tried again'),
  timeoutMs: z
    .number()
    .int()
    .min(1000)
    .max(600_000)
    .describe('How long a box may take for one transaction, from the moment it begins'),
  batchSize: z.number().int().min(1).max(100).describe('How many transactions a box is given at once'),
  pollIntervalMs: z.number().int().min(100).max(600_000).describe('How often a box asks that does not wait'),
  heartbeatIntervalMs: z.number().int().min(1000).max(30_000),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).describe('What the box sends of its log'),
});
export type CallboxConfig = z.infer<typeof callboxConfigSchema>;

/** What is not set anywhere else. @param fromEnvironment what the installation's settings say. */
export function defaultConfig(fromEnvironment: { maxRetries: number; batchSize: number }): CallboxConfig {
  return {
    ...fromEnvironment,
    timeoutMs: 30_000,
    pollIntervalMs: 5000,
    heartbeatIntervalMs: 10_000,
    logLevel: 'info',
  };
}

/** What a company decides about money. */
export const callboxRulesSchema = z.object({
  region: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('CM')
    .describe('Of numbers that are written as at home (ISO 3166-1 alpha-2)'),
  maxAmount: z.number().int().positive().max(1_000_000_000).default(1_000_000).describe('XAF'),
  lookAlikeMinutes: z
    .number()
    .int()
    .min(0)
    .max(10_080)
    .default(0)
    .describe('The same number, amount and type again within so many minutes waits for a person; 0: never'),
  twoPeopleAbove: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(100_000)
    .describe('XAF: above it, two people settle an unknown outcome; null: one is always enough'),
  expireAfterMinutes: z
    .number()
    .int()
    .min(1)
    .max(525_600)
    .nullable()
    .default(null)
    .describe('A transaction that no box began by then expires; null: never'),
  quarantineAfterFailures: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(10)
    .describe(
      'A box that fails so often in a row, and certainly, is taken out until a trial succeeds; 0: never',
    ),
});
export type CallboxRules = z.infer<typeof callboxRulesSchema>;

/** Of these, what is about money itself: who changes them needs more than to look after boxes. */
export const MONEY_RULES = ['maxAmount', 'lookAlikeMinutes', 'twoPeopleAbove'] as const;

/** The operator's name as it is compared: lower case, without marks and spaces. Null: none was given. */
export function operatorKey(name: string | null | undefined): string | null {
  const key = (name ?? '')
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .slice(0, 30);
  return key || null;
}

/** Back-off of the n-th retry: doubles from 5 s to 10 min, with up to half of it at random so that retries do not meet. */
export function retryDelayMs(retryCount: number, random: number): number {
  const base = Math.min(600_000, 5000 * 2 ** Math.max(0, retryCount - 1));
  return Math.round(base * (0.75 + random / 2));
}

/** The public name of a transaction, from its id. */
export const transactionName = (id: string): string => `tx_${id.replaceAll('-', '')}`;

/** The id behind a public name (or an id as such); null: it can be none of ours. */
export function transactionId(name: string): string | null {
  const digits = /^(?:tx_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(
    name,
  );
  return digits ? digits.slice(1).join('-').toLowerCase() : null;
}

/** Whether money leaves the SIM: a withdrawal fills it. */
export const spendsFloat = (type: TransactionType): boolean => type !== 'withdraw';
