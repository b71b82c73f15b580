import { createBatcher } from '../../kernel/batch.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { plainLog } from '../../kernel/log.ts';
import { toEvent } from './event.ts';
import {
  claimEvents,
  type EventRow,
  type NewEvent,
  nextDueAt,
  type Settlement,
  settleEvents,
} from './events-store.ts';
import { displayName } from './failure.ts';
import type { ProviderEvent } from './model.ts';
import { pruneDeliveries } from './prune.ts';
import { stateOf } from './state.ts';

/**
 * Acts on one event. It may be handed the same event again (a process died, a lease ran out) and must come to the same.
 * ignored: the event says nothing that matters here. An exception has the event tried again later.
 */
export type EventHandler = (event: ProviderEvent) => Promise<'handled' | 'ignored'>;

export interface EventWorker {
  /** Looks for due events now. */
  nudge(): void;
  /** Resolves when no event is due or being handled: for tests. Events that wait for a retry are not due. */
  idle(): Promise<void>;
  /** Lets what is being handled finish. */
  stop(): Promise<void>;
}

/**
 * Events in hand at once. Some wait for a provider's answer: they must not hold up the others. And a handler may act on
 * many at a time, as texts are: it can only gather those that are in hand.
 */
const IN_HAND_MAX = 200;
/** Fewer free places than this are not worth a claim. */
const CLAIM_MIN = 8;
/** What a process took is free for others after this long. */
const LEASE_MS = 60_000;
/** The same for what is about calls, where people wait on the telephone. It is acted on in the database alone, in a moment. */
const CALLS_LEASE_MS = 5_000;
/** Events stored by other processes are found this late at most. */
const POLL_MS = 1000;
const PRUNE_EVERY_MS = 600_000;
const ATTEMPTS_MAX = 12;
const FIRST_BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 3_600_000;

/** Starts handing stored events to the handlers of their topics, in this process and beside others. */
export function startProviderEvents(kernel: Kernel, handlers: Record<string, EventHandler>): EventWorker {
  const { nudges } = stateOf(kernel);
  const hand = createHand(kernel, handlers, () => nudge());
  let claiming: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let prunedAtMs = kernel.clock.nowMs();

  /** Takes due events until none is left or the hand is full; whoever finishes makes it look again. */
  async function claimAll(): Promise<void> {
    do {
      again = false;
      const free = IN_HAND_MAX - hand.size();
      if (free < CLAIM_MIN) return;
      const at = kernel.clock.now();
      const after = (ms: number) => new Date(at.getTime() + ms);
      const lease = { until: after(LEASE_MS), callsUntil: after(CALLS_LEASE_MS) };
      const events = await inSystem(kernel.db, (tx) => claimEvents(tx, at, lease, free), { byKeys: true });
      for (const event of events) hand.take(event);
      again ||= events.length === free;
    } while (again && !stopped);
    if (kernel.clock.nowMs() - prunedAtMs <= PRUNE_EVERY_MS) return;
    prunedAtMs = kernel.clock.nowMs();
    await pruneDeliveries(kernel);
  }

  function nudge(): void {
    again = true;
    if (stopped) return;
    claiming ??= claimAll()
      .catch((error) => kernel.log.warn({ err: error }, 'Provider events could not be read; trying again'))
      .finally(() => {
        claiming = null;
      });
  }

  async function settled(): Promise<void> {
    await claiming;
    await hand.empty();
  }

  nudges.add(nudge);
  const poll = setInterval(nudge, POLL_MS);
  nudge();
  return {
    nudge,
    idle: async () => {
      for (;;) {
        nudge();
        await settled();
        const due = await inSystem(kernel.db, nextDueAt);
        if (stopped || ((!due || due > kernel.clock.now()) && hand.size() === 0)) return;
      }
    },
    stop: async () => {
      stopped = true;
      nudges.delete(nudge);
      clearInterval(poll);
      await settled();
    },
  };
}

/** The events that this process is acting on. Their outcomes are stored together where they come together. */
function createHand(kernel: Kernel, handlers: Record<string, EventHandler>, onFree: () => void) {
  const inHand = new Set<Promise<void>>();
  const settlements = createBatcher(
    async (items: Settlement[]) => {
      await inSystem(kernel.db, (tx) => settleEvents(tx, items, kernel.clock.now()), { byKeys: true });
      return items;
    },
    { itemsMax: IN_HAND_MAX },
  );

  async function act(event: EventRow): Promise<void> {
    try {
      await settlements.add(await handleOne(kernel, handlers, event));
    } catch (error) {
      // The lease runs out and the event is handled again.
      kernel.log.warn(
        { err: error, eventId: event.id },
        'The outcome of a provider event could not be stored',
      );
    }
  }

  return {
    size: () => inHand.size,
    empty: () => Promise.all(inHand),
    take(event: EventRow): void {
      const work = act(event).finally(() => {
        inHand.delete(work);
        onFree();
      });
      inHand.add(work);
    },
  };
}

async function handleOne(
  kernel: Kernel,
  handlers: Record<string, EventHandler>,
  row: EventRow,
): Promise<Settlement> {
  const name = displayName(row.provider);
  const context = { eventId: row.id, topic: row.topic, type: row.type, attempt: row.attempts };
  if (row.attempts === 1) logReceived(kernel, row);
  const event = toEvent(kernel, row);
  const settlement = { id: row.id, attempts: row.attempts, nextAttemptAt: row.receivedAt, lastError: null };
  try {
    const status = (await handlers[row.topic]?.(event)) ?? 'ignored';
    observe(kernel, row, status);
    return { ...settlement, status, companyId: event.companyId };
  } catch (error) {
    const lastError = ((error as Error)?.message || String(error)).slice(0, 1000);
    const status = row.attempts >= ATTEMPTS_MAX ? 'failed' : 'received';
    const nextAttemptAt = new Date(kernel.clock.nowMs() + backoffMs(row.attempts));
    kernel.log.warn(
      { ...context, err: error },
      status === 'failed'
        ? `A ${name} webhook is given up`
        : `A ${name} webhook could not be handled; it will be tried again`,
    );
    observe(kernel, row, status === 'failed' ? 'failed' : 'retried');
    return { ...settlement, status, nextAttemptAt, lastError, companyId: event.companyId };
  }
}

/** Says that somebody begins to act on a delivery. */
export function logReceived({ log }: Kernel, { id: eventId, topic, type, provider }: NewEvent): void {
  plainLog(log).info(
    { eventId, topic, type, attempt: 1 },
    `📨 Received ${displayName(provider)} webhook: ${type}`,
  );
}

/** Measures how long it took from the arrival of a delivery until it was acted on. */
export function observe(
  kernel: Kernel,
  row: Pick<NewEvent, 'provider' | 'receivedAt'>,
  outcome: string,
): void {
  kernel.metrics.webhookSeconds.observe(
    { provider: row.provider, outcome },
    Math.max(0, kernel.clock.nowMs() - row.receivedAt.getTime()) / 1000,
  );
}

/** 1 s, 2 s, 4 s, … an hour at most. */
function backoffMs(attempts: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), BACKOFF_MAX_MS);
}
