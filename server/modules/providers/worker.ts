import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { claimEvents, type EventRow, nextDueAt, type Settlement, settleEvents } from './events-store.ts';
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

const BATCH = 64;
const CONCURRENCY = 8;
/** What a process took is free for others after this long; handlers work in the database and need a fraction of it. */
const LEASE_MS = 60_000;
/** Events stored by other processes are found this late at most. */
const POLL_MS = 1000;
const PRUNE_EVERY_MS = 600_000;
const ATTEMPTS_MAX = 12;
const FIRST_BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 3_600_000;

/** Starts handing stored events to the handlers of their topics, in this process and beside others. */
export function startProviderEvents(kernel: Kernel, handlers: Record<string, EventHandler>): EventWorker {
  const { nudges } = stateOf(kernel);
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let prunedAtMs = kernel.clock.nowMs();

  async function drain(): Promise<void> {
    do {
      again = false;
      while (!stopped && (await handleBatch(kernel, handlers)) > 0);
      if (kernel.clock.nowMs() - prunedAtMs > PRUNE_EVERY_MS) {
        prunedAtMs = kernel.clock.nowMs();
        await pruneDeliveries(kernel);
      }
    } while (again && !stopped);
  }

  function nudge(): void {
    again = true;
    if (stopped) return;
    running ??= drain()
      .catch((error) => kernel.log.warn({ err: error }, 'Provider events could not be read; trying again'))
      .finally(() => {
        running = null;
      });
  }

  nudges.add(nudge);
  const poll = setInterval(nudge, POLL_MS);
  nudge();
  return {
    nudge,
    idle: async () => {
      for (;;) {
        nudge();
        await running;
        const due = await inSystem(kernel.db, nextDueAt);
        if (stopped || !due || due > kernel.clock.now()) return;
      }
    },
    stop: async () => {
      stopped = true;
      nudges.delete(nudge);
      clearInterval(poll);
      await running;
    },
  };
}

async function handleBatch(kernel: Kernel, handlers: Record<string, EventHandler>): Promise<number> {
  const at = kernel.clock.now();
  const events = await inSystem(kernel.db, (tx) =>
    claimEvents(tx, at, new Date(at.getTime() + LEASE_MS), BATCH),
  );
  if (events.length === 0) return 0;
  const settlements: Settlement[] = [];
  const queue = events.values();
  const lanes = Array.from({ length: Math.min(CONCURRENCY, events.length) }, async () => {
    for (const event of queue) settlements.push(await handleOne(kernel, handlers, event));
  });
  await Promise.all(lanes);
  await inSystem(kernel.db, (tx) => settleEvents(tx, settlements, kernel.clock.now()));
  return events.length;
}

async function handleOne(
  kernel: Kernel,
  handlers: Record<string, EventHandler>,
  row: EventRow,
): Promise<Settlement> {
  const name = displayName(row.provider);
  const context = { eventId: row.id, topic: row.topic, type: row.type, attempt: row.attempts };
  if (row.attempts === 1) kernel.log.info(context, `📨 Received ${name} webhook: ${row.type}`);
  const settlement = { id: row.id, attempts: row.attempts, nextAttemptAt: row.receivedAt, lastError: null };
  try {
    const status = (await handlers[row.topic]?.(toEvent(row))) ?? 'ignored';
    observe(kernel, row, status);
    return { ...settlement, status };
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
    return { ...settlement, status, nextAttemptAt, lastError };
  }
}

function observe(kernel: Kernel, row: EventRow, outcome: string): void {
  kernel.metrics.webhookSeconds.observe(
    { provider: row.provider, outcome },
    Math.max(0, kernel.clock.nowMs() - row.receivedAt.getTime()) / 1000,
  );
}

/** 1 s, 2 s, 4 s, … an hour at most. */
function backoffMs(attempts: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), BACKOFF_MAX_MS);
}

function toEvent(row: EventRow): ProviderEvent {
  const { id, provider, topic, type, accountId, companyId, eventId, occurredAt, receivedAt } = row;
  const body = JSON.parse(row.payload) as { data?: { payload?: unknown } };
  const said = provider === 'telnyx' ? body.data?.payload : body;
  const payload = typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  return { id, provider, topic, type, accountId, companyId, eventId, occurredAt, payload, receivedAt };
}
