import { z } from 'zod';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import type { SimTold } from './box-sims.ts';
import { callboxConfigSchema, operatorKey, TRANSACTION_TYPES } from './model.ts';

// What boxes send. Unknown fields are ignored; what is known is judged here, so that one box's nonsense never reaches a batch.

export const callboxIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}$/, 'up to 60 letters, digits and _ . : -')
  .describe('What the box calls itself');

/** A box's time: RFC 3339, or milliseconds since 1970. Recorded, and never trusted for an order. */
export const boxTimeSchema = z
  .union([z.iso.datetime({ offset: true }), z.number().min(0).max(253_402_300_799_000)])
  .describe("By the box's clock: RFC 3339, or milliseconds since 1970");

/** How far a box's clock is ahead of ours; null: it did not say what time it has. */
export function clockAhead(sentAt: string | number | null | undefined, nowMs: number): number | null {
  if (sentAt === null || sentAt === undefined) return null;
  return Math.round(new Date(sentAt).getTime() - nowMs);
}

const simSchema = z.object({
  slot: z.string().regex(/^[\w.:-]{1,40}$/, 'up to 40 letters, digits and _ . : -'),
  operator: z.string().max(60).nullish().describe('e.g. MTN, Orange; nothing: serves any'),
  iccid: z
    .string()
    .regex(/^[0-9A-Fa-f]{1,30}$/, 'digits')
    .nullish()
    .or(z.literal(''))
    .describe("The card's own number: with it, a card that changes places is known again"),
  phoneNumber: z.string().max(40).nullish(),
  signalPercent: z.number().min(0).max(100).nullish(),
  network: z.string().max(60).nullish(),
  state: z.enum(['ready', 'no_sim', 'locked', 'no_network']).nullish(),
  balance: z.number().min(0).max(1e12).nullish().describe('XAF, as the box read it'),
});

export const simsSchema = z
  .array(simSchema)
  .max(128)
  .refine((sims) => new Set(sims.map(({ slot }) => slot)).size === sims.length, 'a slot is named twice');

/** What a box says of its cards, in our words. A number that cannot be read is not known: it is only a label here. */
export function toSims(sims: z.infer<typeof simsSchema>, region: string): SimTold[] {
  return sims.map((sim) => ({
    slot: sim.slot,
    operator: operatorKey(sim.operator),
    iccid: sim.iccid || null,
    phoneNumber: readNumber(sim.phoneNumber, region),
    signalPercent: sim.signalPercent ?? null,
    network: sim.network || null,
    state: sim.state ?? null,
    balance: sim.balance === null || sim.balance === undefined ? null : Math.floor(sim.balance),
  }));
}

function readNumber(text: string | null | undefined, region: string): string | null {
  if (!text) return null;
  try {
    return normalisePhoneNumber(text, region);
  } catch {
    return null;
  }
}

export const capabilitiesSchema = z.object({
  maxConcurrentTransactions: z.number().int().min(1).max(100),
  supportedTypes: z.array(z.enum(TRANSACTION_TYPES)).min(1).max(20),
  fencing: z.boolean().nullish().describe('It knows leases and attempts, and asks before it dials'),
  sims: simsSchema.nullish().describe('None: one that serves every operator'),
});

export const registerBody = z.object({
  callboxId: callboxIdSchema,
  capabilities: capabilitiesSchema,
  version: z.string().max(60).nullish(),
  location: z.string().max(200).nullish(),
  sentAt: boxTimeSchema.nullish(),
});

const metricsSchema = z.looseObject({
  uptime: z.number().min(0).max(1e12).nullish().describe('Seconds'),
  memoryUsage: z.number().min(0).max(1e12).nullish(),
  processedTransactions: z.number().int().min(0).nullish(),
});

export const heartbeatBody = z.object({
  callboxId: callboxIdSchema,
  status: z.string().max(40).nullish().describe("The box's own word for how it is"),
  queueSize: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .nullish()
    .describe('What waits in the box itself. A figure that cannot be true is refused'),
  metrics: metricsSchema.nullish(),
  sims: simsSchema.nullish(),
  battery: z
    .object({ percent: z.number().min(0).max(100).nullish(), charging: z.boolean().nullish() })
    .nullish(),
  sentAt: boxTimeSchema.nullish(),
  configVersion: z.union([z.string().max(40), z.number()]).nullish(),
  open: z
    .array(
      z.object({
        id: z.string().max(100),
        attempt: z.number().int().min(1).max(1_000_000),
        state: z.enum(['queued', 'processing']),
      }),
    )
    .max(1000)
    .nullish()
    .describe(
      'What it has in hand: its leases are renewed, and what is no longer its own comes back in `revoked`',
    ),
});

const METRICS_MAX = 20;

/** Of the figures that a box adds to the known ones, the first plain ones are kept. */
export function toMetrics(metrics: z.infer<typeof metricsSchema> | null | undefined): object | null {
  if (!metrics) return null;
  const plain = Object.entries(metrics).filter(
    ([name, value]) =>
      name.length <= 40 &&
      (typeof value === 'number' ||
        typeof value === 'boolean' ||
        (typeof value === 'string' && value.length <= 100)),
  );
  return Object.fromEntries(plain.slice(0, METRICS_MAX));
}

/** The configuration as boxes are told it. */
export const configSchema = callboxConfigSchema.meta({ id: 'CallBoxConfig' });
