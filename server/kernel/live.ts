import pg from 'pg';
import { type Database, inSystem, planShared, sql, type Tx } from './db/index.ts';
import type { Logger } from './log.ts';

/** A piece of news for the consoles of one company: what changed, never the row itself, so it cannot leak fields. */
export interface LiveEvent {
  /** Opaque, ordered; a client resumes after the last one it saw. */
  cursor: string;
  companyId: string;
  topic: string;
  entityId: string;
}

export interface Live {
  /** Calls `listener` for each new event of a company. @returns a function that ends it. */
  subscribe(companyId: string, listener: (event: LiveEvent) => void): () => void;
  /** Events of a company after a cursor, oldest first; null when the cursor is older than what is kept. */
  since(companyId: string, cursor: string, limit: number): Promise<LiveEvent[] | null>;
  /** The newest cursor: what a client that has just loaded everything resumes from. */
  head(): Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CHANNEL = 'relais_live';
const RECONNECT_MS = 1000;
const RECHECK_MS = 50;
/** While news comes all the time it is read this often: a piece alone is read at once. */
const PAUSE_MS = 20;

/** Announces a change in the transaction that makes it: rolled back, nobody hears of it. */
export async function publish(tx: Tx, companyId: string, topic: string, entityId: string): Promise<void> {
  await sql`select publish_live(${companyId}::uuid, ${topic}, ${entityId})`.execute(tx);
}

/** The same of many things, in one statement. */
export async function publishAll(
  tx: Tx,
  companyId: string,
  topic: string,
  entityIds: readonly string[],
): Promise<void> {
  if (entityIds.length === 0) return;
  await sql`${planShared} select publish_live_all(${companyId}::uuid, ${topic}, ${entityIds}::text[])`.execute(
    tx,
  );
}

/**
 * Follows the table live_events, woken by NOTIFY, and hands new rows to this process's listeners.
 *
 * Rows become visible out of order: a transaction that started earlier may commit later. A cursor is therefore the pair
 * (transaction id, row id), and only rows of transactions older than every running one are read: no later commit can
 * slip in behind a cursor.
 */
export function createLive(db: Database, databaseUrl: string, log: Logger): Live {
  const listeners = new Map<string, Set<(event: LiveEvent) => void>>();
  let client: pg.Client | null = null;
  let cursor = '0.0';
  let stopped = false;
  let reading: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let pause: NodeJS.Timeout | undefined;

  async function readNew(): Promise<void> {
    for (let isMore = true; isMore && !stopped; ) {
      again = false;
      const { events, waiting } = await inSystem(db, (tx) => eventsAfter(tx, cursor, 1000));
      for (const event of events) {
        cursor = event.cursor;
        for (const listener of listeners.get(event.companyId) ?? []) listener(event);
      }
      if (waiting) timer = setTimeout(wake, RECHECK_MS);
      isMore = events.length === 1000;
    }
  }

  function wake(): void {
    if (stopped) return;
    if (reading || pause) {
      again = true;
      return;
    }
    reading = readNew()
      .catch((error) => log.warn({ err: error }, 'Live events could not be read; trying again'))
      .finally(() => {
        reading = null;
        if (!stopped) pause = setTimeout(endPause, PAUSE_MS);
      });
  }

  function endPause(): void {
    pause = undefined;
    if (again) wake();
  }

  async function connect(): Promise<void> {
    if (stopped) return;
    const next = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'relais_live',
      keepAlive: true,
    });
    next.on('notification', wake);
    next.on('error', () => undefined);
    next.on('end', () => {
      if (!stopped) setTimeout(() => connect().catch(() => undefined), RECONNECT_MS).unref();
    });
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      client = next;
      wake();
    } catch (error) {
      log.warn({ err: error }, 'Live events are interrupted; connecting again');
      await next.end().catch(() => undefined);
    }
  }

  return {
    subscribe(companyId, listener) {
      const mine = listeners.get(companyId) ?? new Set();
      listeners.set(companyId, mine.add(listener));
      return () => {
        mine.delete(listener);
        if (mine.size === 0) listeners.delete(companyId);
      };
    },
    since: (companyId, after, limit) => inSystem(db, (tx) => companyEventsAfter(tx, companyId, after, limit)),
    head: () => inSystem(db, headCursor),
    async start() {
      cursor = await inSystem(db, headCursor);
      await connect();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(pause);
      await reading;
      await client?.end().catch(() => undefined);
    },
  };
}

/** Whether a text can be a cursor at all. */
export function isLiveCursor(text: string): boolean {
  return /^\d{1,20}\.\d{1,18}$/.test(text);
}

/** Whether one cursor is later than another. */
export function isAfter(left: string, right: string): boolean {
  const [leftTx = 0n, leftId = 0n] = left.split('.').map(BigInt);
  const [rightTx = 0n, rightId = 0n] = right.split('.').map(BigInt);
  return leftTx === rightTx ? leftId > rightId : leftTx > rightTx;
}

interface EventRow {
  tx: string;
  id: number;
  companyId: string;
  topic: string;
  entityId: string;
}

function toEvent(row: EventRow): LiveEvent {
  return {
    cursor: `${row.tx}.${row.id}`,
    companyId: row.companyId,
    topic: row.topic,
    entityId: row.entityId,
  };
}

const settled = sql`tx < pg_snapshot_xmin(pg_current_snapshot())`;

async function eventsAfter(
  tx: Tx,
  cursor: string,
  limit: number,
): Promise<{ events: LiveEvent[]; waiting: boolean }> {
  const [afterTx, afterId] = cursor.split('.');
  // In this order: what is no longer unsettled when the first is asked is settled when the second is. The other way around, news that
  // settles between the two would be seen by neither, and nobody would look again.
  const [pending, { rows }] = await Promise.all([
    sql`${planShared} select 1 from live_events where not (${settled}) limit 1`.execute(tx),
    sql<EventRow>`
      ${planShared} select tx::text, id, company_id, topic, entity_id from live_events
      where (tx, id) > (${afterTx}::xid8, ${afterId}::bigint) and ${settled}
      order by tx, id limit ${limit}`.execute(tx),
  ]);
  return { events: rows.map(toEvent), waiting: pending.rows.length > 0 };
}

async function companyEventsAfter(
  tx: Tx,
  companyId: string,
  cursor: string,
  limit: number,
): Promise<LiveEvent[] | null> {
  const [afterTx, afterId] = cursor.split('.');
  // One that lies ahead was given out by another database server, before a restore: what happened since is not known either.
  const kept = await sql<{ tooOld: boolean }>`
    select coalesce((${afterTx}::xid8, ${afterId}::bigint) < (tx, id), false)
      or ${afterTx}::xid8 > pg_snapshot_xmax(pg_current_snapshot()) as too_old
    from live_horizon`.execute(tx);
  if (kept.rows[0]?.tooOld) return null;
  const { rows } = await sql<EventRow>`
    select tx::text, id, company_id, topic, entity_id from live_events
    where company_id = ${companyId}::uuid and (tx, id) > (${afterTx}::xid8, ${afterId}::bigint) and ${settled}
    order by tx, id limit ${limit}`.execute(tx);
  return rows.map(toEvent);
}

async function headCursor(tx: Tx): Promise<string> {
  const { rows } = await sql<{ cursor: string }>`
    select coalesce((select tx::text || '.' || id from live_events where ${settled} order by tx desc, id desc limit 1),
      pg_snapshot_xmin(pg_current_snapshot())::text || '.0') as cursor`.execute(tx);
  return rows[0]!.cursor;
}

/** Forgets events older than a day; a client that was away longer loads its pages again. */
export async function pruneLive(db: Database): Promise<void> {
  await inSystem(db, (tx) => sql`select prune_live(interval '24 hours')`.execute(tx));
}
