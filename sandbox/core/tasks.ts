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
  /** `atOnce`: how many tasks of the kind may be at work at the same time. */
  handle(kind: string, handler: TaskHandler, atOnce?: number): void;
  /** Plans a task `delayMs` from now. Call it inside the transaction that needs it. Returns its id. */
  schedule(kind: string, delayMs: number, body: unknown): string;
  /** Forgets a task that is not needed any more. One that is at work, or was, is no trouble. */
  cancel(id: string): void;
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

/** The tasks of one kind that wait, the one due last at the front. They may have been removed from the store since. */
interface Queue {
  waiting: Task[];
  running: number;
}

/** A task whose handler is through. */
interface Finished {
  task: Task;
  write: () => void;
  done: () => void;
  failed: (error: unknown) => void;
}

interface Runner {
  store: Store;
  clock: Clock;
  onError: (error: unknown) => void;
  handlers: Map<string, { handler: TaskHandler; atOnce: number }>;
  queues: Map<string, Queue>;
  /** Tasks at work, by id. */
  running: Map<string, Promise<void>>;
  /** What is about to be written, all in one transaction. */
  finished: Finished[];
  timer: NodeJS.Timeout | undefined;
  started: boolean;
}

export function createTasks(store: Store, clock: Clock, onError: (error: unknown) => void): Tasks {
  const runner: Runner = {
    store,
    clock,
    onError,
    handlers: new Map(),
    queues: new Map(),
    running: new Map(),
    finished: [],
    timer: undefined,
    started: false,
  };
  return {
    handle: (kind, handler, atOnce = Number.POSITIVE_INFINITY) => {
      runner.handlers.set(kind, { handler, atOnce });
    },
    schedule: (kind, delayMs, body) => {
      const task: Task = { id: uuid(), kind, dueAtMs: clock.nowMs() + delayMs, body };
      store.put(KIND, '', task.id, task);
      // After the caller's transaction, so that a task rolled back is not seen.
      setImmediate(() => {
        if (runner.started) enqueue(runner, task);
        arm(runner);
      });
      return task.id;
    },
    cancel: (id) => store.remove(KIND, id),
    pending: () => pending(runner),
    runNow: (matches) => runNow(runner, matches),
    start: () => {
      runner.started = true;
      for (const task of pending(runner)) enqueue(runner, task);
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

function queueOf(runner: Runner, kind: string): Queue {
  const queue = runner.queues.get(kind) ?? { waiting: [], running: 0 };
  runner.queues.set(kind, queue);
  return queue;
}

/** Puts a task where its due time belongs, behind those due at the same time. */
function enqueue(runner: Runner, task: Task): void {
  const { waiting } = queueOf(runner, task.kind);
  let [low, high] = [0, waiting.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waiting[middle]?.dueAtMs ?? 0) > task.dueAtMs) low = middle + 1;
    else high = middle;
  }
  waiting.splice(low, 0, task);
}

const hasRoom = (runner: Runner, kind: string, queue: Queue): boolean =>
  queue.running < (runner.handlers.get(kind)?.atOnce ?? Number.POSITIVE_INFINITY);

/** Sets the timer for the next task that may be started. */
function arm(runner: Runner): void {
  clearTimeout(runner.timer);
  if (!runner.started) return;
  let dueAtMs = Number.POSITIVE_INFINITY;
  for (const [kind, queue] of runner.queues) {
    const next = hasRoom(runner, kind, queue) ? queue.waiting.at(-1) : undefined;
    dueAtMs = Math.min(dueAtMs, next?.dueAtMs ?? dueAtMs);
  }
  if (dueAtMs === Number.POSITIVE_INFINITY) return;
  const waitMs = Math.min(Math.max(dueAtMs - runner.clock.nowMs(), 0), MAX_TIMER_MS);
  runner.timer = setTimeout(() => runDue(runner), waitMs);
}

function runDue(runner: Runner): void {
  const now = runner.clock.nowMs();
  for (const [kind, queue] of runner.queues) {
    while ((queue.waiting.at(-1)?.dueAtMs ?? now + 1) <= now && hasRoom(runner, kind, queue)) {
      const task = queue.waiting.pop();
      if (task !== undefined) void run(runner, task);
    }
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
  const queue = queueOf(runner, task.kind);
  queue.running += 1;
  const work = execute(runner, task).finally(() => {
    queue.running -= 1;
    runner.running.delete(task.id);
    arm(runner);
  });
  runner.running.set(task.id, work);
  return work;
}

async function execute(runner: Runner, task: Task): Promise<void> {
  const { store } = runner;
  try {
    // It may have run, or been forgotten, since it was put in the queue.
    if (store.get(KIND, task.id) === undefined) return;
    const { handler } = runner.handlers.get(task.kind) ?? {};
    const write = handler === undefined ? () => {} : await handler(task.body);
    await writeSoon(runner, task, write);
  } catch (error) {
    if (!runner.started) return;
    runner.onError(error);
    const again = { ...task, dueAtMs: runner.clock.nowMs() + BROKEN_TASK_RETRY_MS };
    store.put(KIND, '', task.id, again);
    enqueue(runner, again);
  }
}

/** Writes what a task came to, together with the other tasks that are through at the moment. */
function writeSoon(runner: Runner, task: Task, write: () => void): Promise<void> {
  return new Promise((done, failed) => {
    runner.finished.push({ task, write, done, failed });
    if (runner.finished.length === 1) setImmediate(() => writeFinished(runner));
  });
}

function writeFinished(runner: Runner): void {
  const batch = runner.finished.splice(0);
  try {
    runner.store.transaction(() => {
      for (const each of batch) writeOne(runner, each);
    });
    for (const { done } of batch) done();
  } catch {
    // One of them is broken: each for itself.
    for (const each of batch) {
      try {
        runner.store.transaction(() => writeOne(runner, each));
        each.done();
      } catch (error) {
        each.failed(error);
      }
    }
  }
}

function writeOne({ store, started }: Runner, { task, write }: Finished): void {
  // A task cut short by the stop is left for the next start.
  if (!started || store.get(KIND, task.id) === undefined) return;
  store.remove(KIND, task.id);
  write();
}
