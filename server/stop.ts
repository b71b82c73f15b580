import type { Config } from './kernel/config.ts';
import type { Logger } from './kernel/log.ts';

/** How a process ends in order. */
export interface Stopper {
  /** What must be closed; the last one opened is closed first. */
  add(close: () => Promise<void>): void;
  stop(reason: string): Promise<void>;
  closeAll(): Promise<void>;
  /** A signal has come: what fails from now on fails because it is being stopped. */
  isStopping(): boolean;
}

/** Drains once on the first signal; a second one, or a drain that takes too long, ends the process. */
export function createStopper(config: Config, log: Logger): Stopper {
  const closers: (() => Promise<void>)[] = [];
  let stopping = false;
  async function closeAll(): Promise<void> {
    for (let close = closers.shift(); close; close = closers.shift()) await close();
  }
  async function stop(reason: string): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`Stopping (${reason}): open requests and jobs are finished first`);
    setTimeout(() => process.exit(1), config.SHUTDOWN_TIMEOUT_MS).unref();
    await closeAll();
    process.exit(0);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
  // The launcher went away without a signal: nobody would stop us any more.
  process.on('disconnect', () => void stop('the launcher ended'));
  return {
    add: (close) => void closers.unshift(close),
    stop,
    closeAll,
    isStopping: () => stopping,
  };
}
