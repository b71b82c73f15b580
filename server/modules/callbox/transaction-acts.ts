import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { audit } from '../identity/index.ts';
import { signal } from './dispatch-store.ts';
import { isFinal, transactionName } from './model.ts';
import { boxesById } from './pull-store.ts';
import { requirePerson, withTransaction } from './settle.ts';
import { nudgeDispatcher, stateOf } from './state.ts';
import { type AttemptRow, attemptsOf } from './transaction-attempts-store.ts';
import { applyChanges, moveOf } from './transaction-change.ts';
import type { NamedTransaction, TransactionRow } from './transactions-store.ts';

/**
 * Cancels what no box can have begun: what waits, what was not fetched, and what was fetched by a box that asks before it dials and
 * will be refused. Canceled twice is canceled. @throws not_found, transaction_begun, already_final
 */
export async function cancel(
  ctx: CompanyCtx,
  name: string,
  reason: string | null,
): Promise<NamedTransaction> {
  return withTransaction(ctx, name, async (tx, row) => {
    if (row.status === 'canceled') return;
    if (isFinal(row.status)) fail('already_final', { id: name, status: row.status });
    const held = await heldBy(tx, row);
    if (held === 'begun') return fail('transaction_begun', { status: row.status });
    const now = ctx.kernel.clock.now();
    await audit(tx, ctx, {
      ...{ action: 'transaction.canceled', entityType: 'transaction', entityId: transactionName(row.id) },
      changes: { status: { from: row.status, to: 'canceled' } },
    });
    await applyChanges(ctx, tx, [
      {
        before: row,
        row: { ...row, status: 'canceled', leaseId: null, leaseUntil: null, settling: null, endedAt: now },
        attempts: held ? [{ ...held, state: 'returned', endedAt: now }] : [],
        steps: [
          {
            ...{ kind: 'canceled', attempt: held?.number ?? null, boxId: held?.boxId ?? null },
            detail: reason ? { reason } : {},
          },
        ],
        moves: held ? [moveOf('release', row, held)] : [],
      },
    ]);
  });
}

/** The hand-over that can be taken back; null: there is none; begun: its box may be at it. */
async function heldBy(tx: Tx, row: TransactionRow): Promise<AttemptRow | null | 'begun'> {
  if (row.status === 'pending' || row.status === 'held' || row.status === 'retry') return null;
  if (row.status !== 'assigned') return 'begun';
  const attempts = (await attemptsOf(tx, [row.id])).get(row.id) ?? [];
  const held = attempts.find(({ id }) => id === row.leaseId);
  if (!held) return 'begun';
  if (held.state === 'assigned') return held;
  const box = (await boxesById(tx, [held.boxId])).get(held.boxId);
  return held.state === 'handed' && box?.fenced ? held : 'begun';
}

/**
 * Lets a transaction go that looks like another one. Whoever handed it in does not judge it.
 * @throws not_found, transaction_needs_person, transaction_not_held, second_person_needed
 */
export async function confirmHeld(ctx: CompanyCtx, name: string): Promise<NamedTransaction> {
  const confirmed = await withTransaction(ctx, name, async (tx, row) => {
    requirePerson(ctx);
    if (row.status !== 'held') fail('transaction_not_held', { status: row.status });
    if (row.authorKind === 'user' && row.authorId === ctx.actor.id) fail('second_person_needed');
    const now = ctx.kernel.clock.now();
    await audit(tx, ctx, {
      ...{ action: 'transaction.confirmed', entityType: 'transaction', entityId: transactionName(row.id) },
      changes: { status: { from: 'held', to: 'pending' } },
    });
    await applyChanges(ctx, tx, [
      {
        before: row,
        row: { ...row, status: 'pending', dueAt: row.dueAt > now ? row.dueAt : now },
        ...{ attempts: [], steps: [{ kind: 'confirmed' }], moves: [] },
      },
    ]);
    await signal(tx, stateOf(ctx.kernel).processId, 'due', [ctx.companyId]);
  });
  nudgeDispatcher(ctx.kernel, ctx.companyId);
  return confirmed;
}
