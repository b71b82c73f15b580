import { z } from 'zod';

// What the server says. Everything is checked: a portal of a hotel's network answers 200 to anything.

/** What does not fit is left as it was: a setting that this box does not understand must not cut it off. */
const whole = (min: number, max: number) => z.number().int().min(min).max(max).optional().catch(undefined);

const configSchema = z.object({
  timeoutMs: whole(1000, 600_000),
  pollIntervalMs: whole(100, 600_000),
  heartbeatIntervalMs: whole(100, 30_000),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).optional().catch(undefined),
});
export type RemoteConfig = Required<z.output<typeof configSchema>>;

/** What is in force before the server was heard. */
export const FIRST_CONFIG: RemoteConfig = {
  timeoutMs: 30_000,
  pollIntervalMs: 5000,
  heartbeatIntervalMs: 10_000,
  logLevel: 'info',
};

const version = z.union([z.string(), z.number()]).transform(String);

export const registeredSchema = z.object({
  success: z.literal(true),
  config: configSchema,
  configVersion: version.optional(),
  serverTime: z.string().optional(),
});

export const heartbeatSchema = z.object({
  success: z.literal(true),
  config: configSchema.optional(),
  configVersion: version.optional(),
  serverTime: z.string().optional(),
  revoked: z.array(z.object({ id: z.string(), attempt: z.number().int() })).default([]),
});

export const handedSchema = z.object({
  id: z.string().min(1).max(100),
  type: z.enum(['recharge', 'voucher', 'deposit', 'withdraw']),
  phoneNumber: z.string().regex(/^\+[1-9]\d{5,14}$/),
  amount: z.number().int().positive().max(1_000_000_000).nullish(),
  payItemId: z.string().max(100).nullish(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).catch('normal'),
  attempt: z.number().int().min(1),
  leaseId: z.string().min(1).max(100),
  sim: z.object({ id: z.string().optional(), slot: z.string().min(1).max(40) }).nullish(),
  operator: z.string().max(60).nullish(),
});
export type Handed = z.output<typeof handedSchema>;

export const pulledSchema = z.object({ success: z.literal(true), transactions: z.array(z.unknown()) });

export const reportedSchema = z.object({
  success: z.literal(true),
  transaction: z.object({
    status: z.string(),
    attempt: z.number().int().nullish(),
    leaseId: z.string().nullish(),
  }),
});

export const doneSchema = z.object({ success: z.literal(true) });

export const enrolledSchema = z.object({
  success: z.literal(true),
  token: z.string().min(1),
  callboxId: z.string().min(1),
  companyName: z.string().optional(),
});

export const refusalSchema = z.object({
  success: z.literal(false),
  error: z.string(),
  code: z.string().optional(),
});
