import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import {
  type CallFailure,
  type Dial,
  type DialOutcome,
  type Party,
  type ProviderPort,
  portFor,
} from '../providers/index.ts';
import type { CallRow, LegRow } from './calls-store.ts';
import { changeCalls } from './change.ts';
import { softphoneAddresses } from './desk.ts';
import { endLeg, learnLeg, rootOf, type Scene } from './scene.ts';

/** How long our own person's telephone rings, or that of whoever a call is passed on to. */
export const RING_SECONDS = 30;

/** Where a leg is rung; null when it cannot be, e.g. a browser that this account knows nothing of. */
export async function partyOf(tx: Tx, call: CallRow, leg: LegRow): Promise<Party | null> {
  if (!leg.address.startsWith('browser:')) return { kind: 'phone', phoneNumber: leg.address };
  const address = (await softphoneAddresses(tx, call.provider, call.providerAccountId)).get(leg.userId ?? '');
  return address ? { kind: 'browser', address } : null;
}

/** What a provider is asked for when a leg is to be rung; the same when it is looked for later. */
export function dialOf(scene: Pick<Scene, 'call' | 'legs'>, leg: LegRow, to: Party): Dial {
  const { call } = scene;
  const step = call.plan.steps[leg.step ?? -1];
  const isRoot = leg.id === call.rootLegId;
  return {
    ...{ from: call.ourNumber, to, reference: leg.id, limitSeconds: call.plan.limitSeconds },
    timeoutSeconds: step?.kind === 'dial' ? step.timeoutSeconds : RING_SECONDS,
    room: leg.role === 'transfer' && call.roomName ? { name: call.roomName, roomId: call.roomId } : null,
    linkTo: isRoot ? null : rootOf(scene).externalId,
  };
}

/** The provider of a call, or null when its account was removed meanwhile. */
export async function openPort(
  ctx: CompanyCtx,
  call: Pick<CallRow, 'provider' | 'providerAccountId'>,
): Promise<ProviderPort | null> {
  try {
    return (await portFor(ctx, call.provider, call.providerAccountId)).port;
  } catch (error) {
    if (error instanceof RelaisError && error.code === 'provider_not_configured') return null;
    throw error;
  }
}

export const accountGone: DialOutcome = {
  kind: 'refused',
  failure: { reason: 'account_problem', providerCode: null, providerMessage: 'the account is gone' },
};

/**
 * Rings a leg of a call, one time in its life: it is marked before the request leaves, so that whoever finds the mark looks
 * for the leg and never rings it again.
 */
export async function placeLeg(
  ctx: CompanyCtx,
  callId: string,
  legId: string,
): Promise<DialOutcome | 'not_wanted'> {
  const wanted = await transact(ctx, async (tx) => {
    let found: { scene: Scene; leg: LegRow } | null = null;
    const [scene] = (
      await changeCalls(ctx, tx, [callId], (each) => {
        const leg = each.legs.find(({ id }) => id === legId);
        if (!leg || leg.state === 'ended' || leg.dialledAt) return;
        const { endedAt, hangupRequestedAt } = each.call;
        if (endedAt || hangupRequestedAt) return endLeg(leg, 'canceled', ctx.kernel.clock.now());
        leg.dialledAt = ctx.kernel.clock.now();
        leg.outcomeUnknown = true;
        found = { scene: each, leg };
      })
    ).values();
    if (!found || !scene) return null;
    const { leg } = found as { scene: Scene; leg: LegRow };
    const to = await partyOf(tx, scene.call, leg);
    return { call: scene.call, dial: to && dialOf(scene, leg, to) };
  });
  if (!wanted) return 'not_wanted';
  const port = wanted.dial && (await openPort(ctx, wanted.call));
  const outcome = !wanted.dial ? unreachable : port ? await port.dial(wanted.dial) : accountGone;
  await transact(ctx, (tx) => concludeDial(ctx, tx, callId, legId, outcome));
  return outcome;
}

const unreachable: DialOutcome = {
  kind: 'refused',
  failure: { reason: 'unreachable', providerCode: null, providerMessage: 'no browser of theirs listens' },
};

/** Writes what an attempt came to. The leg's own news may have been faster than the answer; it is never moved back. */
export async function concludeDial(
  ctx: CompanyCtx,
  tx: Tx,
  callId: string,
  legId: string,
  outcome: DialOutcome,
): Promise<Scene | undefined> {
  const at = ctx.kernel.clock.now();
  const scenes = await changeCalls(ctx, tx, [callId], (scene) => {
    const leg = scene.legs.find(({ id }) => id === legId);
    if (!leg) return;
    switch (outcome.kind) {
      case 'accepted':
        return learnLeg(scene, leg, outcome.leg, at);
      case 'refused':
        if (leg.externalId === null) refuseLeg(leg, outcome.failure, at);
        return;
      case 'rate_limited':
        if (leg.externalId !== null) return;
        leg.outcomeUnknown = false;
        // The provider answers this before it acts: nobody's telephone rings, and the root's caller is told to try again.
        if (leg.role === 'target') leg.dialledAt = null;
        else endLeg(leg, 'too_many_calls', at);
        return;
      case 'unanswered':
        scene.events.push({ kind: 'dial_unanswered', legId, details: {} });
    }
  });
  return scenes.get(callId);
}

function refuseLeg(leg: LegRow, failure: CallFailure, at: Date): void {
  endLeg(leg, failure.reason, at);
  leg.providerCode = failure.providerCode?.slice(0, 60) ?? null;
  leg.providerMessage = failure.providerMessage.slice(0, 1000);
}
