import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import type { LegRow } from './calls-store.ts';
import { changeCalls } from './change.ts';
import {
  callFor,
  customerLeg,
  ensureRoom,
  noteChange,
  portOf,
  requireAction,
  requireDone,
  type Shown,
  showCall,
} from './controls.ts';
import { openDesk } from './desk.ts';
import { placeLeg } from './dial.ts';
import { isEmergency } from './guard.ts';
import { oursOf, talks } from './judge.ts';
import { newLeg } from './scene.ts';
import { letGo } from './script.ts';
import { requireDestination } from './spend.ts';

export interface TransferRequest {
  /** A number as people write it, or the id of a colleague. */
  to: string;
  /** blind: whoever transfers leaves when it is answered. warm: they talk first, and say when. */
  mode: 'blind' | 'warm';
}

/** The transfer that is under way, if one is. */
export const openTransfer = (legs: readonly LegRow[]): LegRow | undefined =>
  legs.find(({ role, state }) => role === 'transfer' && state !== 'ended');

/** Rings somebody else into the talk. Nobody leaves before they have answered, so that nobody is lost. */
export async function transferCall(
  ctx: CompanyCtx,
  callId: string,
  request: TransferRequest,
): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'transfer');
  if (hasOpenTransfer(shown.legs)) fail('transfer_under_way');
  const target = await transact(ctx, async (tx) => {
    const desk = await openDesk(ctx, tx, []);
    if (isId(request.to)) {
      const people = await desk.reachable(shown.call.provider, shown.call.providerAccountId);
      const person = people.find(({ userId }) => userId === request.to) ?? fail('person_unreachable');
      const address = person.browser ? `browser:${person.userId}` : person.phoneNumber!;
      if (!person.browser) await requireDestination(tx, desk, address);
      return { address, userId: person.userId };
    }
    if (isEmergency(request.to)) fail('emergency_number', { phoneNumber: request.to });
    const address = normalisePhoneNumber(request.to, desk.country);
    if (address === shown.call.ourNumber) fail('call_own_number', { phoneNumber: address });
    await requireDestination(tx, desk, address);
    return { address, userId: null };
  });
  const port = await portOf(ctx, shown.call);
  const room = await ensureRoom(ctx, port, shown);
  const customer = customerLeg(shown.legs);
  if (request.mode === 'warm') requireDone(await port.setHeld(room, customer.externalId!, true));
  const legId = await addLeg(ctx, callId, { ...target, mode: request.mode, customerId: customer.id });
  await placeLeg(ctx, callId, legId);
  return showCall(ctx, callId);
}

/** One that has been completed is a part of the talk, and may be transferred again. */
function hasOpenTransfer(legs: readonly LegRow[]): boolean {
  const open = openTransfer(legs);
  return open !== undefined && oursOf(legs).some((leg) => leg !== open && talks(leg) && !leg.hangupAsked);
}

async function addLeg(
  ctx: CompanyCtx,
  callId: string,
  target: { address: string; userId: string | null; mode: 'blind' | 'warm'; customerId: string },
): Promise<string> {
  const { clock } = ctx.kernel;
  const id = newId(clock);
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [callId], (scene) => {
      requireAction(scene.call, 'transfer');
      if (hasOpenTransfer(scene.legs)) fail('transfer_under_way');
      const { address, userId, mode } = target;
      const leg = {
        id,
        party: 'agent' as const,
        role: 'transfer' as const,
        address,
        userId,
        createdAt: clock.now(),
      };
      scene.legs.push(newLeg(scene.call, { ...leg, transferMode: mode }));
      for (const each of scene.legs) if (each.id === target.customerId && mode === 'warm') each.held = true;
      scene.events.push({ kind: `transfer_${mode}`, legId: id, details: {} });
    }),
  );
  return id;
}

/** The one who transfers leaves, and the customer talks with whoever was asked. */
export async function completeTransfer(ctx: CompanyCtx, callId: string): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'transfer');
  const leg = openTransfer(shown.legs);
  if (!leg || !talks(leg)) fail('transfer_missing');
  await unhold(ctx, shown);
  return noteChange(ctx, callId, 'transfer_completed', (scene) => {
    for (const each of scene.legs) if (each.party !== 'agent') each.held = false;
    for (const each of oursOf(scene.legs)) if (each.id !== leg.id && talks(each)) letGo(scene, each);
    if (leg.userId) scene.call.userId = leg.userId;
  });
}

/** Whoever was asked is let go, and the customer is back. */
export async function cancelTransfer(ctx: CompanyCtx, callId: string): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'transfer');
  const leg = openTransfer(shown.legs);
  if (!leg) fail('transfer_missing');
  await unhold(ctx, shown);
  return noteChange(ctx, callId, 'transfer_canceled', (scene) => {
    for (const each of scene.legs) {
      if (each.party !== 'agent') each.held = false;
      if (each.id !== leg.id || each.state === 'ended' || each.hangupAsked) continue;
      each.hangupAsked = true;
      scene.commands.push({ legId: each.id, command: { kind: 'hang_up' } });
    }
  });
}

async function unhold(ctx: CompanyCtx, shown: Shown): Promise<void> {
  const customer = customerLeg(shown.legs);
  if (!customer.held) return;
  const port = await portOf(ctx, shown.call);
  const room = await ensureRoom(ctx, port, shown);
  requireDone(await port.setHeld(room, customer.externalId!, false));
}
