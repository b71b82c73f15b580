import { type CompanyCtx, isGranted, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { requirePerson } from './me.ts';
import * as store from './saved-filters-store.ts';

/** More than a menu can show; a script without end is stopped here. */
export const SAVED_FILTERS_MAX = 100;

export interface NewFilter {
  name: string;
  page: string;
  query: string;
  shared: boolean;
}

/** One's own and the shared ones, each with whether the caller may change it. */
export async function listFilters(ctx: CompanyCtx) {
  requirePerson(ctx);
  const rows = await transact(ctx, (tx) => store.visibleFilters(tx, ctx.actor.id));
  return rows.map((row) => ({ ...row, isMine: row.userId === ctx.actor.id, mayChange: mayChange(ctx, row) }));
}

/** Shared ones outlive who made them: whoever runs the company may tidy up. */
function mayChange(ctx: CompanyCtx, row: store.SavedFilterRow): boolean {
  return row.userId === ctx.actor.id || (row.isShared && isGranted(ctx, 'company:update'));
}

/** Saves a filter; the same name on the same page is the same filter. @throws too_many_saved_filters, person_required. */
export async function saveFilter(ctx: CompanyCtx, { shared, ...given }: NewFilter): Promise<string> {
  requirePerson(ctx);
  return transact(ctx, async (tx) => {
    const now = ctx.kernel.clock.now();
    const id = await store.saveFilter(tx, {
      ...{ id: newId(ctx.kernel.clock), companyId: ctx.companyId, userId: ctx.actor.id, ...given },
      ...{ isShared: shared, createdAt: now, updatedAt: now },
    });
    if ((await store.countFilters(tx, ctx.actor.id)) > SAVED_FILTERS_MAX)
      fail('too_many_saved_filters', { max: SAVED_FILTERS_MAX });
    await publish(tx, ctx.companyId, 'saved_filter', id);
    return id;
  });
}

/** What somebody else keeps for themselves is not there for the caller. @throws not_found, saved_filter_not_yours. */
async function changeable(ctx: CompanyCtx, tx: Tx, id: string): Promise<store.SavedFilterRow> {
  const row = isId(id) ? await store.findFilter(tx, id) : null;
  if (!row || (row.userId !== ctx.actor.id && !row.isShared)) fail('not_found', { what: 'saved filter' });
  if (!mayChange(ctx, row)) fail('saved_filter_not_yours');
  return row;
}

/** @throws not_found, saved_filter_not_yours, saved_filter_name_taken. */
export async function changeFilter(
  ctx: CompanyCtx,
  id: string,
  { shared, ...change }: Partial<Omit<NewFilter, 'page'>>,
): Promise<void> {
  requirePerson(ctx);
  await transact(ctx, async (tx) => {
    const row = await changeable(ctx, tx, id);
    const after = { ...row, ...change, isShared: shared ?? row.isShared, updatedAt: ctx.kernel.clock.now() };
    if (!(await store.changeFilter(tx, after))) fail('saved_filter_name_taken', { name: after.name });
    await publish(tx, ctx.companyId, 'saved_filter', id);
  });
}

/** @throws not_found, saved_filter_not_yours. */
export async function removeFilter(ctx: CompanyCtx, id: string): Promise<void> {
  requirePerson(ctx);
  await transact(ctx, async (tx) => {
    await changeable(ctx, tx, id);
    await store.deleteFilter(tx, id);
    await publish(tx, ctx.companyId, 'saved_filter', id);
  });
}
