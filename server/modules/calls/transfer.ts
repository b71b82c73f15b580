import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import type { CallRow } from './calls-store.ts';
import { changeCalls, concludeScenes, holdScenes } from './change.ts';
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
import { talks } from './judge.ts';
import { stopOf } from './passing-on.ts';
import { endLeg, newLeg } from './scene.ts';
import { completeWith, openTransfer } from './script.ts';
import { requireLegBudget, requireTransfer } from './spend.ts';

export interface TransferRequest {
  /** A number as people write it, or the id of a colleague. */
  to: string;
  /** blind: whoever transfers leaves when it is answered. warm: they talk first, and say when. */
  mode: 'blind' | 'warm';
}

/** Rings somebody else into the talk. Nobody leaves before they have answered, so that nobody is lost. */
export async function transferCall(
  ctx: CompanyCtx,
  callId: string,
  request: TransferRequest,
): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'transfer');
  if (openTransfer(shown.legs)) fail('transfer_under_way');
  const target = await transact(ctx, (tx) => targetOf(ctx, tx, shown.call, request.to));
  // Before anything is moved, and once more where it is written down: another call may take what is left meanwhile.
  await noteStop(ctx, callId, target, () =>
    transact(ctx, (tx) => requireLegBudget(ctx, tx, shown.call, target)),
  );
  const port = await portOf(ctx, shown.call);
  const room = await ensureRoom(ctx, port, shown);
  const customer = customerLeg(shown.legs);
  // Written down first: whoever is on hold can be released, also when this process dies on the way.
  const legId = await noteStop(ctx, callId, target, () =>
    addLeg(ctx, callId, { ...target, mode: request.mode, customerId: customer.id }),
  );
  if (request.mode === 'warm') {
    try {
      requireDone(await port.setHeld(room, customer.externalId!, true));
    } catch (error) {
      await dropLeg(ctx, callId, legId);
      throw error;
    }
  }
  await placeLeg(ctx, callId, legId);
  return showCall(ctx, callId);
}

/** Somebody whom a call is passed on to. */
interface Asked {
  /** E.164, or browser:<user id>. */
  address: string;
  userId: string | null;
}

async function targetOf(ctx: CompanyCtx, tx: Tx, call: CallRow, to: string): Promise<Asked> {
  const desk = await openDesk(ctx, tx, []);
  if (isId(to)) {
    const people = await desk.reachable(call.provider, call.providerAccountId);
    const person = people.find(({ userId }) => userId === to) ?? fail('person_unreachable');
    const address = person.browser ? `browser:${person.userId}` : person.phoneNumber!;
    if (!person.browser) await requireTransfer(ctx, tx, desk, address);
    return { address, userId: person.userId };
  }
  if (isEmergency(to)) fail('emergency_number', { phoneNumber: to });
  const address = normalisePhoneNumber(to, desk.country);
  if (address === call.ourNumber) fail('call_own_number', { phoneNumber: address });
  await requireTransfer(ctx, tx, desk, address);
  return { address, userId: null };
}

/** Whoever looks at the call later sees that a budget stopped its transfer. */
async function noteStop<Result>(
  ctx: CompanyCtx,
  callId: string,
  { address }: Asked,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RelaisError) || error.code !== 'budget_reached') throw error;
    await transact(ctx, (tx) =>
      changeCalls(ctx, tx, [callId], ({ events }) => {
        events.push({ kind: 'budget_stopped', legId: null, details: stopOf(address, error) });
      }),
    );
    throw error;
  }
}

async function addLeg(
  ctx: CompanyCtx,
  callId: string,
  target: Asked & { mode: 'blind' | 'warm'; customerId: string },
): Promise<string> {
  const { clock } = ctx.kernel;
  const id = newId(clock);
  await transact(ctx, async (tx) => {
    const scenes = await holdScenes(tx, [callId]);
    for (const { call, legs } of scenes) {
      requireAction(call, 'transfer');
      if (openTransfer(legs)) fail('transfer_under_way');
    }
    // Last: whoever spends holds everything else that they hold by then.
    const [held] = scenes;
    const minute = held ? await requireLegBudget(ctx, tx, held.call, target) : null;
    await concludeScenes(ctx, tx, scenes, (scene) => {
      const { address, userId, mode } = target;
      const leg = {
        id,
        party: 'agent' as const,
        role: 'transfer' as const,
        address,
        userId,
        createdAt: clock.now(),
      };
      const price = { minutePrice: minute?.amount ?? null, minuteCurrency: minute?.currency ?? null };
      scene.legs.push(newLeg(scene.call, { ...leg, ...price, transferMode: mode }));
      for (const each of scene.legs) if (each.id === target.customerId && mode === 'warm') each.held = true;
      scene.events.push({ kind: `transfer_${mode}`, legId: id, details: {} });
    });
  });
  return id;
}

/** Takes back a transfer before anybody was rung: whether the customer is on hold is not known, so they are released. */
async function dropLeg(ctx: CompanyCtx, callId: string, legId: string): Promise<void> {
  await noteChange(ctx, callId, 'transfer_canceled', ({ legs }) => {
    const leg = legs.find(({ id }) => id === legId);
    if (leg) endLeg(leg, 'canceled', ctx.kernel.clock.now());
  });
}

/** The one who transfers leaves, and the customer talks with whoever was asked. */
export async function completeTransfer(ctx: CompanyCtx, callId: string): Promise<Shown> {
  const shown = await callFor(ctx, callId, 'transfer');
  const leg = openTransfer(shown.legs);
  if (!leg || !talks(leg)) fail('transfer_missing');
  await unhold(ctx, shown);
  return noteChange(ctx, callId, 'transfer_completed', (scene) => {
    for (const each of scene.legs) if (each.party !== 'agent') each.held = false;
    const taken = scene.legs.find(({ id }) => id === leg.id);
    if (taken && talks(taken)) completeWith(scene, taken, ctx.kernel.clock.now());
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
      each.transferMode = null;
      if (each.dialledAt === null) {
        endLeg(each, 'canceled', ctx.kernel.clock.now());
        continue;
      }
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
