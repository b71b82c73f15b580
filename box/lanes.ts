import { backOffMs } from './bell.ts';
import { type Box, handoverOf } from './box.ts';
import { pause } from './clock.ts';
import type { Outcome } from './drivers/port.ts';
import { settleByTexts } from './evidence.ts';
import { isLastWord, mindRegistration } from './hear.ts';
import {
  findWork,
  listWork,
  newestText,
  setDropped,
  setOutcome,
  setProcessing,
  type Work,
} from './queue-store.ts';
import { report } from './reports.ts';

// One lane for each SIM: one transaction at a time goes through it.

/** A SIM that is not ready for so long gives its work back: others may do it. */
const SIM_PATIENCE_MS = 15_000;

/** Carries out what waits for a SIM. @param slot null: what is for a SIM that this box does not have. */
export async function keepLane(box: Box, slot: string | null): Promise<void> {
  const { stopping, bells, log, state } = box;
  let notReadySinceMs: number | null = null;
  while (!stopping.aborted) {
    const waiting = waitingFor(box, slot).filter((work) => !state.setAside.has(handoverOf(work)));
    const ready =
      slot !== null && box.driver.sims().some((sim) => sim.slot === slot && sim.state === 'ready');
    const now = box.clock.monotonicMs();
    notReadySinceMs = ready ? null : (notReadySinceMs ?? now);
    const [next] = waiting;
    if (next && ready)
      await carryOut(box, next).catch((error: Error) => {
        log.write('error', `${next.id}: ${error.message}`);
        return pause(1000, stopping);
      });
    else if (next && (slot === null || now - notReadySinceMs! > SIM_PATIENCE_MS)) await giveBack(box, next);
    else await bells.lanes.wait(500, stopping);
  }
}

function waitingFor({ store, driver }: Box, slot: string | null): Work[] {
  if (slot !== null) return listWork(store, 'received', slot);
  const own = new Set(driver.sims().map((sim) => sim.slot));
  return listWork(store, 'received').filter((work) => !own.has(work.slot));
}

/** It was not begun, and shall go elsewhere. */
async function giveBack(box: Box, work: Work): Promise<void> {
  const answer = await report(box, work, 'pending', {
    code: 'sim_not_ready',
    message: 'The SIM is not ready',
  });
  if (answer.kind !== 'ok' && !isLastWord(answer)) {
    mindRegistration(box, answer);
    return pause(backOffMs(2, 10_000), box.stopping);
  }
  setDropped(box.store, work.id, work.attempt);
  box.log.write('warn', `${work.id} was given back: its SIM is not ready`);
}

/** The server's leave to begin. gone: it is not ours any more. */
type Leave = { kind: 'granted'; askedAtMs: number } | { kind: 'gone' } | { kind: 'too_late' };

/** From the leave to the report. Nothing is dialled unless the server said, just now, that it is ours to begin. */
async function carryOut(box: Box, work: Work): Promise<void> {
  const { faultPoint, state, log } = box;
  faultPoint('before_leave');
  const leave = await askLeave(box, work);
  faultPoint('after_leave');
  if (leave.kind === 'gone') return;
  if (leave.kind === 'too_late')
    return neverBegun(box, work, 'The server took it for begun, but the SIM was not touched');
  const before = { texts: newestText(box.store), balance: await balanceBefore(box, work) };
  faultPoint('before_begun');
  try {
    // On the disk before the SIM is touched: from here on it is never begun again.
    if (setProcessing(box.store, work, before.texts, before.balance) === 0)
      return neverBegun(box, work, 'It was taken back while the server was asked');
  } catch (error) {
    log.write(
      'error',
      `${work.id} is not begun, because the disk did not take it: ${(error as Error).message}`,
    );
    state.setAside.add(handoverOf(work));
    state.refuses = 'disk full';
    return neverBegun(box, work, 'The disk of the box is full');
  }
  faultPoint('after_begun');
  const deadlineMs = leave.askedAtMs + state.remote.timeoutMs;
  const outcome = await execute(box, work, deadlineMs);
  faultPoint('before_done');
  finish(box, work, outcome);
  faultPoint('after_done');
  box.bells.reports.ring();
  box.bells.pull.ring();
}

/** Asks until there is an answer: offline nothing is begun. */
async function askLeave(box: Box, work: Work): Promise<Leave> {
  const { clock, stopping, store, log } = box;
  for (let failures = 1; !stopping.aborted; failures += 1) {
    const now = findWork(store, work.id);
    if (now?.state !== 'received' || now.attempt !== work.attempt) return { kind: 'gone' };
    const askedAtMs = clock.monotonicMs();
    const answer = await report(box, now, 'processing', null);
    if (answer.kind === 'ok') {
      const { status, attempt, leaseId } = answer.body.transaction;
      const own = attempt === now.attempt && leaseId === now.leaseId;
      if (own && status === 'processing') return { kind: 'granted', askedAtMs };
      log.write('warn', `${work.id} is not begun: the server has it as ${status}, attempt ${attempt}`);
      return { kind: 'too_late' };
    }
    if (answer.kind === 'refused' && (isLastWord(answer) || answer.status === 400)) {
      log.write('info', `${work.id} is let go untouched (${answer.status} ${answer.code}): ${answer.error}`);
      letGo(box, now);
      return { kind: 'gone' };
    }
    box.state.maybeAsked.add(handoverOf(work));
    mindRegistration(box, answer);
    await pause(
      (answer.kind === 'away' ? answer.retryAfterMs : null) ?? backOffMs(failures, 30_000),
      stopping,
    );
  }
  return { kind: 'gone' };
}

/**
 * Lets go of something that was not begun and is not ours any more. If an earlier question may have been heard, the server may believe
 * that it was begun, and nobody knew its end: then it is told that the SIM was not touched, which is certain.
 */
export function letGo(box: Box, handover: { id: string; attempt: number }): boolean {
  const { id, attempt } = handover;
  const work = findWork(box.store, id);
  if (work?.state !== 'received' || work.attempt !== attempt) return false;
  if (box.state.maybeAsked.has(handoverOf(handover)))
    neverBegun(box, work, 'The box stopped or lost its line before it began');
  else setDropped(box.store, id, attempt);
  return true;
}

async function balanceBefore({ config, driver }: Box, work: Work): Promise<number | null> {
  return config.balanceProof ? driver.balance(work.slot).catch(() => null) : null;
}

/** The server has it as begun, but the SIM was not touched: that is certain, so it may be tried again. */
function neverBegun(box: Box, work: Work, message: string): void {
  const outcome: Outcome = { kind: 'failed', repeatable: true, code: 'not_begun', message };
  try {
    if (setOutcome(box.store, work.id, outcome, ['received', 'dropped']) === 0) return;
  } catch {
    box.state.unsaved.set(work.id, { ...work, outcome });
  }
  box.bells.reports.ring();
}

/** Has the SIM do it. What goes wrong without a word from the driver may have happened. */
async function execute(box: Box, work: Work, deadlineMs: number): Promise<Outcome> {
  const { driver, log, clock } = box;
  log.write('info', `${work.id} begins: ${work.job.type} ${work.job.amount ?? ''} (attempt ${work.attempt})`);
  try {
    const outcome = await driver.execute(work.job, deadlineMs);
    if (outcome.kind !== 'unknown' || !outcome.awaitsText) return outcome;
    return await awaitText(box, work, outcome, Math.min(deadlineMs, clock.monotonicMs() + 60_000));
  } catch (error) {
    const message = (error as Error).message;
    log.write('error', `${work.id}: the driver failed: ${message}`);
    return { kind: 'unknown', code: 'driver_failed', message, awaitsText: true };
  }
}

/** The operator may say by a text what it did not say in the session. */
async function awaitText(box: Box, work: Work, outcome: Outcome, untilMs: number): Promise<Outcome> {
  const { clock, driver, store, stopping, bells } = box;
  while (clock.monotonicMs() < untilMs && !stopping.aborted) {
    await driver.readTexts();
    settleByTexts(store, box.evidence);
    const now = findWork(store, work.id);
    if (now?.outcome && now.state !== 'processing') return now.outcome;
    await bells.texts.wait(Math.max(1, Math.min(2000, untilMs - clock.monotonicMs())), stopping);
  }
  return outcome;
}

/** Keeps the outcome; when the disk does not take it, it is told from memory and kept as soon as there is room. */
function finish(box: Box, work: Work, outcome: Outcome): void {
  const { store, log, state } = box;
  try {
    setOutcome(store, work.id, outcome, ['processing']);
  } catch (error) {
    log.write('error', `The outcome of ${work.id} could not be kept: ${(error as Error).message}`);
    state.unsaved.set(work.id, { ...work, state: 'done', outcome });
  }
  log.write('info', `${work.id} ends: ${outcome.kind} (${outcome.code})`);
}
