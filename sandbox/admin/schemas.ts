import { z } from 'zod';
import { FAULT_KINDS } from '../core/faults.ts';
import { NUMBER_TYPES } from '../data/countries.ts';
import { SAMPLES } from '../handsets/samples.ts';

const provider = z.enum(['telnyx', 'twilio']);
const amount = z.string().regex(/^-?\d{1,9}(\.\d{1,4})?$/, 'must be a decimal text such as "25.00"');

/** PUT faults */
export const faultBody = z.strictObject({
  id: z.string().min(1).max(100).optional(),
  kind: z.enum(FAULT_KINDS),
  match: z
    .strictObject({
      provider: provider.optional(),
      method: z.string().max(10).optional(),
      path: z.string().max(500).optional(),
      number: z
        .string()
        .regex(/^\+?\d{1,15}$/)
        .optional(),
    })
    .default({}),
  times: z.number().int().min(1).max(1_000_000).nullable().default(1),
  reason: z.string().max(2000).optional(),
});

/** POST advance */
export const advanceBody = z.strictObject({
  /** Also sends waiting webhooks (late ones and repeats) now. */
  webhooks: z.boolean().default(false),
  /** Also lets calls ring out, and waits of calls for keys and words end. */
  timers: z.boolean().default(false),
});

/** POST requirement-groups/:id/decline and bundles/:sid/reject */
export const reasonBody = z.strictObject({
  reason: z.string().min(1).max(2000).default('Declined by the reviewer.'),
});

/** POST accounts */
export const accountBody = z.strictObject({
  provider,
  name: z.string().min(1).max(100).default('Another company'),
  balance: amount.optional(),
});

/** PUT accounts/:id */
export const balanceBody = z.strictObject({ balance: amount });

export const emptyBody = z.strictObject({});

/** GET requests and deliveries */
export const cursorQuery = z.object({
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  provider: provider.optional(),
});

/** GET inventory */
export const inventoryQuery = z.object({
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .optional(),
  type: z.enum(NUMBER_TYPES as [string, ...string[]]).default('local'),
  contains: z
    .string()
    .regex(/^[\d*]{1,15}$/)
    .optional(),
  endsWith: z
    .string()
    .regex(/^\d{1,12}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number such as "+33612345678"');
const sender = z
  .string()
  .regex(
    /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9][A-Za-z0-9 ]{0,10})$/,
    'must be a number, a short code or a name',
  );

/** GET handsets */
export const handsetsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(30),
  /** How many texts of each handset are given along. */
  texts: z.coerce.number().int().min(0).max(200).default(1),
});

/** POST handsets */
export const handsetBody = z.strictObject({ number: sender, name: z.string().max(60).optional() });

/** GET handsets/:number/messages */
export const textsQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

/** POST handsets/:number/messages */
export const writtenBody = z
  .strictObject({
    to: e164,
    text: z.string().max(5000).default(''),
    media: z
      .array(
        z.union([
          z.strictObject({ sample: z.enum(SAMPLES) }),
          z.strictObject({
            contentType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/),
            base64: z.base64().max(7_000_000),
          }),
        ]),
      )
      .max(10)
      .default([]),
  })
  .refine((body) => body.text !== '' || body.media.length > 0, 'Give text or media.');

/** GET lines */
export const linesQuery = z.object({
  handset: z.string().max(100).optional(),
  open: z.enum(['0', '1']).default('0'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** POST handsets/:number/calls */
export const dialledBody = z.strictObject({ to: e164 });

/** POST lines/:id/decline */
export const declineBody = z.strictObject({ how: z.enum(['busy', 'declined']).default('declined') });

/** POST lines/:id/press */
export const pressBody = z.strictObject({ digits: z.string().regex(/^[0-9*#]{1,50}$/) });

/** POST lines/:id/say */
export const sayBody = z.strictObject({ words: z.string().trim().min(1).max(1000) });

/** GET changes */
export const changesQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  waitMs: z.coerce.number().int().min(0).max(30_000).default(20_000),
});
