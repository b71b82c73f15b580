import type { Kernel } from '../../kernel/ctx.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { contactsByIds } from '../contacts/index.ts';
import { audit, difference } from '../identity/index.ts';
import { moveArchivedContact } from './archive-store.ts';
import { announceCalls, findCall, linkCall, moveContact } from './calls-store.ts';
import { openDesk } from './desk.ts';
import { deskChanged } from './desk-memory.ts';
import { destinationsAllowed } from './spend.ts';

/** Says whom a call is with, and what it was about. Absent fields stay. @throws not_found. */
export async function linkCallTo(
  ctx: CompanyCtx,
  callId: string,
  change: {
    contactId?: string | null | undefined;
    leadId?: string | null | undefined;
    note?: string | null | undefined;
  },
): Promise<void> {
  await transact(ctx, async (tx) => {
    const call = (await findCall(tx, callId)) ?? fail('not_found', { what: 'call' });
    const asked = [change.contactId, change.leadId].filter(
      (id): id is string => Boolean(id) && isId(id ?? ''),
    );
    const found = await contactsByIds(tx, asked);
    const named = (given: string | null | undefined, now: string | null, what: string) => {
      if (given === undefined) return now;
      return given ? (found.get(given) ?? fail('not_found', { what })).id : null;
    };
    const before = { contactId: call.contactId, leadId: call.leadId, note: call.note };
    const after = {
      contactId: named(change.contactId, before.contactId, 'contact'),
      leadId: named(change.leadId, before.leadId, 'lead'),
      note: change.note === undefined ? before.note : change.note || null,
    };
    const { note, ...changes } = difference(before, after);
    if (Object.keys(changes).length === 0 && !note) return;
    await linkCall(tx, call.id, after);
    await audit(tx, ctx, { action: 'call.linked', entityType: 'call', entityId: call.id, changes });
    await announceCalls(tx, ctx.companyId, [call.id]);
  });
}

async function onContactMerged(ctx: CompanyCtx, tx: Tx, goneId: string): Promise<void> {
  const kept = (await contactsByIds(tx, [goneId])).get(goneId);
  if (kept && kept.id !== goneId) await moveEverywhere(tx, goneId, kept.id);
  await announceCalls(tx, ctx.companyId, ['all']);
}

async function onContactDeleted(ctx: CompanyCtx, tx: Tx, goneId: string): Promise<void> {
  await moveEverywhere(tx, goneId, null);
  await announceCalls(tx, ctx.companyId, ['all']);
}

async function moveEverywhere(tx: Tx, fromId: string, toId: string | null): Promise<void> {
  await moveContact(tx, fromId, toId);
  await moveArchivedContact(tx, fromId, toId);
}

/** What calls want to know of the modules below. */
export function listenForCalls({ news }: Kernel): void {
  news.on('contact.merged', onContactMerged);
  news.on('contact.deleted', onContactDeleted);
  news.on('member.removed', async (ctx, tx) => deskChanged(ctx, tx));
}

/** A missed call is answered with a text while its caller still thinks of it; the longest ringing and voicemail fit in. */
const TEXT_BACK_WITHIN_MS = 30 * 60_000;

/** A text to whoever called and reached nobody, as the rule of the number says; null when there is to be none. */
export interface MissedText {
  from: string;
  to: string;
  text: string;
}

/**
 * What is sent after a missed call: to a number that could be called back, and never to one that does not show itself, or
 * that our own rule turned away. A caller writes any number as theirs, so it costs us what the guard allows, and no more.
 */
export async function missedTextOf(ctx: CompanyCtx, tx: Tx, callId: string): Promise<MissedText | null> {
  const call = await findCall(tx, callId);
  if (!call?.missed || !call.plan.missedText || call.plan.steps[0]?.kind === 'reject') return null;
  if (call.contactId === null) return null;
  // A call that was only found later: "we missed your call" hours after it reads as a mistake.
  if (ctx.kernel.clock.nowMs() - call.createdAt.getTime() > TEXT_BACK_WITHIN_MS) return null;
  const desk = await openDesk(ctx, tx, []);
  const allowed = await destinationsAllowed(tx, desk, [call.fromNumber]);
  if (!allowed.has(call.fromNumber)) return null;
  return { from: call.ourNumber, to: call.fromNumber, text: call.plan.missedText };
}
