import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { fail, networkReason, RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { type RetentionProgress, type RetentionRule, renewStatistics } from '../../kernel/retention.ts';
import { audit } from '../identity/index.ts';
import { cutoff, isPeriod } from './model.ts';
import * as store from './retention-store.ts';

const HOUR_MS = 3_600_000;
/** How often each kind is looked after, and how soon again when it failed. */
const EVERY_MS = 6 * HOUR_MS;
const AFTER_FAILURE_MS = HOUR_MS;
/** A process that has said nothing for so long is dead: reading a large file back must fit. */
const LEASE_MS = 15 * 60_000;
const RUNS_KEPT_MS = 400 * 24 * HOUR_MS;
/** Autovacuum looks after tables that lost less. */
const LARGE_REMOVAL = 10_000;

/** A legal hold was laid on the company while a clean-up ran. */
const HELD = Symbol('held');

/** How long a kind is kept, as the company or the product says. 0: for ever. */
export function periodOf(tx: Tx, rule: RetentionRule, settings: store.RetentionSettings): Promise<number> {
  if (rule.periodElsewhere) return rule.periodElsewhere(tx);
  return Promise.resolve(settings.periods[rule.what] ?? rule.period);
}

/** Cleans up, in every company, what is due. Several processes may do it at once: of each kind one run is under way at a time. */
export async function cleanUpDue(kernel: Kernel, rules: readonly RetentionRule[]): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesToClean)) {
    const ctx = systemCtx(kernel, companyId, 'insights.retention');
    const last = new Map((await transact(ctx, store.lastRuns)).map((run) => [run.what, run]));
    for (const rule of rules) if (isDue(kernel, last.get(rule.what))) await cleanUp(ctx, rule, null);
  }
}

function isDue({ clock }: Kernel, last: store.RunRow | undefined): boolean {
  if (!last) return true;
  if (last.state === 'running') return last.leaseUntil! < clock.now();
  const pauseMs = last.state === 'failed' ? AFTER_FAILURE_MS : EVERY_MS;
  return clock.nowMs() - last.startedAt.getTime() >= pauseMs;
}

/** Cleans up one kind of a company's things, and writes down how that went. @param askedBy who asked for it; null: the clock. */
export async function cleanUp(ctx: CompanyCtx, rule: RetentionRule, askedBy: string | null): Promise<void> {
  const begun = await begin(ctx, rule, askedBy);
  if (!begun) return;
  const { id, before } = begun;
  try {
    await rule.run(ctx, before, progressOf(ctx, id));
    await end(ctx, rule, id, { state: 'done', failure: null, failureDetail: null });
  } catch (error) {
    if (error === HELD) return end(ctx, rule, id, { state: 'held', failure: null, failureDetail: null });
    ctx.log.warn({ err: error, what: rule.what }, 'A clean-up failed; it will run again');
    const failure = error instanceof RelaisError ? error.code : 'internal';
    const failureDetail = networkReason(error).slice(0, 1000);
    await end(ctx, rule, id, { state: 'failed', failure, failureDetail });
  }
}

async function begin(
  ctx: CompanyCtx,
  rule: RetentionRule,
  askedBy: string | null,
): Promise<{ id: string; before: Date } | null> {
  const { clock } = ctx.kernel;
  return transact(ctx, async (tx) => {
    const now = clock.now();
    await store.endDeadRuns(tx, now);
    const settings = await store.findSettings(tx);
    const period = await periodOf(tx, rule, settings);
    if (period === 0) return null;
    const before = cutoff({ unit: rule.unit, period, now });
    const run = { id: newId(clock), companyId: ctx.companyId, what: rule.what, askedBy, beforeAt: before };
    const isHeld = settings.heldAt !== null;
    const isBegun = await store.insertRun(tx, {
      ...{ ...run, state: isHeld ? 'held' : 'running', startedAt: now, endedAt: isHeld ? now : null },
      leaseUntil: isHeld ? null : new Date(now.getTime() + LEASE_MS),
    });
    if (isBegun) await publish(tx, ctx.companyId, 'retention', run.id);
    if (isBegun && isHeld)
      await store.forgetRuns(tx, rule.what, run.id, new Date(now.getTime() - RUNS_KEPT_MS));
    return isBegun && !isHeld ? { id: run.id, before } : null;
  });
}

const progressOf =
  (ctx: CompanyCtx, id: string): RetentionProgress =>
  async ({ removed, bytes = 0, stays = {} }) => {
    const leaseUntil = new Date(ctx.kernel.clock.nowMs() + LEASE_MS);
    const isHeld = await transact(ctx, async (tx) => {
      if (!(await store.noteProgress(tx, id, { removed, bytes, stays, leaseUntil })))
        throw new Error('Another process took this clean-up for dead, and goes on with it');
      return (await store.findSettings(tx)).heldAt !== null;
    });
    if (isHeld) throw HELD;
  };

async function end(
  ctx: CompanyCtx,
  rule: RetentionRule,
  id: string,
  how: { state: 'done' | 'failed' | 'held'; failure: string | null; failureDetail: string | null },
): Promise<void> {
  const at = ctx.kernel.clock.now();
  const removed = await transact(ctx, async (tx) => {
    const count = await store.endRun(tx, id, { ...how, at });
    if (count === null) return 0;
    await store.forgetRuns(tx, rule.what, id, new Date(at.getTime() - RUNS_KEPT_MS));
    await publish(tx, ctx.companyId, 'retention', id);
    return count;
  });
  if (removed >= LARGE_REMOVAL) await renewStatistics(ctx.kernel, rule.tables);
}

/** Changes how long kinds are kept. Absent ones stay as they are. @throws invalid_request, changed_meanwhile. */
export function changePeriods(
  ctx: CompanyCtx,
  rules: readonly RetentionRule[],
  change: { periods: Record<string, number>; version: number },
): Promise<void> {
  for (const [what, period] of Object.entries(change.periods)) {
    const rule = rules.find((each) => each.what === what && !each.periodElsewhere);
    if (!rule) fail('invalid_request', { reason: `periods.${what}: cannot be set here` });
    const { min, max, canStay, unit } = rule;
    if (!isPeriod(rule, period)) {
      const never = canStay ? ', or 0 for ever' : '';
      fail('invalid_request', { reason: `periods.${what}: ${min} to ${max} ${unit}${never}` });
    }
  }
  return transact(ctx, async (tx) => {
    const before = await store.findSettings(tx, 'hold');
    const periods = { ...before.periods, ...change.periods };
    const changed = Object.keys(change.periods).filter((what) => before.periods[what] !== periods[what]);
    const at = ctx.kernel.clock.now();
    const isSaved = await store.saveSettings(
      tx,
      ctx.companyId,
      { ...before, periods },
      { version: change.version, at },
    );
    if (!isSaved || before.version !== change.version) fail('changed_meanwhile');
    const changes = changed.map((what) => [what, { from: before.periods[what] ?? null, to: periods[what] }]);
    await note(ctx, tx, 'retention.changed', Object.fromEntries(changes));
  });
}

/** Lays a legal hold on everything of the company, or lifts it. @param reason null: it is lifted. */
export function setHold(ctx: CompanyCtx, reason: string | null): Promise<void> {
  return transact(ctx, async (tx) => {
    const before = await store.findSettings(tx, 'hold');
    if (before.holdReason === reason) return;
    const at = ctx.kernel.clock.now();
    const hold =
      reason === null
        ? { heldAt: null, heldBy: null, holdReason: null }
        : { heldAt: at, heldBy: ctx.actor.name, holdReason: reason };
    const isSaved = await store.saveSettings(
      tx,
      ctx.companyId,
      { ...before, ...hold },
      { version: before.version, at },
    );
    if (!isSaved) fail('changed_meanwhile');
    const changes = { reason: { from: before.holdReason, to: reason } };
    await note(ctx, tx, reason === null ? 'retention.released' : 'retention.held', changes);
  });
}

async function note(
  ctx: CompanyCtx,
  tx: Tx,
  action: string,
  changes: Record<string, { from: unknown; to: unknown }>,
): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'company', entityId: ctx.companyId, changes });
  await publish(tx, ctx.companyId, 'retention', 'settings');
}

/** Has a kind cleaned up now instead of at its time. */
export function askCleanUp(ctx: CompanyCtx, what: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const payload = { companyId: ctx.companyId, what, askedBy: ctx.actor.name };
    await enqueue(tx, 'insights.clean_up', payload, {
      key: `clean_up:${ctx.companyId}:${what}`,
      attemptsMax: 1,
    });
    await note(ctx, tx, 'retention.run_asked', { what: { from: null, to: what } });
  });
}
