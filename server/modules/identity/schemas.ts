import { z } from 'zod';
import { countrySchema, ok } from '../../kernel/http/schemas.ts';
import { parseCountry } from '../../kernel/phone.ts';
import { PASSWORD_MAX, PASSWORD_MIN, PERMISSIONS, ROLES } from './model.ts';

export const tags = ['identity'];

export const nameSchema = z.string().trim().min(1).max(200);
/** A role as it is told and asked for. */
export const roleSchema = z
  .union([z.enum(ROLES), z.guid()])
  .describe('owner, admin, agent or viewer; or the id of a role of the company’s own (GET /api/roles)');
export const roleNameSchema = z.string().nullable().describe('Of a role of the company’s own');
export const byId = z.object({ id: z.guid() });
export const languageSchema = z.enum(['en', 'fr']);
export const country = countrySchema.transform(parseCountry);
export const emailSchema = z
  .string()
  .trim()
  .max(320)
  .pipe(z.email())
  .transform((email) => email.toLowerCase());

export const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  twoFactorEnabled: z.boolean(),
  language: languageSchema,
});

const permissions = z.array(z.enum(PERMISSIONS));

export const meSchema = ok({
  user: userSchema.nullable().describe('null for an API key'),
  company: z.object({ id: z.string(), name: z.string() }).nullable(),
  role: z.string().nullable(),
  roleName: roleNameSchema,
  permissions,
  companies: z.array(
    z.object({ id: z.string(), name: z.string(), role: z.string(), roleName: roleNameSchema }),
  ),
  apiKey: z.object({ id: z.string(), name: z.string(), scopes: permissions }).optional(),
});

export const companySchema = z.object({
  id: z.string(),
  name: z.string(),
  country: z.string().describe('ISO 3166-1 alpha-2'),
  timeZone: z.string().describe('IANA name'),
  currency: z.string().describe('ISO 4217'),
  createdAt: z.date(),
});

export const companyChange = z.object({
  name: nameSchema.optional(),
  country: country.optional(),
  timeZone: z.string().max(64).refine(isTimeZone, 'an IANA time zone, e.g. Europe/Paris').optional(),
  currency: z.string().refine(isCurrency, 'an ISO 4217 currency, e.g. EUR').optional(),
});

export const memberSchema = z.object({
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  roleName: roleNameSchema,
  twoFactorEnabled: z.boolean(),
  createdAt: z.date(),
});

export const invitationSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  roleName: roleNameSchema,
  status: z.enum(['pending', 'expired']),
  expiresAt: z.date(),
  inviterName: z.string(),
});

export const offerSchema = z.object({
  companyName: z.string(),
  email: z.string(),
  role: z.string(),
  roleName: roleNameSchema,
  expiresAt: z.date(),
  needsAccount: z.boolean().describe('Whether name and password are needed to accept'),
});

export const acceptanceSchema = z.object({
  name: nameSchema.optional().describe('For a new account'),
  password: z.string().min(PASSWORD_MIN).max(PASSWORD_MAX).optional().describe('For a new account'),
  language: languageSchema.optional(),
});

export const newApiKeySchema = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: permissions.min(1).max(PERMISSIONS.length),
  expiresAt: z.iso.datetime({ offset: true }).nullish().describe('Never, when absent'),
});

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe('The first characters of the secret'),
  scopes: permissions,
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable().describe('To the minute'),
  createdByName: z.string(),
});

export const auditEntrySchema = z.object({
  id: z.string(),
  at: z.date(),
  actorKind: z.enum(['user', 'api_key', 'system', 'box']),
  actorId: z.string(),
  actorName: z.string(),
  address: z.string().nullable(),
  action: z.string(),
  entityType: z.string(),
  entityId: z.string(),
  changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
});

function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function isCurrency(text: string): boolean {
  return Intl.supportedValuesOf('currency').includes(text);
}
