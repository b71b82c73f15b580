import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { audit } from '../identity/index.ts';
import { quarantineBox } from './box-changes.ts';
import { noteLines } from './box-logs-store.ts';
import { lockBoxes, publishBoxes, saveBox } from './boxes-store.ts';
import type { EngineBox } from './pull-store.ts';
import { countFailures, type Tallied, type Tally } from './report-store.ts';

/** A box that its failures took out is tried again after so long. */
export const TRIAL_AFTER_MS = 10 * 60_000;

/** Codes of boxes for what no box could have done: whoever asked named a number or an item that is not there. */
export const WRONG_REQUESTS: readonly string[] = ['wrong_number', 'no_item', 'no_amount'];

/** What a box's word came to, as far as it tells whether the box works. */
export interface BoxOutcome {
  box: EngineBox;
  worked: boolean;
}

/** Adds up, box by box, in the order in which it was told. Boxes that work, and did before, are not named. Pure. */
export function talliesOf(outcomes: readonly BoxOutcome[]): Tally[] {
  const tallies = new Map<string, Tally & { known: number }>();
  for (const { box, worked } of outcomes) {
    const before = tallies.get(box.id) ?? {
      ...{ boxId: box.id, completed: false, failures: 0, known: box.failuresInRow },
    };
    tallies.set(box.id, {
      ...before,
      completed: before.completed || worked,
      failures: worked ? 0 : before.failures + 1,
    });
  }
  return [...tallies.values()]
    .filter(({ known, failures }) => known > 0 || failures > 0)
    .map(({ boxId, completed, failures }) => ({ boxId, completed, failures }));
}

/**
 * Takes boxes out that fail again and again, and lets those back whose trial succeeded, in the transaction that was told of it.
 * A person's quarantine is a person's to end. @param limit failures in a row; 0: no box is taken out. @param with boxes that the caller
 * writes as well: all are locked at once, as everybody does.
 */
export async function watchFailures(
  ctx: CompanyCtx,
  tx: Tx,
  outcomes: readonly BoxOutcome[],
  { limit, with: others }: { limit: number; with: readonly string[] },
): Promise<void> {
  const tallies = talliesOf(outcomes);
  if (tallies.length === 0) return;
  await lockBoxes(tx, [...others, ...tallies.map(({ boxId }) => boxId)]);
  for (const box of await countFailures(tx, tallies)) {
    const { failuresInRow: failures, quarantinedAt, quarantineTrialAt, retiredAt } = box;
    if (failures === 0 && quarantineTrialAt) await letBack(ctx, tx, box);
    else if (failures > 0 && quarantineTrialAt) await keepOut(ctx, tx, box, quarantinedAt!);
    else if (limit > 0 && failures >= limit && !retiredAt)
      await quarantineBox(ctx, tx, box.id, reasonOf(box), trialAfter(ctx.kernel.clock.now()));
  }
}

const reasonOf = ({ failuresInRow }: Tallied) => `${failuresInRow} failures in a row`;
const trialAfter = (at: Date) => new Date(at.getTime() + TRIAL_AFTER_MS);

/** Its trial failed: the next one comes later. */
async function keepOut(ctx: CompanyCtx, tx: Tx, box: Tallied, since: Date): Promise<void> {
  const now = ctx.kernel.clock.now();
  const quarantine = { at: since, reason: reasonOf(box), trialAt: trialAfter(now) };
  await saveBox(tx, box.id, { quarantine }, now);
  await tell(ctx, tx, box, `still in quarantine: ${quarantine.reason}`);
}

async function letBack(ctx: CompanyCtx, tx: Tx, box: Tallied): Promise<void> {
  await saveBox(tx, box.id, { quarantine: null }, ctx.kernel.clock.now());
  await audit(tx, ctx, { action: 'box.released', entityType: 'box', entityId: box.id });
  await tell(ctx, tx, box, 'works again after a trial, and is let back');
}

async function tell(ctx: CompanyCtx, tx: Tx, { id, code }: Tallied, what: string): Promise<void> {
  const at = ctx.kernel.clock.now();
  await noteLines(ctx, tx, [{ boxId: id, at, level: 'warn', text: `Relais: ${what}` }]);
  await publishBoxes(tx, ctx.companyId, [id]);
  ctx.log.warn({ companyId: ctx.companyId, callboxId: code }, `CallBox ${code}: ${what}`);
}
