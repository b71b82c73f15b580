import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { type Price, toMillionths } from '../../kernel/money.ts';
import { budgetRefusals } from '../billing/index.ts';
import type { CallRow, LegRow } from './calls-store.ts';
import { dialStepOf, isAnnounced, type Plan, type Target, telephonesIn } from './plan.ts';
import type { Scene } from './scene.ts';
import { heldFor } from './spend.ts';

// What it costs to ring telephones for somebody who calls. Browsers cost nothing more than the call itself does.

/** How a call that has just come in goes on when some telephones are not to be rung. */
export interface PassOn {
  replan: (telephones: ReadonlySet<string>) => Plan;
}

type Minute = Pick<CallRow, 'minutePrice' | 'minuteCurrency'>;

const minuteOf = (price: Price | null | undefined): Minute => ({
  minutePrice: price?.amount ?? null,
  minuteCurrency: price?.currency ?? null,
});

/** What is held for a call while its telephones ring: one of them will talk, so the dearest. */
export function dearestMinute(plan: Plan): Minute {
  const prices = telephonesIn(plan).flatMap(({ minute }) => minute ?? []);
  const dearest = prices.reduce<Price | null>((best, price) => {
    const isDearer =
      best?.currency === price.currency && toMillionths(price.amount) > toMillionths(best.amount);
    return best === null || isDearer ? price : best;
  }, null);
  return minuteOf(dearest);
}

/** What a minute costs with whoever has picked up for a caller. */
export function minuteOfWinner(plan: Plan, winner: Pick<LegRow, 'step' | 'position'>): Minute {
  const step = plan.steps[winner.step ?? -1];
  return minuteOf(step?.kind === 'dial' ? step.targets[winner.position ?? -1]?.minute : null);
}

/** Nobody has picked up for a caller, and nobody rings any more: nothing is held while they leave a message. */
export function releaseMinute({ call }: Scene): void {
  const { direction, minutePrice, answeredLegId, step, plan } = call;
  if (direction === 'OUTBOUND' || minutePrice === null || answeredLegId !== null) return;
  const dialStep = dialStepOf(plan);
  if (dialStep === null || step > dialStep) Object.assign(call, minuteOf(null));
}

/**
 * Has no telephone rung that a budget has not enough left for: the caller goes on as if it had not answered, and the call's course
 * says why. Several callers of a transaction are judged one after the other. Asked when all else is held that the transaction
 * holds: from here on nobody else of the company spends until the calls are written.
 */
export async function keepWithinBudgets(ctx: CompanyCtx, tx: Tx, scenes: readonly Scene[]): Promise<void> {
  const asked = scenes.flatMap((scene) =>
    scene.passOn ? telephonesIn(scene.call.plan).map((target) => ({ scene, target })) : [],
  );
  if (asked.length === 0) return;
  const refusals = await budgetRefusals(
    ctx,
    tx,
    asked.map(({ scene: { call }, target: { userId, minute } }) => ({
      ...{ kind: 'call' as const, ourNumber: call.ourNumber, userId, oneOf: call.id },
      cost: heldFor(minute ?? null),
    })),
  );
  for (const scene of new Set(asked.map((each) => each.scene))) {
    const judged = asked.map(({ target }, index) => ({ target, refusal: refusals[index] ?? null }));
    leaveOut(
      scene,
      judged.filter((_each, index) => asked[index]!.scene === scene),
    );
  }
}

function leaveOut(scene: Scene, judged: { target: Target; refusal: { details?: unknown } | null }[]): void {
  const { call, events } = scene;
  const refused = judged.filter(({ refusal }) => refusal !== null);
  if (refused.length === 0) return;
  const kept = judged.filter(({ refusal }) => refusal === null).map(({ target }) => target.address);
  const plan = scene.passOn!.replan(new Set(kept));
  Object.assign(call, { plan, recordingAnnounced: isAnnounced(plan), ...dearestMinute(plan) });
  for (const { target, refusal } of refused)
    events.push({ kind: 'budget_stopped', legId: null, details: stopOf(target.address, refusal!) });
}

/** What the course of a call says of a telephone that a budget left out. */
export function stopOf(address: string, { details }: { details?: unknown }): Record<string, unknown> {
  return { to: address, budgetId: (details as { budgetId?: string } | undefined)?.budgetId ?? null };
}
