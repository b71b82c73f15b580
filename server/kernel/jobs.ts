import { parseCronItems, type Runner, run, type TaskList, Logger as WorkerLogger } from 'graphile-worker';
import type { Kernel } from './ctx.ts';
import type { Database } from './db/index.ts';
import { sql, type Tx } from './db/index.ts';
import type { Logger } from './log.ts';
import type { RetentionRule } from './retention.ts';
import { inSpan } from './traces.ts';

/** What a job is given: ids only. It reads the rows again, acts, and writes guarded. */
export type JobPayload = Record<string, string>;

/** A job's work. It may run more than once and must be safe to repeat. */
export type JobHandler = (payload: JobPayload) => Promise<void>;

export interface JobDefinitions {
  handlers: Record<string, JobHandler>;
  /** Handlers that also run on a timer, without a payload: name -> period. */
  schedules: Record<string, { everySeconds: number }>;
  /** What is not kept for ever, and how it goes. */
  retention?: readonly RetentionRule[];
}

/**
 * Adds a job in the transaction that made its row, so that neither exists without the other.
 * @param options.key a job that waits under the same key is replaced instead of doubled.
 * @param options.delaySeconds earliest start from now.
 */
export async function enqueue(
  tx: Tx,
  name: string,
  payload: JobPayload,
  options: { key?: string; delaySeconds?: number; attemptsMax?: number } = {},
): Promise<void> {
  await sql`select enqueue_job(${name}, ${JSON.stringify(payload)}::json, ${options.key ?? null}::text,
    ${options.delaySeconds ?? 0}::double precision, ${options.attemptsMax ?? 25}::int)`.execute(tx);
}

export interface JobRunner {
  /** Lets running jobs finish, then stops. */
  stop(): Promise<void>;
}

/** Starts taking jobs. A failed job is tried again with exponential back-off; its error is logged. */
export async function startJobs(
  { db, log, metrics }: Pick<Kernel, 'db' | 'log' | 'metrics'>,
  definitions: JobDefinitions,
  concurrency: number,
): Promise<JobRunner> {
  const taskList: TaskList = {};
  for (const [name, handler] of Object.entries(definitions.handlers)) {
    taskList[name] = async (payload, helpers) => {
      const end = metrics.jobSeconds.startTimer({ task: name });
      try {
        await inSpan(`job ${name}`, { 'relais.attempt': helpers.job.attempts }, () =>
          handler(payload as JobPayload),
        );
        end({ outcome: 'ok' });
      } catch (error) {
        end({ outcome: 'failed' });
        log.warn(
          { err: error, job: name, payload, attempt: helpers.job.attempts },
          'A job failed; it will be tried again',
        );
        throw error;
      }
    };
  }
  const runner: Runner = await run({
    pgPool: db.ownerPool,
    taskList,
    concurrency,
    noHandleSignals: true,
    pollInterval: 2000,
    parsedCronItems: parseCronItems([]),
    logger: quietLogger(log),
  });
  const timers = startTimers(definitions, log);
  return {
    stop: async () => {
      await timers.stop();
      await runner.stop();
    },
  };
}

/** Runs scheduled handlers in this process; they take no input and are safe to run in several processes at once. */
function startTimers(definitions: JobDefinitions, log: Logger): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const timers = Object.entries(definitions.schedules).map(([name, { everySeconds }]) => {
    let busy = false;
    return setInterval(() => {
      const handler = definitions.handlers[name];
      if (busy || !handler) return;
      busy = true;
      const work = handler({})
        .catch((error) => log.warn({ err: error, job: name }, 'A scheduled job failed; it will run again'))
        .finally(() => {
          busy = false;
          running.delete(work);
        });
      running.add(work);
    }, everySeconds * 1000);
  });
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running);
    },
  };
}

/** The runner is talkative: what it calls info is our debug. */
function quietLogger(log: Logger): WorkerLogger {
  const levels: Record<string, 'error' | 'warn' | 'debug' | 'trace'> = {
    error: 'error',
    warning: 'warn',
    info: 'debug',
  };
  return new WorkerLogger((scope) => (level, message) => log[levels[level] ?? 'trace']({ scope }, message));
}

/** How jobs stand, by task: due and not done, given up, and since when the first of those has waited. */
export async function jobFigures(
  db: Database,
): Promise<{ task: string; waiting: number; failed: number; oldestAt: Date | null }[]> {
  const { rows } = await db.ownerPool.query<{
    task: string;
    waiting: number;
    failed: number;
    oldestAt: Date | null;
  }>(`
    select identifier as task, count(*) filter (where attempts < max_attempts and run_at <= now())::int as waiting,
      count(*) filter (where attempts >= max_attempts)::int as failed,
      min(run_at) filter (where attempts < max_attempts and run_at <= now() and locked_at is null) as "oldestAt"
    from graphile_worker._private_tasks task join graphile_worker._private_jobs job on job.task_id = task.id
    group by identifier`);
  return rows;
}
