import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { portFor } from '../providers/index.ts';
import { insertDrift } from './drift-store.ts';
import { enqueueRun, startDueSyncs } from './sync.ts';
import { pauseAfter, SYNC_AGE_MAX_SECONDS, SYNC_FAILURES_MAX, stageAfter, withStep } from './sync-model.ts';
import { STAGES, type Step, type Work } from './sync-stages.ts';
import * as store from './sync-store.ts';

/** What a process works on is free for others when it has not been heard of for so long. */
const LEASE_MS = 45_000;
const RENEW_MS = 10_000;
/** A run gives its place to others after so long, and goes on at once where nobody else waits. */
const SLICE_MS = 5_000;
const DUE_MAX = 20;

/** Somebody else has the run by now, or it is over. */
const isLost = (error: unknown): boolean => error instanceof Error && error.message === LOST;
const LOST = 'the lease of the run was lost';

/** Works on a run for a while, from where it is. Whoever is killed here loses nothing: another goes on from the last step written. */
export async function workOn(kernel: Kernel, runId: string, companyId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'insights.sync');
  const leaseId = newId(kernel.clock);
  const run = await transact(ctx, (tx) =>
    store.takeRun(tx, runId, { ...leaseOf(kernel, leaseId), now: kernel.clock.now() }),
  );
  if (!run) return;
  const renewal = setInterval(() => {
    transact(ctx, (tx) => store.renewLease(tx, runId, leaseOf(kernel, leaseId))).catch((error) =>
      ctx.log.warn({ err: error, runId }, 'The lease of a comparison could not be renewed'),
    );
  }, RENEW_MS);
  try {
    await carryOn(ctx, run, leaseId);
  } catch (error) {
    if (!isLost(error)) await giveWay(ctx, run.id, leaseId, error);
  } finally {
    clearInterval(renewal);
  }
}

const leaseOf = ({ clock }: Kernel, id: string) => ({ id, until: new Date(clock.nowMs() + LEASE_MS) });

async function carryOn(ctx: CompanyCtx, first: store.RunRow, leaseId: string): Promise<void> {
  const { kernel } = ctx;
  const endMs = kernel.clock.nowMs() + SLICE_MS;
  const work = await openWork(ctx, first);
  const pause = pacer(kernel);
  let { run } = work;
  while (run.stage !== 'end') {
    if (kernel.clock.nowMs() > endMs) return release(ctx, run, leaseId);
    await pause();
    const step = await STAGES[run.stage](ctx, { ...work, run });
    run = await writeStep(ctx, run, leaseId, step);
  }
  await finish(ctx, run, leaseId, {
    state: 'done',
    reasonCode: null,
    reason: null,
    resumeAt: null,
    failures: 0,
  });
  ctx.log.info(
    { runId: run.id, provider: run.provider, progress: run.progress },
    'An account was compared to its end',
  );
}

async function openWork(ctx: CompanyCtx, run: store.RunRow): Promise<Work> {
  const { provider, accountId } = run;
  const { port, accountRef } = await portFor(ctx, provider, accountId);
  const account = { provider, accountId, accountSid: provider === 'twilio' ? accountRef : null };
  let known: ReturnType<Work['plumbing']> | null = null;
  return {
    ...{ run, account, port },
    plumbing: () => {
      known ??= port.inspectPlumbing().catch((error) => {
        known = null;
        throw error;
      });
      return known;
    },
    forget: () => {
      known = null;
    },
  };
}

/** Keeps a run's questions apart, so that calls and texts of the account keep room for theirs. */
function pacer({ clock, config }: Kernel): () => Promise<void> {
  const gapMs = 1000 / config.SYNC_REQUESTS_PER_SECOND;
  let nextMs = 0;
  return async () => {
    const waitMs = nextMs - clock.nowMs();
    nextMs = Math.max(clock.nowMs(), nextMs) + gapMs;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  };
}

/** What a step found and the place behind it are written together, by whoever has the run: never twice, never one without the other. */
async function writeStep(
  ctx: CompanyCtx,
  { id }: store.RunRow,
  leaseId: string,
  step: Step,
): Promise<store.RunRow> {
  const { clock } = ctx.kernel;
  return transact(ctx, async (tx) => {
    const run = await store.holdRun(tx, id, leaseId);
    if (!run) throw new Error(LOST);
    const found = await step.write(tx);
    await insertDrift(
      tx,
      run,
      found.map((difference) => ({ id: newId(clock), ...difference })),
      clock.now(),
    );
    const next = {
      ...run,
      stage: step.next === null ? stageAfter(run.stage) : run.stage,
      cursor: step.next,
      progress: withStep(run.progress, run.stage, { seen: step.seen, findings: found.length }),
    };
    await store.saveStep(tx, next);
    await publish(tx, ctx.companyId, 'sync', id);
    return next;
  });
}

async function release(ctx: CompanyCtx, run: store.RunRow, leaseId: string): Promise<void> {
  await transact(ctx, async (tx) => {
    await store.releaseRun(tx, run.id, leaseId);
    await enqueueRun(tx, run);
  });
}

/** Stops for a while when the provider asks for it or does not answer, and for good when nothing will come of waiting. */
async function giveWay(ctx: CompanyCtx, runId: string, leaseId: string, error: unknown): Promise<void> {
  const { clock } = ctx.kernel;
  const run = await transact(ctx, (tx) => store.holdRun(tx, runId, leaseId));
  if (!run) return;
  const known = error instanceof RelaisError ? error : null;
  if (!known) ctx.log.warn({ err: error, runId }, 'A comparison with a provider failed');
  const isLimit = known?.code === 'provider_rate_limited';
  const failures = run.failures + (isLimit ? 0 : 1);
  const ageSeconds = (clock.nowMs() - run.createdAt.getTime()) / 1000;
  const isHopeless =
    failures >= SYNC_FAILURES_MAX ||
    ageSeconds > SYNC_AGE_MAX_SECONDS ||
    (known !== null && isFinal(known, run));
  const seconds = isLimit ? Number(known.params.seconds ?? 1) : pauseAfter(failures);
  await finish(ctx, run, leaseId, {
    state: isHopeless ? 'failed' : 'paused',
    reasonCode: known?.code ?? 'internal_error',
    reason: (known?.message ?? 'Something went wrong on our side; the server log says what.').slice(0, 500),
    resumeAt: isHopeless ? null : new Date(clock.nowMs() + seconds * 1000),
    failures,
    forgetCursor: known?.code === 'provider_rejected',
  });
}

const PASSING = new Set(['provider_rate_limited', 'provider_timeout', 'provider_error']);

/** Whether asking again cannot help. A place in a list may have gone out of date: the stage begins anew, a few times. */
function isFinal({ code }: RelaisError, run: store.RunRow): boolean {
  if (PASSING.has(code)) return false;
  return code !== 'provider_rejected' || run.cursor === null;
}

async function finish(
  ctx: CompanyCtx,
  { id }: store.RunRow,
  leaseId: string,
  stop: Omit<store.Stop, 'at' | 'forgetCursor'> & { forgetCursor?: boolean },
): Promise<void> {
  await transact(ctx, async (tx) => {
    const at = ctx.kernel.clock.now();
    const stopped = await store.stopRun(tx, id, leaseId, { forgetCursor: false, ...stop, at });
    if (stopped) await publish(tx, ctx.companyId, 'sync', id);
  });
}

/** Begins what is due by the clock, and goes on with what nobody works on: after a pause, or after whoever had it died. */
export async function tendSyncs(kernel: Kernel): Promise<void> {
  await startDueSyncs(kernel);
  const due = await inSystem(kernel.db, (tx) => store.dueRuns(tx, kernel.clock.now(), DUE_MAX));
  await Promise.all(due.map(({ id, companyId }) => workOn(kernel, id, companyId)));
}
