import { z } from 'zod';
import type { DocumentRow, DocumentUse } from './documents-store.ts';
import type { Group } from './groups.ts';
import { groupStatus, progressOf } from './model.ts';
import type { RequirementRow } from './store.ts';

export const criteriaSchema = z.object({
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  acceptableValues: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  timeLimit: z.string().optional(),
  localityLimit: z.string().optional(),
});

export const addressSchema = z
  .object({
    firstName: z.string().max(100),
    lastName: z.string().max(100),
    businessName: z.string().max(200),
    street: z.string().max(200),
    extended: z.string().max(200).optional(),
    locality: z.string().max(100),
    administrativeArea: z.string().max(100).optional(),
    postalCode: z.string().max(20).optional(),
    country: z.string().regex(/^[A-Z]{2}$/, 'two capital letters, e.g. FR'),
  })
  .meta({ id: 'PostalAddress' });

export const requirementSpecSchema = z
  .object({
    id: z.string(),
    field: z.string().describe('Names the requirement in addresses and forms'),
    name: z.string(),
    type: z.enum(['document', 'textual', 'address']),
    description: z.string(),
    example: z.string().nullable(),
    acceptanceCriteria: criteriaSchema,
  })
  .meta({ id: 'RequirementSpec' });

const requirementSchema = requirementSpecSchema
  .omit({ id: true })
  .extend({
    requirementId: z.string(),
    status: z.enum(['pending', 'completed']),
    submittedValueId: z
      .string()
      .nullable()
      .describe("The provider's id of the document or address, or the text"),
    submittedValue: z.unknown().nullable(),
    submittedAt: z.iso.datetime().nullable(),
    sentAt: z.iso
      .datetime()
      .nullable()
      .describe('When the provider had the value; null while it waits to be sent'),
    rejectionReason: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Requirement' });

export const groupSchema = z
  .object({
    id: z.string(),
    telnyxId: z
      .string()
      .nullable()
      .describe("The provider's id of the group; null for zones that ask for nothing"),
    provider: z.enum(['telnyx', 'twilio']),
    companyId: z.string(),
    destinationZone: z.string(),
    type: z.string(),
    status: z.enum(['pending', 'active', 'rejected']),
    reviewStatus: z.enum(['draft', 'in_review', 'approved', 'rejected', 'expired']),
    providerStatus: z.string(),
    requirements: z.array(requirementSchema),
    rejectionReasons: z.array(z.string()),
    expiresAt: z.iso.datetime().nullable(),
    submittedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'RequirementGroup' });

const missingSchema = z.array(z.object({ field: z.string(), name: z.string(), type: z.string() }));

export const progressSchema = z.object({
  groupId: z.string(),
  status: z.enum(['pending', 'active', 'rejected']),
  reviewStatus: z.string(),
  isComplete: z.boolean(),
  completionPercentage: z.number(),
  totalRequirements: z.number(),
  completedRequirements: z.number(),
  pendingRequirements: z.number(),
  missing: missingSchema,
});

export const documentSchema = z
  .object({
    id: z.string(),
    filename: z.string(),
    contentType: z.string(),
    sizeBytes: z.number(),
    sha256: z.string(),
    expiresAt: z.iso.datetime().nullable().describe("When the first provider's approval of it ends"),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    usedIn: z.array(z.object({ groupId: z.string(), destinationZone: z.string(), field: z.string() })),
  })
  .meta({ id: 'Document' });

const iso = (date: Date | null) => date?.toISOString() ?? null;

export function requirementView(row: RequirementRow): z.infer<typeof requirementSchema> {
  const document = row.documentId && { documentId: row.documentId, filename: row.documentFilename };
  return {
    requirementId: row.requirementId,
    field: row.field,
    name: row.name,
    type: row.type,
    description: row.description,
    example: row.example,
    acceptanceCriteria: row.criteria,
    status: row.status,
    submittedValueId: row.remoteValue,
    submittedValue: row.textValue ?? document ?? row.address ?? null,
    submittedAt: iso(row.submittedAt),
    sentAt: iso(row.sentAt),
    rejectionReason: row.rejectionReason,
    expiresAt: iso(row.expiresAt),
  };
}

export function groupView({ row, requirements }: Group): z.infer<typeof groupSchema> {
  return {
    id: row.id,
    telnyxId: row.remoteId,
    provider: row.provider,
    companyId: row.companyId,
    destinationZone: row.country,
    type: row.numberType,
    status: groupStatus(row.reviewStatus),
    reviewStatus: row.reviewStatus,
    providerStatus: row.providerStatus,
    requirements: requirements.map(requirementView),
    rejectionReasons: row.rejectionReasons,
    expiresAt: iso(row.expiresAt),
    submittedAt: iso(row.submittedAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function progressView(group: Group): z.infer<typeof progressSchema> {
  const { reviewStatus, id } = group.row;
  return { groupId: id, status: groupStatus(reviewStatus), reviewStatus, ...progressOf(group.requirements) };
}

export function documentView(row: DocumentRow, uses: readonly DocumentUse[]): z.infer<typeof documentSchema> {
  const mine = uses.filter((use) => use.documentId === row.id);
  const ends = mine.flatMap(({ expiresAt }) => (expiresAt ? [expiresAt.getTime()] : []));
  return {
    ...row,
    expiresAt: ends.length > 0 ? new Date(Math.min(...ends)).toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    usedIn: mine.map(({ groupId, destinationZone, field }) => ({ groupId, destinationZone, field })),
  };
}
