import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import {
  type CleanSample,
  cleanSample,
  DIRECTIONS,
  type Sample,
  type WarningChange,
  type WarningKind,
  watchSample,
} from './quality-model.ts';
import { lockRow, reviewQuality, thresholdsOf } from './quality-review.ts';
import * as store from './quality-store.ts';

/** A softphone measures once a second; what comes denser is not kept. */
const APART_MS = 900;
/** Of one direction: four hours at one a second. */
const SAMPLES_MAX = 14_400;
/** A softphone hands in its last samples when the call is over already. */
const LATE_MS = 5 * 60_000;
/** Clocks of browsers differ from ours. */
const CLOCK_SLACK_MS = 2 * 60_000;

/** What became of a batch. */
export interface BatchOutcome {
  accepted: number;
  /** Impossible figures, or times outside the call. */
  discarded: number;
  /** Sent before, or denser than one a second. */
  skipped: number;
  warnings: { kind: WarningKind; change: 'raised' | 'cleared' }[];
}

/**
 * Takes the samples of somebody's softphone, raises and clears the warnings that they give reason for, and judges the call anew.
 * @throws not_found, not_in_call, quality_too_late.
 */
export async function takeSamples(ctx: CompanyCtx, callId: string, samples: Sample[]): Promise<BatchOutcome> {
  return transact(ctx, async (tx) => {
    const call = isId(callId) ? await store.findCall(tx, callId) : null;
    if (!call) fail('not_found', { what: 'call' });
    const { id: userId, kind } = ctx.actor;
    if (kind !== 'user' || !(await store.isInCall(tx, callId, userId))) fail('not_in_call');
    const nowMs = ctx.kernel.clock.nowMs();
    if (call.endedAt && nowMs - call.endedAt.getTime() > LATE_MS) fail('quality_too_late');
    const row = await lockRow(ctx, tx, call);
    const earliest = call.createdAt.getTime() - CLOCK_SLACK_MS;
    const inTime = ({ at }: Sample) => at.getTime() >= earliest && at.getTime() <= nowMs + CLOCK_SLACK_MS;
    const clean = samples.filter(inTime).flatMap((sample) => cleanSample(sample) ?? []);
    const kept = thinOut(clean, await store.samplesSoFar(tx, callId, userId));
    const accepted = await store.addSamples(tx, { companyId: ctx.companyId, callId, userId }, kept);
    const { watch, changes } = watchAll(row.watch, userId, kept, await thresholdsOf(tx));
    for (const change of changes) await noteWarning(ctx, tx, callId, userId, change);
    const discarded = samples.length - clean.length;
    await store.updateQuality(tx, callId, {
      watch: JSON.stringify(watch),
      updatedAt: ctx.kernel.clock.now(),
    });
    await reviewQuality(ctx, tx, call, { ...row, discarded: row.discarded + discarded });
    const warnings = changes.map(({ kind: what, change }) => ({ kind: what, change }));
    return { accepted, discarded, skipped: clean.length - accepted, warnings };
  });
}

/** In the order of their times, none that is older than what is there, none too close to the one before, and not without end. */
function thinOut(
  samples: CleanSample[],
  soFar: Awaited<ReturnType<typeof store.samplesSoFar>>,
): CleanSample[] {
  return DIRECTIONS.flatMap((direction) => {
    let lastMs = soFar[direction].lastAt?.getTime() ?? Number.NEGATIVE_INFINITY;
    return samples
      .filter((sample) => sample.direction === direction)
      .sort((left, right) => left.at.getTime() - right.at.getTime())
      .filter(({ at }) => {
        if (at.getTime() - lastMs < APART_MS) return false;
        lastMs = at.getTime();
        return true;
      })
      .slice(0, Math.max(0, SAMPLES_MAX - soFar[direction].count));
  });
}

interface DirectedChange extends WarningChange {
  sample: CleanSample;
}

function watchAll(
  before: store.QualityRow['watch'],
  userId: string,
  samples: CleanSample[],
  limits: Awaited<ReturnType<typeof thresholdsOf>>,
): { watch: store.QualityRow['watch']; changes: DirectedChange[] } {
  const watch = { ...before };
  const changes: DirectedChange[] = [];
  for (const sample of samples) {
    const key = `${userId}/${sample.direction}`;
    const next = watchSample(watch[key] ?? {}, sample, limits);
    watch[key] = next.watch;
    changes.push(...next.changes.map((change) => ({ ...change, sample })));
  }
  return { watch, changes };
}

async function noteWarning(
  ctx: CompanyCtx,
  tx: Tx,
  callId: string,
  userId: string,
  { kind, change, value, sample }: DirectedChange,
): Promise<void> {
  const { at, direction } = sample;
  if (change === 'cleared') await store.clearWarning(tx, { callId, userId, direction, kind, at });
  else {
    const id = newId(ctx.kernel.clock);
    await store.raiseWarning(tx, {
      ...{ id, companyId: ctx.companyId, callId, userId, direction, kind, value, raisedAt: at },
    });
  }
  await publish(tx, ctx.companyId, 'call_warning', callId);
}
