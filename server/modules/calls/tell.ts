import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { contactsByIds } from '../contacts/index.ts';
import type { CallRow } from './calls-store.ts';
import { isLive } from './model.ts';
import { pushRinging, pushSilent } from './push.ts';
import { noteQualities } from './quality.ts';
import type { Scene } from './scene.ts';

/** A call that a transaction changes, and how it was before. */
export interface Change {
  scene: Scene;
  before: CallRow;
}

/** People's devices, and what is known of how calls sounded: all calls of a transaction together. */
export async function tellOthers(ctx: CompanyCtx, tx: Tx, changes: readonly Change[]): Promise<void> {
  await Promise.all([
    tellRinging(ctx, tx, changes),
    tellSilent(ctx, tx, changes),
    noteQualities(
      ctx,
      tx,
      changes
        .map(({ scene: { call, qualities }, before }) => ({
          ...{ call, reports: qualities.map(({ legId, quality: remote }) => ({ legId, remote })) },
          hasEnded: call.endedAt !== null && before.endedAt === null && call.answeredAt !== null,
        }))
        .filter(({ reports, hasEnded }) => reports.length > 0 || hasEnded),
    ),
  ]);
}

/**
 * Says of calls that were missed that they were, once all else is written: whoever listens may undo a part of what it does. It
 * has a text to send; of most calls there is none.
 */
export async function tellMissed(ctx: CompanyCtx, tx: Tx, changes: readonly Change[]): Promise<void> {
  for (const { scene, before } of changes) {
    const { call } = scene;
    if (call.missed && !before.missed && call.plan.missedText)
      await ctx.kernel.news.tell(ctx, tx, 'call.missed', call.id);
  }
}

async function tellRinging(ctx: CompanyCtx, tx: Tx, changes: readonly Change[]): Promise<void> {
  const ringing = changes.flatMap(({ scene: { call, legs, events }, before }) => {
    // Telephones may ring already when it is found out who calls.
    const rings =
      events.some(({ kind }) => kind === 'step_dial') ||
      (!before.callerKnown && call.stepRunning && call.answeredAt === null);
    if (call.direction !== 'INBOUND' || !rings || !isLive(call.status)) return [];
    const userIds = legs.flatMap(({ userId, step }) => (userId && step === call.step ? [userId] : []));
    return userIds.length > 0 ? [{ call, userIds: [...new Set(userIds)] }] : [];
  });
  if (ringing.length === 0) return;
  const contacts = await contactsByIds(
    tx,
    ringing.flatMap(({ call }) => call.contactId ?? []),
  );
  await pushRinging(
    ctx,
    tx,
    ringing.map(({ call: { id, fromNumber: from, contactId }, userIds }) => {
      const contact = contactId ? contacts.get(contactId) : undefined;
      return { id, from, contactName: contact?.name || null, userIds };
    }),
  );
}

/** Only people's own telephones and browsers are told of a call, so where none of them was rung nobody need be looked for. */
async function tellSilent(ctx: CompanyCtx, tx: Tx, changes: readonly Change[]): Promise<void> {
  const silent = changes.flatMap(({ scene: { call, legs }, before }) => {
    const isPast = call.step > before.step && before.plan.steps[before.step]?.kind === 'dial';
    const wasRinging = call.direction === 'INBOUND' && before.status === 'RINGING';
    if (!wasRinging || (call.status === 'RINGING' && !isPast)) return [];
    if (!legs.some(({ userId }) => userId !== null)) return [];
    return [
      { id: call.id, why: call.answeredAt ? ('answered' as const) : ('ended' as const), userId: call.userId },
    ];
  });
  await pushSilent(ctx, tx, silent);
}
