import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import { adoptNumber } from '../numbers/upkeep.ts';
import * as store from './drift-store.ts';

/** Somebody says that a thing is well as it is. @throws not_found, drift_over. */
export async function settle(ctx: CompanyCtx, id: string): Promise<store.DriftRow> {
  return transact(ctx, async (tx) => {
    await waiting(tx, id);
    return decide(ctx, tx, id, 'settled');
  });
}

/**
 * Takes over a number that the provider alone has. A second time finds it taken over. @returns its id too.
 * @throws not_found, drift_over, number_already_registered, number_not_available.
 */
export async function adoptFound(
  ctx: CompanyCtx,
  id: string,
): Promise<{ drift: store.DriftRow; numberId: string }> {
  const found = await transact(ctx, (tx) => waiting(tx, id));
  if (found.kind !== 'number' || found.field !== 'exists' || found.theirs === null) fail('drift_over');
  const numberId = await adoptNumber(ctx, found, found.subject);
  return { numberId, drift: await transact(ctx, (tx) => decide(ctx, tx, id, 'adopted')) };
}

async function waiting(tx: Tx, id: string): Promise<store.DriftRow> {
  const row = isId(id) ? await store.lockDrift(tx, id) : null;
  if (!row) fail('not_found', { what: 'drift' });
  if (row.outcome !== 'person') fail('drift_over');
  return row;
}

async function decide(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  outcome: 'settled' | 'adopted',
): Promise<store.DriftRow> {
  await store.settleDrift(tx, id, { outcome, by: ctx.actor.name, at: ctx.kernel.clock.now() });
  await audit(tx, ctx, {
    ...{ action: `drift.${outcome}`, entityType: 'drift', entityId: id, changes: {} },
  });
  await publish(tx, ctx.companyId, 'sync', id);
  return (await store.lockDrift(tx, id))!;
}
