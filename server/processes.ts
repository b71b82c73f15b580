import cluster, { type Worker } from 'node:cluster';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry } from 'prom-client';
import { FixedSettings, type SandboxAccess, type Surroundings } from './demo.ts';
import { type Config, ConfigError, settingsOf } from './kernel/config.ts';
import { lockFolder } from './kernel/folder-lock.ts';
import type { Logger } from './kernel/log.ts';

/**
 * Several processes behind one port. This one holds the port, and what they share (the embedded database, the sandbox); it knows no
 * module and hardly ever changes. It hands connections out in turn, starts a new process for one that died, and on SIGUSR2 renews
 * them one after the other: the next goes only when its successor answers, so that nobody is turned away.
 */
export interface Processes {
  stop(): Promise<void>;
}

/** What the processes and this one tell each other. */
export type Notice =
  | { relais: 'ready' }
  | { relais: 'drain' }
  /** One asks for the figures of all; each is asked, and told who wants to know and how many are asked. */
  | { relais: 'ask'; id: number }
  | { relais: 'asked'; id: number; asker: number; of: number }
  | { relais: 'figures'; id: number; asker: number; of: number; figures: object[] }
  /** What one left that takes no more connections: until it is heard, one may be under way to it, which would be cut off. */
  | { relais: 'left'; figures: object[] }
  | { relais: 'heard' };

/** How it stands, for `npx relais reload`. */
export interface ProcessesState {
  pid: number;
  workers: number[];
  /** How many times all were renewed, and why the last time did not come to its end. */
  reloads: number;
  failure: ReloadFailure | null;
}

/** fixed: settings were changed that a running server cannot take. settings: they are not usable. start: a process did not start. */
export interface ReloadFailure {
  kind: 'fixed' | 'settings' | 'start';
  why: string;
}

/** The folder whose lock names the process that holds the port, and the file beside it with its state. */
export const processesFolder = (config: Pick<Config, 'DATA_DIR'>) => path.join(config.DATA_DIR, 'processes');
export const stateFile = (config: Pick<Config, 'DATA_DIR'>) =>
  path.join(processesFolder(config), 'state.json');

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** One that dies sooner than this after its start has a fault that a new one will have too: others wait longer and longer. */
const SOON_MS = 5000;
const PAUSE_MAX_MS = 30_000;

/** Starts them and waits until the first one answers. @throws when it cannot start. */
export async function startProcesses(surroundings: Surroundings, log: Logger): Promise<Processes> {
  const { config, sandbox } = surroundings;
  const lock = lockFolder(processesFolder(config), 'server');
  if (!lock.taken) throw new Error(`Relais already runs with ${processesFolder(config)}`);
  const crew = gather(config, sandbox, log);
  const renewals = renewing(surroundings, crew, log);
  cluster.setupPrimary({ exec: WORKER, args: [] });
  cluster.on('message', (worker, message: Notice) => crew.hear(worker, message));
  const renew = () => void renewals.renew();
  process.on('SIGUSR2', renew);
  try {
    await crew.start(true);
    await Promise.all(Array.from({ length: config.RELAIS_PROCESSES - 1 }, () => crew.start(false)));
  } catch (error) {
    await crew.stop();
    lock.release();
    throw error;
  }
  renewals.tell();
  return {
    async stop() {
      process.off('SIGUSR2', renew);
      await crew.stop();
      lock.release();
    },
  };
}

/** The processes that are at work. */
interface Crew {
  /** Starts one more. @returns it, once it answers. @throws when it dies before. */
  start(isFirst: boolean): Promise<Worker>;
  /** Says with which settings the next ones start: a reload's, and those of one that takes a dead one's place. */
  settle(config: Config): void;
  /** Has one finish what it has begun, and end. */
  retire(worker: Worker): Promise<void>;
  serving(): Worker[];
  hear(worker: Worker, message: Notice): void;
  onChange(listener: () => void): void;
  stop(): Promise<void>;
}

function gather(given: Config, sandbox: SandboxAccess | null, log: Logger): Crew {
  let config = given;
  const serving = new Set<Worker>();
  const retiring = new Set<Worker>();
  let stopping = false;
  let pauseMs = 0;
  let changed = () => {};

  function start(isFirst: boolean): Promise<Worker> {
    const worker = cluster.fork({
      ...settingsOf(config),
      RELAIS_FIRST: isFirst ? '1' : '',
      RELAIS_SANDBOX: sandbox ? JSON.stringify(sandbox) : '',
    });
    const startedMs = performance.now();
    return new Promise((resolve, reject) => {
      worker.on('message', (message: Notice) => {
        if (message.relais !== 'ready') return;
        serving.add(worker);
        changed();
        resolve(worker);
      });
      worker.once('exit', (code, signal) => {
        const served = serving.delete(worker);
        const expected = retiring.delete(worker) || stopping;
        changed();
        if (!served && !expected) reject(new Error(`A server process did not start (${signal ?? code})`));
        if (!served || expected) return;
        log.error(
          { pid: worker.process.pid, code, signal },
          'A server process died; another takes its place',
        );
        replace(performance.now() - startedMs);
      });
    });
  }

  function replace(livedMs: number): void {
    pauseMs = livedMs < SOON_MS ? Math.min(PAUSE_MAX_MS, Math.max(500, pauseMs * 2)) : 0;
    setTimeout(() => {
      if (stopping) return;
      start(false).catch((error) => {
        log.error({ err: error }, 'A server process could not be replaced; trying again');
        replace(0);
      });
    }, pauseMs).unref();
  }

  function retire(worker: Worker): Promise<void> {
    retiring.add(worker);
    serving.delete(worker);
    return ending(worker, config.SHUTDOWN_TIMEOUT_MS, () => notify(worker, { relais: 'drain' }));
  }

  return {
    start,
    settle: (next) => {
      config = next;
    },
    retire,
    serving: () => [...serving],
    hear: routeFigures(() => [...serving]),
    onChange: (listener) => {
      changed = listener;
    },
    async stop() {
      stopping = true;
      await Promise.all(
        Object.values(cluster.workers ?? {}).map((worker) =>
          ending(worker!, config.SHUTDOWN_TIMEOUT_MS, () => worker!.process.kill('SIGTERM')),
        ),
      );
    },
  };
}

/** One that died a moment ago hears nothing, and that is seen to elsewhere: without a callback, it would end this one. */
const notify = (worker: Worker, notice: Notice) => void worker.send(notice, () => undefined);

/** Asks a process to end; one that has not after its time is ended. */
function ending(worker: Worker, timeoutMs: number, ask: () => void): Promise<void> {
  if (worker.isDead()) return Promise.resolve();
  return new Promise((resolve) => {
    // It gives up by itself after the same time; this is for one that hangs.
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), timeoutMs + 5000);
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    ask();
  });
}

/**
 * Whichever process is asked for figures answers with those of all: it asks here, and gets what each has. What processes counted that
 * are no longer there goes on being told, so that a count never goes back: Prometheus would take that for a new beginning.
 */
function routeFigures(serving: () => Worker[]): (worker: Worker, message: Notice) => void {
  const last = new Map<number, object[]>();
  let past: object[] = [];
  function bury(): void {
    for (const [id, figures] of last) {
      if (cluster.workers?.[id]) continue;
      last.delete(id);
      past = AggregatorRegistry.aggregate([past, figures]).getMetricsAsArray();
    }
  }
  return (worker, message) => {
    if (message.relais === 'ask') {
      bury();
      const all = serving();
      const gone = [...last.keys()].filter((id) => !all.some((each) => each.id === id));
      const { id } = message;
      const told = { relais: 'figures', id, asker: worker.id, of: all.length + gone.length + 1 } as const;
      for (const each of all) notify(each, { ...told, relais: 'asked' });
      for (const figures of [past, ...gone.map((of) => last.get(of)!)]) notify(worker, { ...told, figures });
    } else if (message.relais === 'figures') {
      last.set(worker.id, countsOf(message.figures));
      const asker = cluster.workers?.[message.asker];
      if (asker) notify(asker, message);
    } else if (message.relais === 'left') {
      last.set(worker.id, countsOf(message.figures));
      notify(worker, { relais: 'heard' });
    }
  };
}

/** What only grows. How many connections a process had is over with it; how many requests it answered is not. */
const countsOf = (figures: object[]) =>
  figures.filter((each) => 'type' in each && (each.type === 'counter' || each.type === 'histogram'));

function failureOf(error: Error): ReloadFailure {
  if (error instanceof FixedSettings) return { kind: 'fixed', why: error.names.join(', ') };
  return { kind: error instanceof ConfigError ? 'settings' : 'start', why: error.message };
}

function renewing(
  { config, reread }: Surroundings,
  crew: Crew,
  log: Logger,
): { renew(): Promise<void>; tell(): void } {
  let inForce = config;
  let reloads = 0;
  let failure: ReloadFailure | null = null;
  let running: Promise<void> | null = null;

  function tell(): void {
    const state: ProcessesState = {
      pid: process.pid,
      workers: crew.serving().map((worker) => worker.process.pid!),
      reloads,
      failure,
    };
    const file = stateFile(config);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  }

  async function renewAll(): Promise<void> {
    log.info('Renewing the server processes, one after the other');
    failure = null;
    try {
      const wanted = reread();
      crew.settle(wanted);
      for (const old of crew.serving()) {
        await crew.start(false);
        inForce = wanted;
        await crew.retire(old);
      }
      log.info('The server processes are renewed');
    } catch (error) {
      failure = failureOf(error as Error);
      // Whoever takes the place of one that dies starts with what is known to work.
      crew.settle(inForce);
      log.error({ err: error }, 'The server processes were not renewed; those that ran go on');
    }
    reloads += 1;
    tell();
  }

  crew.onChange(tell);
  return {
    tell,
    renew: () => {
      running ??= renewAll().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
