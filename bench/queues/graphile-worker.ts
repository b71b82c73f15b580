// graphile-worker as its documentation of performance says: a local queue, and completions that are written together.
import { EventEmitter } from 'node:events';
import { Logger, run, type WorkerEvents } from 'graphile-worker';
import { createCounter, PAYLOAD, serveRounds } from './contract.ts';

const NAME = 'transaction';
/** Beside one for each job: those of its own that listen and look after the rest. */
const MORE_CONNECTIONS = 2;

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
        maxPoolSize: workers + MORE_CONNECTIONS,
        logger: new Logger(() => () => undefined),
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    noHandleSignals: true,
  });
  return { submit: () => runner.addJob(NAME, PAYLOAD), completed: counter.reached };
});
