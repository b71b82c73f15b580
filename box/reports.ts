import type { z } from 'zod';
import { backOffMs } from './bell.ts';
import type { Box } from './box.ts';
import type { Answer } from './client.ts';
import { isoTime } from './clock.ts';
import type { Outcome } from './drivers/port.ts';
import { hear, isLastWord, mindRegistration } from './hear.ts';
import { reportedSchema } from './protocol.ts';
import { addToCounter, inTransaction, listWork, setAcknowledged, type Work } from './queue-store.ts';

export type Reported = z.output<typeof reportedSchema>;

/** Says something about a hand-over to the server. */
export async function report(
  box: Box,
  { id, attempt, leaseId }: Pick<Work, 'id' | 'attempt' | 'leaseId'>,
  status: 'processing' | 'pending' | Outcome['kind'],
  outcome: Omit<Outcome, 'kind'> | null,
): Promise<Answer<Reported>> {
  const { client, config, serverTime, stopping, log } = box;
  const now = serverTime.nowMs();
  const body = {
    status,
    callboxId: config.callboxId,
    attempt,
    leaseId,
    ...(now === null ? {} : { at: isoTime(now) }),
    ...(outcome ? { result: resultOf(status, outcome, log.clean) } : {}),
  };
  const path = `/api/call-box/transactions/${encodeURIComponent(id)}/status`;
  return hear(box, await client.call('PUT', path, reportedSchema, { body, signal: stopping }));
}

/** The result as the published interface has it, and what was added. No PIN leaves the box. */
function resultOf(status: string, outcome: Omit<Outcome, 'kind'>, clean: (text: string) => string): object {
  const { code, message, transactionRef, balance, repeatable, proof } = outcome;
  return {
    success: status === 'completed',
    message: clean(message).slice(0, 1000),
    code,
    ...(transactionRef ? { transactionRef: transactionRef.slice(0, 100) } : {}),
    ...(balance === null || balance === undefined ? {} : { balance }),
    ...(status === 'failed' ? { retryable: repeatable === true } : {}),
    ...(proof ? { proof: clean(proof).slice(0, 1000) } : {}),
  };
}

/** When each is told again, by the stopwatch, and how often it was not heard. */
type Schedule = Map<string, { nextMs: number; failures: number }>;

const SLOWEST_MS = 60_000;
const MALFORMED_MS = 3_600_000;

/** Tells outcomes until the server has them: for days, if need be. */
export async function keepReporting(box: Box): Promise<void> {
  const schedule: Schedule = new Map();
  while (!box.stopping.aborted) {
    const waiting = waitingReports(box);
    for (const id of schedule.keys()) if (!waiting.some((work) => work.id === id)) schedule.delete(id);
    const now = box.clock.monotonicMs();
    const due = waiting.filter(({ id }) => (schedule.get(id)?.nextMs ?? 0) <= now).slice(0, 8);
    await Promise.all(due.map((work) => deliver(box, work, schedule)));
    const next = Math.min(...waiting.map(({ id }) => schedule.get(id)?.nextMs ?? 0));
    const sleepMs = waiting.length === 0 ? SLOWEST_MS : Math.max(0, next - box.clock.monotonicMs());
    if (sleepMs > 0) await box.bells.reports.wait(Math.min(sleepMs, SLOWEST_MS), box.stopping);
  }
}

function waitingReports({ store, state }: Box): Work[] {
  const kept = listWork(store, 'done');
  const unsaved = [...state.unsaved.values()].filter(({ id }) => !kept.some((work) => work.id === id));
  return [...unsaved, ...kept];
}

async function deliver(box: Box, work: Work, schedule: Schedule): Promise<void> {
  const { clock, faultPoint, log, state } = box;
  const outcome = work.outcome!;
  faultPoint('before_report');
  const answer = await report(box, work, outcome.kind, outcome);
  faultPoint('after_report');
  const failures = (schedule.get(work.id)?.failures ?? 0) + 1;
  const again = (waitMs: number) => schedule.set(work.id, { nextMs: clock.monotonicMs() + waitMs, failures });
  if (answer.kind === 'away') {
    again(answer.retryAfterMs ?? backOffMs(failures, SLOWEST_MS));
    return;
  }
  if (answer.kind === 'refused' && !isLastWord(answer)) {
    mindRegistration(box, answer);
    const malformed = ![401, 403, 404].includes(answer.status);
    if (failures === 1)
      log.write(
        'error',
        `The report on ${work.id} is kept (${answer.status} ${answer.code}): ${answer.error}`,
      );
    again(malformed ? MALFORMED_MS : backOffMs(failures, SLOWEST_MS));
    return;
  }
  // The server's own no is final too: it knows better whose the transaction is.
  if (answer.kind === 'refused')
    log.write(
      'warn',
      `${work.id}: ${outcome.kind} was refused (${answer.status} ${answer.code}): ${answer.error}`,
    );
  else log.write('info', `${work.id}: ${outcome.kind} is reported (attempt ${work.attempt})`);
  try {
    acknowledge(box, work);
    state.unsaved.delete(work.id);
  } catch (error) {
    log.write('error', `What was reported of ${work.id} could not be noted: ${(error as Error).message}`);
    again(backOffMs(failures, SLOWEST_MS));
  }
}

function acknowledge({ store, faultPoint }: Box, work: Work): void {
  inTransaction(store, () => {
    if (setAcknowledged(store, work) > 0) addToCounter(store, 'processed', 1);
  });
  faultPoint('after_acknowledged');
}
