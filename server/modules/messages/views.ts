import { z } from 'zod';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import { trimZeros } from '../../kernel/money.ts';
import { type ContactName, maskPhone } from '../contacts/index.ts';
import type { ConversationRow } from './conversations-store.ts';
import type { IntegrationRow } from './integrations-store.ts';
import { mediaLink } from './media-links.ts';
import type { MediaRow } from './media-store.ts';
import type { MessageRow } from './messages-store.ts';
import { CATEGORIES, MESSAGE_STATUSES } from './model.ts';
import { reasonInWords } from './reasons.ts';

const provider = z.enum(['telnyx', 'twilio']);
const price = z.object({ amount: z.string().describe('Exact decimal'), currency: z.string() });
const at = z.iso.datetime();

export const integrationSchema = z
  .object({
    id: z.string(),
    company_id: z.string(),
    name: z.string(),
    integration_type: z.literal('sms'),
    provider,
    provider_account_id: z.string().nullable().describe("Null for the installation's account"),
    account_id: z.string().describe('The account SID (Twilio), or the key with its middle hidden (Telnyx)'),
    phone_number: z.string().describe('E.164'),
    is_active: z.boolean(),
    is_default: z.boolean(),
    source: z.enum(['manual', 'number']).describe('number: a number that was bought here brought it along'),
    features: z.object({ sms: z.boolean(), mms: z.boolean() }),
    messages_per_second: z.number().nullable().describe("Null: the installation's pace"),
    status: z.enum(['untested', 'ok', 'failing']),
    last_tested_at: at.nullable(),
    last_error: z.string().nullable(),
    created_at: at,
    updated_at: at,
  })
  .meta({ id: 'InboxIntegration' });

export function integrationView(row: IntegrationRow): z.infer<typeof integrationSchema> {
  return {
    id: row.id,
    company_id: row.companyId,
    name: row.name,
    integration_type: 'sms',
    provider: row.provider,
    provider_account_id: row.providerAccountId,
    account_id: row.accountRef,
    phone_number: row.phoneNumber,
    is_active: row.isActive,
    is_default: row.isDefault,
    source: row.source,
    features: { sms: row.sms, mms: row.mms },
    messages_per_second: row.messagesPerSecond === null ? null : Number(row.messagesPerSecond),
    status: row.status,
    last_tested_at: row.lastTestedAt?.toISOString() ?? null,
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

export const conversationSchema = z
  .object({
    id: z.string(),
    source: z.literal('sms'),
    status: z.enum(['open', 'closed']),
    category: z.enum(CATEGORIES),
    category_rule: z.string().nullable().describe('The rule that chose the category'),
    category_by: z.enum(['rule', 'person']),
    contact: z
      .object({
        id: z.string(),
        name: z.string(),
        stage: z.enum(['lead', 'client']),
        phone_number: z.string(),
      })
      .nullable(),
    phone_number: z.string().describe('Where a reply goes'),
    integration: z
      .object({ id: z.string(), name: z.string(), provider, phone_number: z.string(), mms: z.boolean() })
      .nullable()
      .describe('Through which a reply goes'),
    assignee: z.object({ id: z.string(), name: z.string() }).nullable(),
    labels: z.array(z.string()),
    unread_count: z.number().int(),
    opted_out: z.boolean(),
    last_message: z
      .object({
        id: z.string(),
        preview: z.string(),
        direction: z.enum(['inbound', 'outbound']),
        status: z.enum(MESSAGE_STATUSES),
        at,
      })
      .nullable(),
    created_at: at,
    updated_at: at.describe('The latest activity'),
    closed_at: at.nullable(),
  })
  .meta({ id: 'Conversation' });

/** What a page of conversations needs beside its rows. */
export interface ConversationSurroundings {
  contacts: Map<string, ContactName>;
  names: Map<string, string>;
}

const PREVIEW_CHARS = 140;

export function conversationView(
  ctx: CompanyCtx,
  row: ConversationRow,
  around: ConversationSurroundings,
): z.infer<typeof conversationSchema> {
  const contact = row.contactId ? around.contacts.get(row.contactId) : undefined;
  const phone = maskPhone(ctx, row.contactPhone);
  return {
    id: row.id,
    source: 'sms',
    status: row.status,
    category: row.category,
    category_rule: row.categoryRule,
    category_by: row.categoryRule === null ? 'person' : 'rule',
    contact: contact
      ? { id: contact.id, name: contact.name, stage: contact.stage, phone_number: phone }
      : null,
    phone_number: phone,
    integration: row.integrationId
      ? {
          id: row.integrationId,
          name: row.integrationName!,
          provider: row.integrationProvider!,
          phone_number: row.integrationPhone!,
          mms: row.integrationMms!,
        }
      : null,
    assignee: row.assigneeId ? { id: row.assigneeId, name: around.names.get(row.assigneeId) ?? '' } : null,
    labels: row.labels,
    unread_count: row.unreadCount,
    opted_out: row.optedOut,
    last_message: lastMessage(row),
    created_at: row.createdAt.toISOString(),
    updated_at: row.lastActivityAt.toISOString(),
    closed_at: row.closedAt?.toISOString() ?? null,
  };
}

function lastMessage(row: ConversationRow): z.infer<typeof conversationSchema>['last_message'] {
  if (!row.lastMessageId || !row.lastDirection || !row.lastStatus || !row.lastAt) return null;
  const preview = [...(row.lastBody ?? '')].slice(0, PREVIEW_CHARS).join('');
  return {
    id: row.lastMessageId,
    preview: preview || (row.lastIsMms ? '📎' : ''),
    direction: row.lastDirection,
    status: row.lastStatus,
    at: row.lastAt.toISOString(),
  };
}

export const mediaSchema = z
  .object({
    id: z.string(),
    content_type: z.string(),
    size_bytes: z.number().int().nullable(),
    filename: z.string(),
    status: z.enum(['pending', 'stored', 'failed']),
    reason: z.string().nullable().describe('too_large, forbidden, gone, type_refused or unreachable'),
    url: z.string().describe('Same-origin, signed, for a quarter of an hour'),
  })
  .meta({ id: 'MessageMedia' });

export function mediaView(ctx: CompanyCtx, row: MediaRow): z.infer<typeof mediaSchema> {
  return {
    id: row.id,
    content_type: row.contentType,
    size_bytes: row.sizeBytes,
    filename: row.filename,
    status: row.status,
    reason: row.reason,
    url: mediaLink(ctx, row.id, 'person'),
  };
}

export const messageSchema = z
  .object({
    id: z.string(),
    conversation_id: z.string(),
    kind: z.enum(['text', 'note', 'event']),
    event: z.object({ name: z.string(), from: z.string().nullish(), to: z.string().nullish() }).nullable(),
    direction: z.enum(['inbound', 'outbound']),
    is_from_client: z.boolean(),
    type: z.enum(['SMS', 'MMS']),
    from: z.string(),
    to: z.string(),
    text: z.string(),
    status: z.enum(MESSAGE_STATUSES),
    external_id: z.string().nullable().describe("The provider's id"),
    provider: provider.nullable(),
    integration_id: z.string().nullable(),
    segments: z.number().int().nullable(),
    encoding: z.enum(['GSM-7', 'UCS-2']).nullable(),
    price: price.nullable(),
    price_estimated: z.boolean().describe('From the price list: the provider has not said yet'),
    error: z
      .object({
        code: z.string(),
        reason: z.string().describe('In words'),
        provider_code: z.string().nullable(),
        provider_message: z.string().nullable(),
      })
      .nullable(),
    media: z.array(mediaSchema),
    author: z
      .object({ kind: z.enum(['user', 'api_key', 'system']), id: z.string(), name: z.string() })
      .nullable(),
    contact_id: z.string().nullable(),
    lead_id: z.string().nullable(),
    send_at: at.nullable(),
    sent_at: at.nullable(),
    delivered_at: at.nullable(),
    created_at: at,
  })
  .meta({ id: 'Message' });

type MessageView = z.infer<typeof messageSchema>;

export function messageView(ctx: CompanyCtx, row: MessageRow, media: MediaRow[] = []): MessageView {
  const inbound = row.direction === 'inbound';
  const theirs = (phone: string) => (phone === '' ? '' : maskPhone(ctx, phone));
  return {
    id: row.id,
    conversation_id: row.conversationId,
    kind: row.kind,
    event: row.event,
    direction: row.direction,
    is_from_client: inbound,
    type: row.isMms ? 'MMS' : 'SMS',
    from: inbound ? theirs(row.fromNumber) : row.fromNumber,
    to: inbound ? row.toNumber : theirs(row.toNumber),
    text: row.body,
    status: row.status,
    external_id: row.externalId,
    provider: row.provider,
    integration_id: row.integrationId,
    segments: row.segments,
    encoding: row.encoding,
    ...priceView(row),
    error: errorView(ctx, row, inbound ? row.fromNumber : row.toNumber),
    media: media.map((each) => mediaView(ctx, each)),
    author:
      row.authorKind && row.authorId !== null
        ? { kind: row.authorKind, id: row.authorId, name: row.authorName ?? '' }
        : null,
    contact_id: row.contactId,
    lead_id: row.leadId,
    ...times(row),
  };
}

/** A text that never left costs nothing, whatever it would have cost. */
function priceView(row: MessageRow): Pick<MessageView, 'price' | 'price_estimated'> {
  const { priceAmount: amount, priceCurrency: currency, priceEstimated, status } = row;
  const isForNothing = priceEstimated && (status === 'failed' || status === 'canceled');
  if (amount === null || currency === null || isForNothing) return { price: null, price_estimated: false };
  return { price: { amount: trimZeros(amount), currency }, price_estimated: priceEstimated };
}

function times(row: MessageRow) {
  return {
    send_at: row.sendAt?.toISOString() ?? null,
    sent_at: row.sentAt?.toISOString() ?? null,
    delivered_at: row.deliveredAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
  };
}

/** Why a text failed. Providers name the number in their sentences: it is masked there like everywhere. */
function errorView(ctx: CompanyCtx, row: MessageRow, theirs: string): MessageView['error'] {
  if (row.errorCode === null) return null;
  const digits = theirs.slice(1);
  return {
    code: row.errorCode,
    reason: reasonInWords(row.errorCode, ctx.language),
    provider_code: row.providerCode,
    provider_message: digits
      ? (row.providerMessage?.replaceAll(new RegExp(`\\+?${digits}`, 'g'), () => maskPhone(ctx, theirs)) ??
        null)
      : row.providerMessage,
  };
}
