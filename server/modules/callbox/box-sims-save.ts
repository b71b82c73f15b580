import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { noteLines } from './box-logs-store.ts';
import { planSims, type SimPlan, type SimRow, type SimTold } from './box-sims.ts';
import { holdSims, insertSims, parkSims, simsOf, updateSims } from './box-sims-store.ts';
import { lockBoxes, publishBoxes } from './boxes-store.ts';

/** What a box named. */
export interface SimList {
  boxId: string;
  sims: SimTold[];
}

const isEmpty = ({ add, change }: SimPlan) => add.length === 0 && change.length === 0;

/**
 * Brings what is known of SIMs to what their boxes name, in one statement when nothing is new. When something is, it is judged
 * again under a lock on the boxes, so that two lists of one box at once end as one of them and not as a mixture.
 */
export async function saveSims(ctx: CompanyCtx, tx: Tx, lists: readonly SimList[]): Promise<void> {
  const news = [...(await plansFor(ctx, tx, lists))].filter(([, plan]) => !isEmpty(plan));
  if (news.length === 0) return;
  const changed = lists.filter(({ boxId }) => news.some(([id]) => id === boxId));
  await lockBoxes(
    tx,
    changed.map(({ boxId }) => boxId),
  );
  const plans = await plansFor(ctx, tx, changed);
  const all = [...plans.values()];
  const at = ctx.kernel.clock.now();
  await holdSims(
    tx,
    all.flatMap(({ moved, change }) => [...moved, ...change.map(({ id }) => id)]),
  );
  await parkSims(
    tx,
    all.flatMap(({ moved }) => moved),
  );
  await updateSims(
    tx,
    all.flatMap(({ change }) => change),
    at,
  );
  await insertSims(
    tx,
    ctx.companyId,
    all.flatMap(({ add }) => add),
    at,
  );
  await tellSwaps(ctx, tx, plans);
  await publishBoxes(tx, ctx.companyId, [...plans.keys()]);
}

async function plansFor(ctx: CompanyCtx, tx: Tx, lists: readonly SimList[]): Promise<Map<string, SimPlan>> {
  const known = Map.groupBy(
    await simsOf(
      tx,
      lists.map(({ boxId }) => boxId),
    ),
    ({ boxId }: SimRow) => boxId,
  );
  const { clock } = ctx.kernel;
  return new Map(
    lists.map(({ boxId, sims }) => [
      boxId,
      planSims(boxId, known.get(boxId) ?? [], sims, { at: clock.now(), newRowId: () => newId(clock) }),
    ]),
  );
}

/** Another card in a slot means other money: whoever looks after the box reads of it. */
async function tellSwaps(ctx: CompanyCtx, tx: Tx, plans: Map<string, SimPlan>): Promise<void> {
  const lines = [...plans].flatMap(([boxId, { swapped }]) =>
    swapped.map((slot) => ({
      ...{ boxId, at: ctx.kernel.clock.now(), level: 'warn' as const },
      text: `Relais: there is another SIM card in slot ${slot}`,
    })),
  );
  await noteLines(ctx, tx, lines);
}
