import type { Clock } from '../../kernel/clock.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import { inSpan, noteInSpan } from '../../kernel/traces.ts';
import {
  type CodeMap,
  type Failure,
  type Outcome,
  outcomeOf,
  type ReadFailure,
  toRelaisError,
} from './failure.ts';
import type { ProviderName } from './port.ts';
import type { NoteRequest } from './pulse.ts';

/**
 * How often a request may be sent.
 * - repeatable: reads, and writes that come to the same when repeated; sent again after 429, 5xx and a broken network.
 * - once: everything else. Sent again only after 429, which providers answer before they act.
 * - single: never sent again here: whoever asks goes on later, from where it was.
 */
export type Repeat = 'repeatable' | 'once' | 'single';

/** One try to send a request, and what came of it. Errors that are not about the request are thrown. */
export type Attempt = <T>(
  send: () => Promise<T>,
) => Promise<{ answer: T; failure: null } | { failure: Failure; error: unknown }>;

export type Requester = <T>(repeat: Repeat, send: () => Promise<T>) => Promise<T>;

export interface AttemptDeps {
  provider: ProviderName;
  readFailure: ReadFailure;
  metrics: Pick<Metrics, 'providerRequests'>;
  note?: NoteRequest | undefined;
}

export interface RequesterDeps extends AttemptDeps {
  codes: CodeMap;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1, for the jitter. */
  random(): number;
  clock: Clock;
  /** How long one request may take. After one and a half times as long, spent on waiting for answers, no more attempts are made. */
  timeoutMs: number;
}

const ATTEMPTS_MAX = 4;
const FIRST_BACKOFF_MS = 300;
/** A provider that asks for a longer pause than this gets its error handed on: somebody is waiting for the answer. */
const PAUSE_MAX_MS = 20_000;

/** Makes the door for requests that are sent one time, whatever comes of it: whoever sends them keeps the pace. */
export function createAttempt({ provider, readFailure, metrics, note }: AttemptDeps): Attempt {
  const count = (outcome: Outcome, failure: Failure | null) => {
    metrics.providerRequests.inc({ provider, outcome });
    noteInSpan({ 'relais.outcome': outcome });
    note?.(outcome, failure);
  };
  return (send) =>
    inSpan(`request to ${provider}`, { 'relais.provider': provider }, async () => {
      try {
        const answer = await send();
        count('ok', null);
        return { answer, failure: null };
      } catch (error) {
        const failure = readFailure(error);
        if (!failure) throw error;
        count(outcomeOf(failure), failure);
        return { failure, error };
      }
    });
}

/**
 * Makes the door through which an adapter sends all other requests: it retries what may be retried, and turns failures
 * into errors of the catalogue.
 */
export function createRequester(deps: RequesterDeps): Requester {
  const once = createAttempt(deps);
  return async (repeat, send) => {
    let waitedMs = 0;
    for (let attempt = 1; ; attempt++) {
      const sentMs = deps.clock.nowMs();
      const outcome = await once(send);
      if (outcome.failure === null) return outcome.answer;
      const { failure, error } = outcome;
      waitedMs += deps.clock.nowMs() - sentMs;
      const pauseMs =
        mayRepeat(repeat, failure) && attempt < ATTEMPTS_MAX
          ? pauseBefore(attempt, failure, deps.random())
          : null;
      if (pauseMs === null || pauseMs > PAUSE_MAX_MS || waitedMs > 1.5 * deps.timeoutMs)
        throw toRelaisError(deps.provider, failure, deps.codes, error);
      await deps.sleep(pauseMs);
    }
  };
}

function mayRepeat(repeat: Repeat, failure: Failure): boolean {
  if (repeat === 'single') return false;
  if (failure.status === 429) return true;
  return repeat === 'repeatable' && (failure.kind !== 'answered' || (failure.status ?? 0) >= 500);
}

/** Exponential back-off with full jitter on the upper half, never earlier than the provider asked. In milliseconds. */
function pauseBefore(attempt: number, failure: Failure, random: number): number {
  const backoffMs = FIRST_BACKOFF_MS * 2 ** (attempt - 1);
  return Math.max(failure.retryAfterMs ?? 0, Math.round(backoffMs * (0.5 + random / 2)));
}

/**
 * The pause a provider asked for, from Retry-After (RFC 9110, section 10.2.3: seconds or a date) or from
 * x-ratelimit-reset, which Telnyx gives in seconds from now. In milliseconds; null when it asked for none.
 */
export function retryAfterMs(
  header: (name: string) => string | null | undefined,
  nowMs: number,
): number | null {
  const text = header('retry-after') ?? header('x-ratelimit-reset');
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Math.ceil(Number(text) * 1000);
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
