import { z } from 'zod';
import { catalogue, type ErrorCode, type Language, sentence } from '../../kernel/errors.ts';
import { trimZeros } from '../../kernel/money.ts';
import type { AvailableNumber } from '../providers/index.ts';
import type { GigRow } from './gigs-store.ts';
import type { NumberRow } from './store.ts';

export const priceSchema = z.object({ amount: z.string().describe('Exact decimal'), currency: z.string() });

const features = z.object({ voice: z.boolean(), sms: z.boolean(), mms: z.boolean() });
const provider = z.enum(['telnyx', 'twilio']);

export const availableSchema = z
  .object({
    phoneNumber: z.string(),
    provider,
    country: z.string(),
    type: z.string(),
    locality: z.string().nullable(),
    region: z.string().nullable(),
    features,
    monthlyCost: priceSchema.nullable(),
    upfrontCost: priceSchema.nullable(),
  })
  .meta({ id: 'AvailableNumber' });

export const numberSchema = z
  .object({
    id: z.string(),
    phoneNumber: z.string().describe('E.164'),
    provider,
    status: z.enum(['pending', 'active', 'error', 'released']),
    telnyxStatus: z.string().describe("The provider's own word for the status"),
    providerStatus: z.string().describe('The same, for both providers'),
    telnyxId: z.string().nullable().describe("The provider's id of the number, once it is owned"),
    orderId: z.string().nullable().describe("The provider's id of the order"),
    orderReference: z.string().describe('Our reference, sent with the order'),
    requirementGroupId: z.string().nullable(),
    gigId: z.string().nullable(),
    gigName: z.string().nullable(),
    companyId: z.string(),
    country: z.string(),
    type: z.string(),
    features,
    monthlyCost: priceSchema.nullable(),
    upfrontCost: priceSchema.nullable(),
    statusReason: z.string().nullable(),
    errorCode: z.string().nullable(),
    configured: z.boolean(),
    purchasedAt: z.iso.datetime(),
    activatedAt: z.iso.datetime().nullable(),
    releasedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'PhoneNumber' });

export const timelineSchema = z.object({
  at: z.iso.datetime(),
  kind: z.string(),
  status: z.string(),
  source: z.string(),
  providerStatus: z.string(),
  text: z.string(),
});

export const gigSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    destinationZone: z.string(),
    description: z.string(),
    numberCount: z.number(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Gig' });

export function availableView(
  number: AvailableNumber,
  from: 'telnyx' | 'twilio',
): z.infer<typeof availableSchema> {
  return { ...number, provider: from };
}

function price(amount: string | null, currency: string | null) {
  return amount === null || currency === null ? null : { amount: trimZeros(amount), currency };
}

/** Our own sentence for a refusal, in the reader's language; the provider's words where we have none. */
function reasonFor(row: NumberRow, language: Language): string | null {
  const code = row.errorCode as ErrorCode | null;
  const isWhole = code !== null && code in catalogue && !catalogue[code].en.includes('{');
  return isWhole ? sentence(code, {}, language) : row.statusReason;
}

export function numberView(row: NumberRow, language: Language): z.infer<typeof numberSchema> {
  return {
    id: row.id,
    phoneNumber: row.phoneNumber,
    provider: row.provider,
    status: row.status,
    telnyxStatus: row.providerStatus,
    providerStatus: row.providerStatus,
    telnyxId: row.providerNumberId,
    orderId: row.remoteOrderId,
    orderReference: row.orderReference,
    requirementGroupId: row.requirementGroupId,
    gigId: row.gigId,
    gigName: row.gigName,
    companyId: row.companyId,
    country: row.country,
    type: row.numberType,
    features: row.features,
    monthlyCost: price(row.monthlyCost, row.currency),
    upfrontCost: price(row.upfrontCost, row.currency),
    statusReason: reasonFor(row, language),
    errorCode: row.errorCode,
    configured: row.configuredAt !== null,
    purchasedAt: row.purchasedAt.toISOString(),
    activatedAt: row.activatedAt?.toISOString() ?? null,
    releasedAt: row.releasedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export function gigView(gig: GigRow): z.infer<typeof gigSchema> {
  const { id, name, destinationZone, description, numberCount, createdAt } = gig;
  return { id, name, destinationZone, description, numberCount, createdAt: createdAt.toISOString() };
}
