import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from './store.ts';
import { createTasks, type Tasks } from './tasks.ts';

let folder: string;
let store: Store;
let tasks: Tasks;
let nowMs: number;
let errors: unknown[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-tasks-'));
  store = openStore(folder);
  nowMs = 1_000;
  errors = [];
  tasks = createTasks(store, { nowMs: () => nowMs }, (error) => errors.push(error));
});

afterEach(async () => {
  await tasks.stop();
  store.close();
  await rm(folder, { recursive: true });
});

/** Plans numbered tasks, and resolves with the order in which they were written once there are as many. */
function collect(kind: string, delays: number[], atOnce?: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const written: unknown[] = [];
    const write = (body: unknown) => () => {
      written.push(body);
      if (written.length === delays.length) resolve(written);
    };
    tasks.handle(kind, async (body) => write(body), atOnce);
    for (const [index, delay] of delays.entries()) tasks.schedule(kind, delay, index);
    tasks.start();
  });
}

test('tasks that are due run in the order they are due, however many may run at once', async () => {
  for (const atOnce of [1, 2, undefined]) {
    const kind = `kind ${atOnce}`;
    const due = collect(kind, [-30, -10, -40, -20, -20], atOnce);
    expect(await due).toEqual([2, 0, 3, 4, 1]);
  }
});

test('a task that breaks while it writes is kept, and hurts no other', async () => {
  const written: unknown[] = [];
  tasks.handle('kind', (body) => () => {
    if (body === 'broken') throw new Error('broken');
    store.put('written', '', String(body), true);
    written.push(body);
  });
  tasks.start();
  for (const body of ['one', 'broken', 'two']) tasks.schedule('kind', 60_000, body);
  await tasks.runNow(() => true);
  expect(store.list('written')).toHaveLength(2);
  expect(errors).toHaveLength(1);
  expect(tasks.pending().map(({ body }) => body)).toEqual(['broken']);
});

test('a task rolled back with its transaction never runs; one of an earlier start does', async () => {
  tasks.schedule('kept', -1, 'kept');
  try {
    store.transaction(() => {
      tasks.schedule('kept', -1, 'rolled back');
      throw new Error('rolled back');
    });
  } catch {
    // As it should be.
  }
  const seen = await new Promise((resolve) => {
    tasks.handle('kept', (body) => () => resolve(body));
    tasks.start();
  });
  expect(seen).toBe('kept');
  expect(tasks.pending()).toEqual([]);
});
