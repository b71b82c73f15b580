import { authorKind, type CompanyCtx } from '../../kernel/ctx.ts';
import { newId } from '../../kernel/ids.ts';
import type { MessageEvent, NewMessage } from './messages-store.ts';

/** A line of a thread that goes nowhere. */
function lineOf(ctx: CompanyCtx, conversationId: string) {
  const { actor, kernel, companyId } = ctx;
  return {
    id: newId(kernel.clock),
    companyId,
    conversationId,
    direction: 'outbound' as const,
    status: 'none' as const,
    authorKind: authorKind(actor),
    authorId: actor.id,
    authorName: actor.name,
    createdAt: kernel.clock.now(),
  };
}

/** A quiet line in a thread: what somebody did. */
export function eventLine(ctx: CompanyCtx, conversationId: string, event: MessageEvent): NewMessage {
  return { ...lineOf(ctx, conversationId), kind: 'event', body: '', event };
}

/** Word for colleagues. */
export function noteLine(ctx: CompanyCtx, conversationId: string, body: string): NewMessage {
  return { ...lineOf(ctx, conversationId), kind: 'note', body };
}
