import { makeTransactions, type TransactionsJob } from './box-requests.ts';
import { type CallJob, makeCallEvents, makeHangUps, makeVoice } from './call-requests.ts';
import { type EventsJob, makeRequests } from './requests.ts';
import { openConnection } from './sockets.ts';
import { makeAnswers, makeQuestions, makeTexts, type TextJob } from './text-requests.ts';

/** One round: what the load process is told. */
export interface Round {
  /** What is sent. */
  job: EventsJob | TextJob | CallJob | TransactionsJob;
  port: number;
  connections: number;
  /** Requests made and signed beforehand; the round ends early when all are sent. */
  requests: number;
  durationMs: number;
  /** A steady pace; a request is late from its moment on, even if no connection was free. Without it: as fast as they are answered. */
  perSecond?: number;
  /** Of so long a beginning nobody's waiting counts: after a rest, every program is slow at first. */
  uncountedMs?: number;
}

/** What it answers. */
export interface RoundResult {
  answered: number;
  /** Answers that were no success. */
  refused: number;
  /** On the clock that all processes share, in milliseconds. */
  startedAtMs: number;
  elapsedMs: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * The load process: keep-alive connections with one request in flight each, over plain sockets, so that the client costs
 * as little as possible of the machine that it shares with the server.
 */
async function run(round: Round): Promise<RoundResult> {
  const requests = requestsOf(round);
  let sent = 0;
  let refused = 0;
  let answered = 0;
  const latenciesMs: number[] = [];
  // Opened beforehand: that a whole round's connections come at once is the load's doing, and no caller's.
  const connections = await Promise.all(
    Array.from({ length: round.connections }, () => openConnection(round.port)),
  );
  const startedMs = performance.now();
  const endMs = startedMs + round.durationMs;
  const lanes = connections.map(async (connection) => {
    try {
      while (sent < requests.length && performance.now() < endMs) {
        const place = sent++;
        const request = requests[place]!;
        const sentMs = await dueMs(round, startedMs, place);
        const { status } = await connection.send(request);
        if (status < 200 || status > 299) refused += 1;
        answered += 1;
        if (sentMs - startedMs >= (round.uncountedMs ?? 0)) latenciesMs.push(performance.now() - sentMs);
      }
    } finally {
      connection.close();
    }
  });
  await Promise.all(lanes);
  const elapsedMs = performance.now() - startedMs;
  latenciesMs.sort((left, right) => left - right);
  const quantile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return {
    ...{ answered, refused, elapsedMs, startedAtMs: performance.timeOrigin + startedMs },
    ...{ p50Ms: quantile(0.5), p99Ms: quantile(0.99) },
  };
}

/** Waits until a request is due. @returns the moment that it counts from. */
async function dueMs({ perSecond }: Round, startedMs: number, place: number): Promise<number> {
  if (perSecond === undefined) return performance.now();
  const due = startedMs + (place * 1000) / perSecond;
  const waitMs = due - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  // A timer fires late by its own grain: that is not the program's doing.
  return Math.max(due, waitMs > 0 ? performance.now() : due);
}

function requestsOf({ job, requests }: Round): Buffer[] {
  switch (job.kind) {
    case 'events':
      return makeRequests(job, requests);
    case 'texts':
      return makeTexts(job, requests);
    case 'answers':
      return makeAnswers(job, requests);
    case 'questions':
      return makeQuestions(job, requests);
    case 'call_events':
      return makeCallEvents(job, requests);
    case 'voice':
      return makeVoice(job, requests);
    case 'hang_ups':
      return makeHangUps(job, requests);
    case 'transactions':
      return makeTransactions(job, requests);
  }
}

process.on('message', (round: Round) => {
  run(round).then(
    (result) => process.send!(result),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
