// BullMQ over a Redis that syncs each write to disk: one worker with as many jobs at once, finished ones removed at once.
import { Queue, Worker } from 'bullmq';
import { createCounter, PAYLOAD, serveRounds } from './contract.ts';

const NAME = 'transactions';

serveRounds(async ({ url, workers }) => {
  const connection = { host: '127.0.0.1', port: Number(new URL(url).port), maxRetriesPerRequest: null };
  const counter = createCounter();
  const queue = new Queue(NAME, {
    connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  const worker = new Worker(NAME, async () => undefined, { connection, concurrency: workers });
  worker.on('completed', () => counter.add(1));
  queue.on('error', (error) => console.error(error));
  worker.on('error', (error) => console.error(error));
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return { submit: () => queue.add('transaction', PAYLOAD), completed: counter.reached };
});
