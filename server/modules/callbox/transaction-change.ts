import type { Actor, CompanyCtx } from '../../kernel/ctx.ts';
import { afterCommit, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { bookMoves, type FloatMove } from './ledger.ts';
import { isFinal, type TransactionEvent } from './model.ts';
import { countOutcomes, type Outcome } from './stats-store.ts';
import { type AttemptRow, insertEvents, saveAttempts } from './transaction-attempts-store.ts';
import { saveTransactions, type TransactionRow } from './transactions-store.ts';

/** A step of the history that a change makes. */
export interface Step {
  kind: TransactionEvent;
  attempt?: number | null;
  boxId?: string | null;
  detail?: Record<string, unknown>;
  /** Who did it, if not whoever the context says. */
  actor?: Pick<Actor, 'kind' | 'name'>;
}

/** What becomes of a transaction whose row the caller has locked. */
export interface Change {
  /** As it was when it was locked. */
  before: TransactionRow;
  row: TransactionRow;
  /** Hand-overs that change with it. */
  attempts: AttemptRow[];
  steps: Step[];
  moves: FloatMove[];
  /** The row itself stays as it is: only the history grows. */
  untouched?: boolean;
}

/** Writes changes: rows, hand-overs, histories and the ledger, in the caller's transaction, and tells consoles once. */
export async function applyChanges(ctx: CompanyCtx, tx: Tx, changes: Change[]): Promise<void> {
  if (changes.length === 0) return;
  const { clock } = ctx.kernel;
  const at = clock.now();
  const events = changes.flatMap(({ row, steps }) =>
    steps.map(({ kind, attempt = null, boxId = null, detail = {}, actor = ctx.actor }) => ({
      ...{
        id: newId(clock),
        companyId: ctx.companyId,
        transactionId: row.id,
        at,
        kind,
        attempt,
        boxId,
        detail,
      },
      ...{ actorKind: actor.kind, actorName: actor.name },
    })),
  );
  await Promise.all([
    saveTransactions(
      tx,
      changes.filter(({ untouched }) => !untouched).map(({ row }) => ({ ...row, updatedAt: at })),
    ),
    saveAttempts(
      tx,
      changes.flatMap(({ attempts }) => attempts),
    ),
    insertEvents(tx, events),
    announce(
      ctx,
      tx,
      changes.map(({ row }) => row.id),
    ),
    // SIMs are locked before counters, by everybody.
    bookMoves(
      ctx,
      tx,
      changes.flatMap(({ moves }) => moves),
    ),
    countOutcomes(tx, changes.flatMap(outcomesOf)),
  ]);
  afterCommit(tx, () => measure(ctx, at, changes));
}

/** Counts for whoever watches over the installation: never whose they are. */
function measure({ kernel: { metrics } }: CompanyCtx, at: Date, changes: Change[]): void {
  for (const { before, row } of changes) {
    const { type, status, createdAt } = row;
    if (before.status === status) continue;
    metrics.transactionChanges.inc({ type, status });
    if (isFinal(status))
      metrics.transactionSeconds.observe({ type }, (at.getTime() - createdAt.getTime()) / 1000);
  }
}

/** What a change counts for: an end, and when an outcome is corrected, the former one's taking back. */
function outcomesOf({ before, row, untouched }: Change): Outcome[] {
  if (untouched || before.status === row.status) return [];
  const former = outcomeOf(before);
  const now = outcomeOf(row);
  return [...(former ? [{ ...former, times: -1 as const }] : []), ...(now ? [now] : [])];
}

function outcomeOf({
  type,
  operator,
  boxId,
  status,
  amount,
  processingAt,
  endedAt,
}: TransactionRow): Outcome | null {
  if (!isFinal(status) || !endedAt) return null;
  const seconds = processingAt ? (endedAt.getTime() - processingAt.getTime()) / 1000 : null;
  return { type, operator, boxId, status, amount, seconds, endedAt };
}

/** Tells consoles that transactions changed: which one, or that many did. */
export async function announce(ctx: CompanyCtx, tx: Tx, transactionIds: string[]): Promise<void> {
  const ids = new Set(transactionIds);
  if (ids.size === 0) return;
  await publish(tx, ctx.companyId, 'transactions', ids.size === 1 ? [...ids][0]! : '');
}

/** A step of a hand-over for the ledger. */
export const moveOf = (
  kind: FloatMove['kind'],
  row: Pick<TransactionRow, 'id' | 'type' | 'amount'>,
  attempt: Pick<AttemptRow, 'number' | 'simId'>,
): FloatMove => ({
  ...{ kind, transactionId: row.id, attempt: attempt.number, simId: attempt.simId },
  ...{ type: row.type, amount: row.amount },
});
