import { sha256 } from '../../kernel/crypto.ts';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Draft } from './accept.ts';
import type { AutoAnswer } from './consent.ts';

/** What a client asks for when it wants a text sent. */
export interface SendRequest {
  text: string;
  mediaIds?: string[] | undefined;
  templateId?: string | null | undefined;
  sendAt?: Date | null | undefined;
  integrationId?: string | null | undefined;
  toPhone?: string | null | undefined;
  leadId?: string | null | undefined;
}

/** A client's text in a conversation. @param key its Idempotency-Key, if it gave one. */
export function draftOf(
  ctx: CompanyCtx,
  conversationId: string,
  request: SendRequest,
  key: string | null,
): Draft {
  const wanted = {
    integrationId: request.integrationId ?? null,
    toPhone: request.toPhone ?? null,
    text: request.text,
    mediaIds: request.mediaIds ?? [],
    templateId: request.templateId ?? null,
    sendAt: request.sendAt ?? null,
    leadId: request.leadId ?? null,
  };
  const { kind, id, name } = ctx.actor;
  return {
    ...wanted,
    conversationId,
    idempotencyKey: key,
    requestHash: sha256(JSON.stringify([conversationId, wanted])),
    author: { kind, id, name },
    isConfirmation: false,
  };
}

/** An answer that nobody wrote, through the number that was texted. */
export function automaticDraft(ctx: CompanyCtx, answer: AutoAnswer): Draft {
  const { conversationId, integrationId, text, isConfirmation } = answer;
  return { ...draftOf(ctx, conversationId, { text, integrationId }, null), isConfirmation };
}
