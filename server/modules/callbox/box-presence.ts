import { type Batcher, createBatcher } from '../../kernel/batch.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { RelaisError } from '../../kernel/errors.ts';
import { refusalOf, requireOwnName } from './box-caller.ts';
import { noteLines } from './box-logs-store.ts';
import { type Before, savePresence, type Told } from './box-presence-store.ts';
import type { SimTold } from './box-sims.ts';
import { saveSims } from './box-sims-save.ts';
import { type BoxRow, findByCodes, publishBoxes } from './boxes-store.ts';
import { configFor, type Settings, settingsOf } from './config.ts';
import { type OpenWork, type Revoked, renewOpen } from './leases.ts';
import type { CallboxConfig } from './model.ts';
import { nudgeDispatcher } from './state.ts';
import { countWaiting } from './stats-store.ts';

/** What a box sends every few seconds. */
export interface Heartbeat extends Omit<Told, 'boxId'> {
  callboxId: string;
  /** Null: its cards are as before. */
  sims: SimTold[] | null;
  open: Omit<OpenWork, 'boxId'>[];
}

/** What it is answered. */
export interface HeartbeatAnswer {
  state: 'active' | 'quarantined' | 'retired';
  /** Why it is in quarantine. */
  reason: string | null;
  pendingTransactions: number;
  config: CallboxConfig;
  configVersion: string;
  revoked: Omit<Revoked, 'boxId'>[];
}

interface Arrived {
  heartbeat: Heartbeat;
  actor: CompanyCtx['actor'];
}

type Outcome = { kind: 'answered'; answer: HeartbeatAnswer } | { kind: 'refused'; error: RelaisError };

const BATCH_MAX = 500;

/** A box whose clock is off by more is pointed out: what it says of times cannot be read. */
export const CLOCK_OFF_MS = 10 * 60_000;

export const isClockOff = (aheadMs: number | null) => Math.abs(aheadMs ?? 0) > CLOCK_OFF_MS;

/** Heartbeats that are taken in together, by company. Can be lost: the next one comes in a few seconds. */
const batchers = new WeakMap<Kernel, Map<string, Batcher<Arrived, Outcome>>>();

/**
 * Takes a heartbeat in. Those of one company that arrive together share one transaction of a constant number of statements: a
 * thousand boxes cost what one does, and what a box has not changed about itself is not written.
 * @throws box_not_own, box_unknown, box_token_needed.
 */
export async function takeHeartbeat(ctx: CompanyCtx, heartbeat: Heartbeat): Promise<HeartbeatAnswer> {
  requireOwnName(ctx, heartbeat.callboxId);
  const outcome = await batcherOf(ctx).add({ heartbeat, actor: ctx.actor });
  if (outcome.kind === 'refused') throw outcome.error;
  return outcome.answer;
}

function batcherOf({ kernel, companyId }: CompanyCtx): Batcher<Arrived, Outcome> {
  const mine = batchers.get(kernel) ?? new Map<string, Batcher<Arrived, Outcome>>();
  batchers.set(kernel, mine);
  let batcher = mine.get(companyId);
  if (!batcher) {
    batcher = createBatcher(
      async (arrived: Arrived[]) => {
        const ctx = systemCtx(kernel, companyId, 'callbox.heartbeats');
        const { outcomes, returned } = await transact(ctx, (tx) => takeAll(ctx, tx, arrived), {
          byKeys: true,
        });
        for (const code of returned) announceConnected(ctx, code);
        const isWorkThere = outcomes.some(
          (each) => each.kind === 'answered' && each.answer.pendingTransactions > 0,
        );
        if (isWorkThere) nudgeDispatcher(kernel, companyId);
        return outcomes;
      },
      { itemsMax: BATCH_MAX },
    );
    mine.set(companyId, batcher);
  }
  return batcher;
}

/** The line that the published interface promises for each connection. */
export function announceConnected(ctx: CompanyCtx, code: string): void {
  ctx.log.info({ companyId: ctx.companyId, callboxId: code }, `CallBox connected: ${code}`);
}

/** Rows are locked in the order in which all of this module does: transactions, boxes, SIMs, presence, counters. */
async function takeAll(
  ctx: CompanyCtx,
  tx: Tx,
  arrived: Arrived[],
): Promise<{ outcomes: Outcome[]; returned: string[] }> {
  const codes = [...new Set(arrived.map(({ heartbeat }) => heartbeat.callboxId))];
  const [found, settings] = await Promise.all([findByCodes(tx, codes), settingsOf(ctx, tx)]);
  const boxes = new Map(found.map((box) => [box.code, box]));
  const refusals = arrived.map(({ heartbeat: { callboxId }, actor }) =>
    refusalOf({ actor }, callboxId, boxes.get(callboxId) ?? null),
  );
  // Of two heartbeats of one box in a batch the later one counts, and both are answered.
  const newest = new Map<string, { box: BoxRow; heartbeat: Heartbeat }>();
  for (const [index, { heartbeat }] of arrived.entries()) {
    const box = boxes.get(heartbeat.callboxId);
    if (!refusals[index] && box && !box.retiredAt) newest.set(box.id, { box, heartbeat });
  }
  const heard = [...newest.values()];
  const revoked = await renewOpen(
    ctx,
    tx,
    heard.flatMap(({ box, heartbeat }) => heartbeat.open.map((work) => ({ ...work, boxId: box.id }))),
  );
  await saveSims(
    ctx,
    tx,
    heard.flatMap(({ box, heartbeat }) => (heartbeat.sims ? [{ boxId: box.id, sims: heartbeat.sims }] : [])),
  );
  const [before, pending] = await Promise.all([
    savePresence(
      tx,
      heard.map(({ box, heartbeat }) => toTold(box.id, heartbeat)),
      ctx.kernel.clock.now(),
    ),
    heard.length > 0 ? countWaiting(tx) : 0,
  ]);
  const returned = await tellChanges(ctx, tx, newest, before);
  const outcomes = arrived.map(({ heartbeat }, index): Outcome => {
    const error = refusals[index];
    if (error) return { kind: 'refused', error };
    return {
      kind: 'answered',
      answer: answerOf(boxes.get(heartbeat.callboxId)!, settings, pending, revoked),
    };
  });
  return { outcomes, returned };
}

function toTold(boxId: string, heartbeat: Heartbeat): Told {
  const { callboxId: _callboxId, sims: _sims, open: _open, ...told } = heartbeat;
  return { boxId, ...told };
}

/** A box that gets nothing is told so: nothing waits for it. */
function answerOf(box: BoxRow, settings: Settings, pending: number, revoked: Revoked[]): HeartbeatAnswer {
  const state = stateForBox(box);
  return {
    state,
    reason: state === 'quarantined' ? box.quarantineReason : null,
    pendingTransactions: state === 'active' ? pending : 0,
    ...configFor(settings, box),
    revoked: revoked.filter(({ boxId }) => boxId === box.id).map(({ id, attempt }) => ({ id, attempt })),
  };
}

/** What a box is told that it is. */
export function stateForBox(
  box: Pick<BoxRow, 'retiredAt' | 'quarantinedAt'>,
): 'active' | 'quarantined' | 'retired' {
  if (box.retiredAt) return 'retired';
  return box.quarantinedAt ? 'quarantined' : 'active';
}

/** Tells the consoles who is back, and whose clock has gone wrong. @returns the names of those who are back. */
async function tellChanges(
  ctx: CompanyCtx,
  tx: Tx,
  heard: Map<string, { box: BoxRow; heartbeat: Heartbeat }>,
  before: Before[],
): Promise<string[]> {
  const back = before.filter(({ wasConnected }) => !wasConnected);
  const wrong = before.filter(
    ({ boxId, clockWasAheadMs }) =>
      isClockOff(heard.get(boxId)!.heartbeat.clockAheadMs) && !isClockOff(clockWasAheadMs),
  );
  await noteLines(
    ctx,
    tx,
    wrong.map(({ boxId }) => ({
      ...{ boxId, at: ctx.kernel.clock.now(), level: 'warn' },
      text: `Relais: the clock of this box is off by ${Math.round(heard.get(boxId)!.heartbeat.clockAheadMs! / 1000)} s`,
    })),
  );
  await publishBoxes(
    tx,
    ctx.companyId,
    [...back, ...wrong].map(({ boxId }) => boxId),
  );
  return back.map(({ boxId }) => heard.get(boxId)!.box.code);
}
