import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { contactsByIds } from '../contacts/index.ts';
import { acceptText } from './accept.ts';
import { receivedByHand } from './by-hand.ts';
import { draftOf, type SendRequest } from './drafts.ts';
import type { MessageRow } from './messages-store.ts';
import { MEDIA_MAX } from './model.ts';
import { renderTemplate } from './templates.ts';

const id = z.string().max(100);

/** A text to be sent, or one that the customer said elsewhere and that is written down here. */
export const newMessageSchema = z.object({
  text: z.string().max(4000).default(''),
  is_from_client: z
    .boolean()
    .default(false)
    .describe('true: written down as the customer’s own words; nothing is sent'),
  media_ids: z.array(z.uuid()).max(MEDIA_MAX).optional().describe('From POST /inbox/media'),
  template_id: id.nullish().describe('Its text is used when `text` is empty'),
  variables: z.record(z.string().max(40), z.string().max(400)).optional(),
  send_at: z.iso.datetime({ offset: true }).nullish().describe('Not before this time'),
  integration_id: id.nullish().describe('The number to send through; usually the one that was texted'),
  lead_id: id.nullish().describe('A contact that this text is about'),
});

export type NewMessageBody = z.infer<typeof newMessageSchema>;

/** The client's name for this text. @throws invalid_request. */
export function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  const key = typeof header === 'string' ? header.trim() : '';
  if (key.length > 255) fail('invalid_request', { reason: 'Idempotency-Key: 255 characters at most' });
  return key || null;
}

export interface Accepted {
  message: MessageRow;
  replayed: boolean;
}

/** Takes a client's text in a conversation. @throws the reasons of a refusal. */
export async function takeMessage(
  ctx: CompanyCtx,
  conversationId: string,
  body: NewMessageBody,
  key: string | null,
  toPhone: string | null = null,
): Promise<Accepted> {
  if (!isId(conversationId)) fail('not_found', { what: 'conversation' });
  const leadId = await leadOf(ctx, body.lead_id ?? null);
  if (body.is_from_client) return receivedByHand(ctx, conversationId, body.text, key);
  const request: SendRequest = {
    text: await textOf(ctx, conversationId, body),
    mediaIds: body.media_ids,
    templateId: templateOf(body),
    sendAt: sendTimeOf(ctx, body.send_at ?? null),
    integrationId: integrationOf(body.integration_id ?? null),
    toPhone,
    leadId,
  };
  const outcome = await acceptText(ctx, draftOf(ctx, conversationId, request, key));
  if (outcome.kind === 'refused') throw outcome.error;
  return { message: outcome.message, replayed: outcome.kind === 'replayed' };
}

function integrationOf(given: string | null): string | null {
  if (given !== null && !isId(given)) fail('not_found', { what: 'SMS number' });
  return given;
}

function templateOf({ template_id: given }: NewMessageBody): string | null {
  return given && isId(given) ? given : null;
}

async function textOf(ctx: CompanyCtx, conversationId: string, body: NewMessageBody): Promise<string> {
  if (body.text.trim() !== '' || !body.template_id) return body.text;
  const { text, missing } = await renderTemplate(ctx, body.template_id, {
    conversationId,
    variables: body.variables ?? {},
  });
  if (missing.length > 0) fail('template_incomplete', { missing: missing.join(', ') }, { missing });
  return text;
}

const YEAR_MS = 366 * 86_400_000;

function sendTimeOf(ctx: CompanyCtx, given: string | null): Date | null {
  if (given === null) return null;
  const at = new Date(given);
  const waitMs = at.getTime() - ctx.kernel.clock.nowMs();
  if (!(waitMs > 0 && waitMs <= YEAR_MS)) fail('send_at_invalid');
  return at;
}

/** The contact that a text is about; one that was merged leads to the one that was kept. */
async function leadOf(ctx: CompanyCtx, given: string | null): Promise<string | null> {
  if (given === null) return null;
  const lead = isId(given) ? (await transact(ctx, (tx) => contactsByIds(tx, [given]))).get(given) : undefined;
  return (lead ?? fail('not_found', { what: 'lead' })).id;
}
