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

interface Runner {
  store: Store;
  clock: Clock;
  onError: (error: unknown) => void;
  handlers: Map<string, TaskHandler>;
  /** Tasks at work, by id. */
  running: Map<string, Promise<void>>;
  timer: NodeJS.Timeout | undefined;
  started: boolean;
}

export function createTasks(store: Store, clock: Clock, onError: (error: unknown) => void): Tasks {
  const runner: Runner = {
    store,
    clock,
    onError,
    handlers: new Map(),
    running: new Map(),
    timer: undefined,
    started: false,
  };
  return {
    handle: (kind, handler) => {
      runner.handlers.set(kind, handler);
    },
    schedule: (kind, delayMs, body) => {
      const task: Task = { id: uuid(), kind, dueAtMs: clock.nowMs() + delayMs, body };
      store.put(KIND, '', task.id, task);
      // After the caller's transaction, so that a task rolled back is not seen.
      setImmediate(() => arm(runner));
    },
    pending: () => pending(runner),
    runNow: (matches) => runNow(runner, matches),
    start: () => {
      runner.started = true;
      arm(runner);
    },
    stop: async () => {
      runner.started = false;
      clearTimeout(runner.timer);
      await Promise.allSettled(runner.running.values());
    },
  };
}

/** Every task, the one due first at the front. */
function pending({ store }: Runner): Task[] {
  return store.list<Task>(KIND).sort((a, b) => a.dueAtMs - b.dueAtMs);
}

/** Sets the timer for the next task that is not at work already. */
function arm(runner: Runner): void {
  clearTimeout(runner.timer);
  if (!runner.started) return;
  const next = pending(runner).find((task) => !runner.running.has(task.id));
  if (next === undefined) return;
  const waitMs = Math.min(Math.max(next.dueAtMs - runner.clock.nowMs(), 0), MAX_TIMER_MS);
  runner.timer = setTimeout(() => runDue(runner), waitMs);
}

function runDue(runner: Runner): void {
  for (const task of pending(runner)) {
    if (task.dueAtMs <= runner.clock.nowMs()) void run(runner, task);
  }
  arm(runner);
}

async function runNow(runner: Runner, matches: (task: Task) => boolean): Promise<number> {
  const done = new Set<string>();
  const due = () => pending(runner).filter((task) => matches(task) && !done.has(task.id));
  for (let batch = due(); batch.length > 0; batch = due()) {
    await Promise.all(batch.map((task) => run(runner, task)));
    for (const task of batch) done.add(task.id);
  }
  return done.size;
}

/** Runs a task once, however many ask for it at the same time. */
function run(runner: Runner, task: Task): Promise<void> {
  const current = runner.running.get(task.id);
  if (current !== undefined) return current;
  const work = execute(runner, task).finally(() => {
    runner.running.delete(task.id);
    arm(runner);
  });
  runner.running.set(task.id, work);
  return work;
}

async function execute(runner: Runner, task: Task): Promise<void> {
  const { store } = runner;
  try {
    const handler = runner.handlers.get(task.kind);
    const write = handler === undefined ? () => {} : await handler(task.body);
    // A task cut short by the stop is left for the next start.
    if (!runner.started || store.get(KIND, task.id) === undefined) return;
    store.transaction(() => {
      store.remove(KIND, task.id);
      write();
    });
  } catch (error) {
    runner.onError(error);
    const dueAtMs = runner.clock.nowMs() + BROKEN_TASK_RETRY_MS;
    if (runner.started) store.put(KIND, '', task.id, { ...task, dueAtMs });
  }
}
