import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { settingsOf } from './config.ts';
import { configOf } from './dispatch.ts';
import { judgeLeaseEnd } from './judge.ts';
import {
  companiesToSweep,
  endedLeases,
  expiredIds,
  type KnownBox,
  knownBoxes,
  lockClaims,
  renewLeases,
  type SweepTimes,
} from './lease-store.ts';
import { CONNECTED_MS, transactionId } from './model.ts';
import { boxesById } from './pull-store.ts';
import { type AttemptRow, attemptsOf } from './transaction-attempts-store.ts';
import { applyChanges, type Change, moveOf } from './transaction-change.ts';
import { lockTransactions, type TransactionRow } from './transactions-store.ts';

const SWEPT_MAX = 500;
/** A hand-over that a heartbeat names is its box's for so long at least. */
const LEASE_MS_MIN = 60_000;

function timesOf(kernel: Kernel): SweepTimes {
  const now = kernel.clock.now();
  return { now, connectedSince: new Date(now.getTime() - CONNECTED_MS) };
}

/** Ends what has run out in every company: leases and time limits. @returns the companies in which something changed. */
export async function sweep(kernel: Kernel): Promise<string[]> {
  const companies = await inSystem(kernel.db, (tx) => companiesToSweep(tx, timesOf(kernel)));
  const changed: string[] = [];
  for (const companyId of companies) {
    const ctx = systemCtx(kernel, companyId, 'callbox.leases');
    if (await sweepCompany(ctx)) changed.push(companyId);
  }
  return changed;
}

async function sweepCompany(ctx: CompanyCtx): Promise<boolean> {
  let changed = false;
  for (;;) {
    const [leases, limits] = [
      await transact(ctx, (tx) => endLeases(ctx, tx)),
      await transact(ctx, (tx) => expire(ctx, tx)),
    ];
    changed ||= leases.changed + limits.changed > 0;
    // What is seen again and again without a change would keep it here for ever.
    const more = (leases.found === SWEPT_MAX && leases.changed > 0) || limits.changed === SWEPT_MAX;
    if (!more) return changed;
  }
}

async function endLeases(ctx: CompanyCtx, tx: Tx): Promise<{ found: number; changed: number }> {
  const times = timesOf(ctx.kernel);
  const ids = await endedLeases(tx, times, SWEPT_MAX);
  if (ids.length === 0) return { found: 0, changed: 0 };
  const rows = await lockTransactions(tx, ids);
  const attempts = await attemptsOf(tx, ids);
  const boxIds = [...rows.values()].flatMap(({ boxId }) => boxId ?? []);
  const boxes = await knownBoxes(tx, [...new Set(boxIds)], times.connectedSince);
  const changes = [...rows.values()].flatMap((row): Change[] => {
    const held = (attempts.get(row.id) ?? []).find(({ id }) => id === row.leaseId);
    const box = held && boxes.get(held.boxId);
    return held && box ? endLease(row, held, box, times) : [];
  });
  await applyChanges(ctx, tx, changes);
  return { found: ids.length, changed: changes.length };
}

/** Judges one lease again under its lock. */
function endLease(row: TransactionRow, held: AttemptRow, box: KnownBox, { now }: SweepTimes): Change[] {
  if (row.status !== 'assigned' && row.status !== 'processing') return [];
  const isOver = row.leaseUntil !== null && row.leaseUntil <= now;
  // One that knows no leases may be at work on it while nothing is heard of it: its lease is waited for.
  const isGone = !box.isConnected && row.status === 'assigned' && (box.fenced || held.state === 'assigned');
  if (!isOver && !isGone) return [];
  const what = judgeLeaseEnd(held.state, box);
  if (what === null) return [];
  const why = isGone && !isOver ? 'disconnected' : 'lease_ended';
  const step = { attempt: held.number, boxId: held.boxId, detail: { why, code: box.code } };
  const ended: AttemptRow = { ...held, state: what, endedAt: now };
  if (what === 'unknown')
    return [
      {
        ...{ before: row, row: { ...row, status: 'unknown', leaseUntil: null }, attempts: [ended] },
        ...{ steps: [{ ...step, kind: 'unknown' }], moves: [] },
      },
    ];
  const free: TransactionRow = { ...row, status: 'pending', leaseId: null, leaseUntil: null };
  return [
    {
      ...{ before: row, row: free, attempts: [ended], steps: [{ ...step, kind: 'lease_lost' }] },
      moves: [moveOf('release', row, held)],
    },
  ];
}

async function expire(ctx: CompanyCtx, tx: Tx): Promise<{ changed: number }> {
  const now = ctx.kernel.clock.now();
  const rows = await lockTransactions(tx, await expiredIds(tx, now, SWEPT_MAX));
  const changes = [...rows.values()]
    .filter(
      ({ status, expiresAt }) =>
        ['held', 'pending', 'retry'].includes(status) && expiresAt !== null && expiresAt <= now,
    )
    .map(
      (row): Change => ({
        ...{ before: row, row: { ...row, status: 'expired', endedAt: now }, attempts: [], moves: [] },
        steps: [{ kind: 'expired' }],
      }),
    );
  await applyChanges(ctx, tx, changes);
  return { changed: changes.length };
}

/** What a box says it has in hand. */
export interface OpenWork {
  boxId: string;
  /** The public name of the transaction. */
  id: string;
  attempt: number;
  state: 'queued' | 'processing';
}

/** A hand-over that is no longer the box's own: it must not begin it. */
export interface Revoked {
  boxId: string;
  id: string;
  attempt: number;
}

/** Renews the leases of what boxes have in hand and have not begun. @returns what is no longer theirs. */
export async function renewOpen(ctx: CompanyCtx, tx: Tx, open: readonly OpenWork[]): Promise<Revoked[]> {
  if (open.length === 0) return [];
  const now = ctx.kernel.clock.now();
  const named = open.map((work) => ({ work, id: transactionId(work.id) }));
  const claims = named.flatMap(({ work, id }) =>
    id ? [{ transactionId: id, boxId: work.boxId, attempt: work.attempt }] : [],
  );
  const held = new Map(
    (await lockClaims(tx, claims)).map((row) => [keyOf(row.transactionId, row.boxId, row.attempt), row]),
  );
  const settings = await settingsOf(ctx, tx);
  const boxes = await boxesById(tx, [...new Set(open.map(({ boxId }) => boxId))]);
  const inHand = Map.groupBy(open, ({ boxId }) => boxId);
  const renewed: { transactionId: string; until: Date }[] = [];
  const revoked: Revoked[] = [];
  for (const { work, id } of named) {
    const row = id ? held.get(keyOf(id, work.boxId, work.attempt)) : undefined;
    const box = boxes.get(work.boxId);
    if (row && row.state === 'handed' && box?.fenced) {
      const { timeoutMs } = configOf(settings, box);
      const ms = Math.max(LEASE_MS_MIN, timeoutMs * (inHand.get(work.boxId)!.length + 1));
      renewed.push({ transactionId: row.transactionId, until: new Date(now.getTime() + ms) });
    } else if (!row || row.state === 'lost' || row.state === 'returned') {
      revoked.push({ boxId: work.boxId, id: work.id, attempt: work.attempt });
    }
  }
  await renewLeases(tx, renewed);
  return revoked;
}

const keyOf = (transactionId: string, boxId: string, attempt: number) =>
  `${transactionId} ${boxId} ${attempt}`;
