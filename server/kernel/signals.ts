import pg from 'pg';
import type { Logger } from './log.ts';

const RECONNECT_MS = 1000;

/** A way in which processes wake each other: nothing is stored, and whoever is away hears nothing. */
export interface Signals {
  stop(): Promise<void>;
}

/**
 * Listens to a channel of the database (NOTIFY). Signals arrive when the transaction that sent them has committed, and at once:
 * live events, which lose nothing, wait until every older transaction has ended.
 * @param onSignal is given the payload; null: signals may have been missed, so everything may have changed.
 */
export async function listenToSignals(
  databaseUrl: string,
  channel: string,
  log: Logger,
  onSignal: (payload: string | null) => void,
): Promise<Signals> {
  let client: pg.Client | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    if (stopped) return;
    const next = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'relais_signals',
      keepAlive: true,
    });
    next.on('notification', ({ payload }) => onSignal(payload ?? ''));
    next.on('error', () => undefined);
    next.on('end', () => {
      if (!stopped) timer = setTimeout(() => void connect(), RECONNECT_MS).unref();
    });
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
      client = next;
      onSignal(null);
    } catch (error) {
      log.warn({ err: error, channel }, 'Signals between processes are interrupted; connecting again');
      await next.end().catch(() => undefined);
    }
  }

  await connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
