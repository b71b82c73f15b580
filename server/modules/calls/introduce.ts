import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { ContactRef } from '../contacts/index.ts';
import { contactsOf } from './desk.ts';
import type { Scene } from './scene.ts';

/**
 * Looks for the contacts of callers who were answered before anybody had, and makes them where there are none; whoever writes
 * the calls next links them (introduce). Asked before budgets are, as for every other call.
 */
export async function lookForCallers(ctx: CompanyCtx, tx: Tx, scenes: readonly Scene[]): Promise<void> {
  const unknown = scenes.filter(({ isNew, call }) => !isNew && !call.callerKnown);
  if (unknown.length === 0) return;
  const contacts = await contactsOf(
    ctx,
    tx,
    unknown.map(({ call }) => call.fromNumber),
  );
  for (const scene of unknown) scene.caller = contacts.get(scene.call.fromNumber) ?? null;
}

/** Links a call to the contact that was found for it. What a person linked meanwhile stays. */
export function introduce({ call, caller }: Scene): void {
  if (caller === undefined) return;
  call.callerKnown = true;
  if (call.contactId !== null || call.leadId !== null) return;
  Object.assign(call, { contactId: caller?.id ?? null, leadId: leadOf(caller) });
}

/** Calls with somebody who is a lead are linked to the lead by themselves. */
export const leadOf = (contact: ContactRef | null | undefined): string | null =>
  contact?.stage === 'lead' ? contact.id : null;
