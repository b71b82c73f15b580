import type { Clock } from './clock.ts';
import { uuid } from './ids.ts';
import type { Store } from './store.ts';

/** Work to be done later. It survives a restart. */
export interface Task {
  id: string;
  kind: string;
  dueAtMs: number;
  body: unknown;
}

/**
 * Does a task's input and output (if any) and returns what to write. The writing and the removal of the
 * task are one transaction, so a task killed half-way runs again.
 */
export type TaskHandler = (body: unknown) => (() => void) | Promise<() => void>;

export interface Tasks {
  handle(kind: string, handler: TaskHandler): void;
  /** Plans a task `delayMs` from now. Call it inside the transaction that needs it. */
  schedule(kind: string, delayMs: number, body: unknown): void;
  pending(): Task[];
  cancel(matches: (task: Task) => boolean): void;
  /** Runs every matching task now, whether due or not, including those they make. Returns how many ran. */
  runNow(matches: (task: Task) => boolean): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

const KIND = 'task';

/** The longest a timer may be set for; due times further away are looked at again then. */
const MAX_TIMER_MS = 60_000;

/** How long to wait before a task whose handler threw runs again. */
const BROKEN_TASK_RETRY_MS = 5_000;

export function createTasks(store: Store, clock: Clock, onError: (error: unknown) => void): Tasks {
  const handlers = new Map<string, TaskHandler>();
  const running = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let started = false;

  const pending = () => store.list<Task>(KIND).sort((a, b) => a.dueAtMs - b.dueAtMs);

  const run = (task: Task): Promise<void> => {
    const current = running.get(task.id);
    if (current !== undefined) return current;
    const work = execute(task).finally(() => {
      running.delete(task.id);
      arm();
    });
    running.set(task.id, work);
    return work;
  };

  const execute = async (task: Task): Promise<void> => {
    try {
      const handler = handlers.get(task.kind);
      const write = handler === undefined ? () => {} : await handler(task.body);
      // A task cut short by the stop is left for the next start.
      if (!started || store.get(KIND, task.id) === undefined) return;
      store.transaction(() => {
        store.remove(KIND, task.id);
        write();
      });
    } catch (error) {
      onError(error);
      if (started) store.put(KIND, '', task.id, { ...task, dueAtMs: clock.nowMs() + BROKEN_TASK_RETRY_MS });
    }
  };

  const arm = (): void => {
    clearTimeout(timer);
    if (!started) return;
    const next = pending().find((task) => !running.has(task.id));
    if (next === undefined) return;
    const waitMs = Math.min(Math.max(next.dueAtMs - clock.nowMs(), 0), MAX_TIMER_MS);
    timer = setTimeout(tick, waitMs);
  };

  const tick = (): void => {
    for (const task of pending()) {
      if (task.dueAtMs <= clock.nowMs()) void run(task);
    }
    arm();
  };

  return {
    handle: (kind, handler) => {
      handlers.set(kind, handler);
    },
    schedule: (kind, delayMs, body) => {
      const task: Task = { id: uuid(), kind, dueAtMs: clock.nowMs() + delayMs, body };
      store.put(KIND, '', task.id, task);
      setImmediate(arm);
    },
    pending,
    cancel: (matches) => {
      for (const task of pending().filter(matches)) store.remove(KIND, task.id);
    },
    runNow: async (matches) => {
      const done = new Set<string>();
      const due = () => pending().filter((task) => matches(task) && !done.has(task.id));
      for (let batch = due(); batch.length > 0; batch = due()) {
        await Promise.all(batch.map(run));
        for (const task of batch) done.add(task.id);
      }
      return done.size;
    },
    start: () => {
      started = true;
      arm();
    },
    stop: async () => {
      started = false;
      clearTimeout(timer);
      await Promise.allSettled(running.values());
    },
  };
}
