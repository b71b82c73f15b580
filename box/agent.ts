import { type Box, handoverOf } from './box.ts';
import { isoTime, pause } from './clock.ts';
import type { IncomingText, Outcome } from './drivers/port.ts';
import { settleByTexts } from './evidence.ts';
import { keepForwarding, keepLogging } from './forward.ts';
import { keepLane } from './lanes.ts';
import { keepPresent } from './presence.ts';
import { keepPulling } from './pull.ts';
import { recover } from './queue.ts';
import { compactWork, findWork, insertText, listWork, setOutcome, type Work } from './queue-store.ts';
import { keepReporting } from './reports.ts';

/** How long a start waits for modems, to ask them about what was begun when the program died. */
const EVIDENCE_MS = 30_000;

/** Runs the box until it is stopped; then whatever is at a SIM is finished and kept. */
export async function runAgent(box: Box): Promise<void> {
  const { driver, stopping, log, store, state } = box;
  const died = recover(store);
  for (const { id } of died)
    log.write('warn', `${id} was begun when the box stopped: unknown, and never begun again`);
  for (const work of listWork(store, 'received')) state.maybeAsked.add(handoverOf(work));
  compactWork(store);
  const heard = lookAfterSims(box);
  await driver.start();
  const present = keepPresent(box);
  if (died.length > 0) await lookForEvidence(box, died);
  const slots = driver.sims().map(({ slot }) => slot);
  await Promise.all([
    present,
    heard,
    keepPulling(box),
    keepReporting(box),
    keepForwarding(box),
    keepLogging(box),
    ...[...slots, null].map((slot) => keepLane(box, slot)),
  ]);
  if (!stopping.aborted) log.write('error', 'A part of the box ended by itself');
  await driver.stop();
}

/** Tells the server at once when a SIM comes, goes or changes. */
async function lookAfterSims({ driver, bells, stopping }: Box): Promise<void> {
  let before = '';
  while (!stopping.aborted) {
    const now = driver
      .sims()
      .map(({ slot, state }) => `${slot} ${state}`)
      .join();
    if (now !== before) {
      for (const bell of [bells.presence, bells.pull, bells.lanes]) bell.ring();
      before = now;
    }
    await pause(250, stopping);
  }
}

/** Keeps a text before it is taken off the SIM; a text that was kept already is only taken off. */
export async function keepText(
  box: Pick<Box, 'store' | 'clock' | 'bells' | 'log'>,
  text: IncomingText,
): Promise<void> {
  const { id, slot, sender, body, sentAt } = text;
  const isNew = insertText(box.store, {
    id,
    slot,
    sender,
    body,
    sentAt,
    readAt: isoTime(box.clock.wallMs()),
  });
  await text.forget();
  if (!isNew) return;
  box.log.write('debug', `A text of ${sender} came to ${slot}`);
  box.bells.texts.ring();
}

/** Before anything else is begun: what do the SIMs say about what was being done? */
async function lookForEvidence(box: Box, died: Work[]): Promise<void> {
  const { driver, clock, stopping, store, log } = box;
  const slots = new Set(died.map(({ slot }) => slot));
  const allReady = () =>
    [...slots].every((slot) => driver.sims().some((sim) => sim.slot === slot && sim.state === 'ready'));
  const endMs = clock.monotonicMs() + EVIDENCE_MS;
  while (!allReady() && clock.monotonicMs() < endMs && !stopping.aborted) await pause(100, stopping);
  await driver
    .readTexts()
    .catch((error: Error) => log.write('warn', `Texts could not be read: ${error.message}`));
  settleByTexts(store, box.evidence);
  for (const slot of slots)
    await settleByBalance(
      box,
      died.filter((work) => work.slot === slot),
    );
}

/**
 * A balance that fell by exactly the amount of the one transaction that was being done proves that it was done. A balance that did
 * not fall proves nothing: operators book late.
 */
async function settleByBalance({ driver, store, log }: Box, died: Work[]): Promise<void> {
  const [work] = died;
  if (died.length !== 1 || !work || work.balanceBefore === null || work.job.amount === null) return;
  if (findWork(store, work.id)?.outcome?.kind !== 'unknown') return;
  const after = await driver.balance(work.slot).catch(() => null);
  const moved = work.job.type === 'withdraw' ? work.job.amount : -work.job.amount;
  if (after === null || after - work.balanceBefore !== moved) return;
  const message = `The balance went from ${work.balanceBefore} to ${after}`;
  const outcome: Outcome = {
    kind: 'completed',
    code: 'balance_proves',
    message,
    balance: after,
    proof: message,
  };
  setOutcome(store, work.id, outcome, ['done']);
  log.write('info', `${work.id}: ${message}, so it was done`);
}
