// graphile-worker as its documentation of performance says: a local queue, and completions that are written together.
import { run, type WorkerEvents } from 'graphile-worker';
import { EventEmitter } from 'node:events';
import { createCounter, PAYLOAD, serveRounds } from './contract.ts';

const NAME = 'transaction';
const CONNECTIONS = 24;

serveRounds(async ({ url, workers }) => {
  const counter = createCounter();
  const events = new EventEmitter() as WorkerEvents;
  // After the completion is in the database.
  events.on('job:complete', () => counter.add(1));
  const runner = await run({
    taskList: { [NAME]: async () => undefined },
    events,
    preset: {
      worker: {
        connectionString: url,
        concurrentJobs: workers,
        maxPoolSize: CONNECTIONS,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    noHandleSignals: true,
  });
  return { submit: () => runner.addJob(NAME, PAYLOAD), completed: counter.reached };
});
