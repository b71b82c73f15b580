import { CamelCasePlugin, DummyDriver, Kysely, PostgresDialect, sql, Transaction } from 'kysely';
import pg from 'pg';
import type { Config } from '../config.ts';
import { inSpan } from '../traces.ts';
import { END_NOW, setCompany, setPace, setPlansKept, sparing } from './connections.ts';
import type { DB } from './schema.generated.ts';

export { type RawBuilder, sql } from 'kysely';
export { planKept, planShared } from './connections.ts';
export type { DB } from './schema.generated.ts';

/** An open transaction. Every query of Relais runs in one: it carries the role, the company and the outcome. */
export type Tx = Transaction<DB>;

/** The roles that requests and jobs act as; the migrations make them. None owns a table or passes row-level security. */
export type DatabaseRole = 'relais_app' | 'relais_system' | 'relais_auth';

export interface Database {
  /** Rows of one company only: policies compare with the company set in the transaction. */
  app: Kysely<DB>;
  /** The few tables that must be read before a company is known; policies name each of them. */
  system: Kysely<DB>;
  /** The sign-in library's own tables. */
  auth: Kysely<DB>;
  /** The owner of the schema: migrations, job runner and LISTEN. Never used for a request. */
  ownerPool: pg.Pool;
  /** Every pool by the role of its connections, for the figures of their use. */
  pools: Record<string, pg.Pool>;
  close(): Promise<void>;
}

// A bigint column holds counters far below 2^53, and numeric must stay exact text.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Connections of a role that stay once they were needed, and how long the others do. */
const WARM_CONNECTIONS = 2;
const KEPT_WARM_MS = 60_000;

function rolePool(url: string, role: DatabaseRole, connectionsMax: number): pg.Pool {
  // The role is set when the connection starts, so RESET ROLE leads back to it. Statements here are short: to compile one, as
  // PostgreSQL does when it expects much work, takes longer than any of them.
  return new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    // A new connection has a process to be made, and every statement to be planned anew: a few callers would wait for that each
    // time that it had been quiet for a moment.
    min: WARM_CONNECTIONS,
    idleTimeoutMillis: KEPT_WARM_MS,
    options: `-c role=${role} -c jit=off`,
    application_name: role,
    pipeline: true,
  });
}

function kysely(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool: sparing(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}

/** Opens the pools. Connections are made when first needed. */
export function openDatabase(config: Pick<Config, 'DATABASE_POOL_MAX'>, url: string): Database {
  const ownerPool = new pg.Pool({ connectionString: url, max: 6, application_name: 'relais_owner' });
  const few = Math.max(2, Math.ceil(config.DATABASE_POOL_MAX / 3));
  const pools = [
    rolePool(url, 'relais_app', config.DATABASE_POOL_MAX),
    rolePool(url, 'relais_system', few),
    rolePool(url, 'relais_auth', few),
  ] as const;
  for (const pool of [ownerPool, ...pools]) surviveBrokenConnections(pool);
  const [app, system, auth] = pools.map(kysely) as [Kysely<DB>, Kysely<DB>, Kysely<DB>];
  return {
    app,
    system,
    auth,
    ownerPool,
    pools: { owner: ownerPool, app: pools[0], system: pools[1], auth: pools[2] },
    close: async () => {
      await Promise.all([app.destroy(), system.destroy(), auth.destroy()]);
      if (!ownerPool.ended) await ownerPool.end();
    },
  };
}

/** A connection that breaks is replaced by its pool; without these listeners it would end the process. */
export function surviveBrokenConnections(pool: pg.Pool): pg.Pool {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** How a transaction is run. */
export interface Pace {
  /** Its kept plans are made once, and not by what is asked for each time: it is read in the same way, whatever that is. */
  plansKept?: boolean;
  /** Every statement finds rows by keys: tables are not read whole, whatever the planner thinks of them. */
  byKeys?: boolean;
  /** It fails (55P03) when it would wait longer for what another transaction holds. */
  lockTimeoutMs?: number;
}

/** Runs `work` in a transaction that sees and writes the rows of one company only. */
export function inCompany<T>(
  db: Database,
  companyId: string,
  work: (tx: Tx) => Promise<T>,
  pace: Pace = {},
): Promise<T> {
  return run(db.app, work, async (tx) => {
    await setCompany(companyId).execute(tx);
    await keepPace(tx, pace);
  });
}

/** Runs `work` in a transaction of the system role, for the tables whose company is not known yet. */
export function inSystem<T>(db: Database, work: (tx: Tx) => Promise<T>, pace: Pace = {}): Promise<T> {
  return run(db.system, work, (tx) => keepPace(tx, pace));
}

async function keepPace(tx: Tx, { plansKept, byKeys, lockTimeoutMs }: Pace): Promise<void> {
  if (plansKept) await setPlansKept.execute(tx);
  if (byKeys) await setPace(lockTimeoutMs ?? 0).execute(tx);
}

/** What open transactions bring about once they have been committed. */
const sequels = new WeakMap<Tx, (() => void)[]>();

/**
 * Ends the transaction in the packet of the statements that were just asked for, instead of once they are answered: whoever waits
 * for the transaction waits for one answer less. When one of them fails, so does the transaction, as ever. Nothing may be asked
 * for after it, and what the program still does must not fail: it is committed by then.
 */
export async function endNow(tx: Tx): Promise<void> {
  await sql.raw(END_NOW).execute(tx);
}

/** Does something once the transaction is committed, and not at all when it is not: for what others are told of within a process. */
export function afterCommit(tx: Tx, act: () => void): void {
  sequels.get(tx)?.push(act);
}

async function run<T>(
  role: Kysely<DB>,
  work: (tx: Tx) => Promise<T>,
  prepare: (tx: Tx) => Promise<void>,
): Promise<T> {
  const acts: (() => void)[] = [];
  const result = await inSpan('database transaction', { 'db.system.name': 'postgresql' }, () =>
    role.transaction().execute(async (begun) => {
      await prepare(begun);
      return atOnce(begun, (tx) => {
        sequels.set(tx, acts);
        return work(tx);
      });
    }),
  );
  for (const act of acts) act();
  return result;
}

/**
 * Lets a transaction send statements before those before them are answered: whatever is asked for together (Promise.all) leaves
 * in one packet, and is carried out in that order. Kysely by itself would send each when the one before it is answered.
 */
function atOnce<T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const executor = tx.getExecutor();
  return executor.provideConnection((connection) => {
    const direct = executor.withConnectionProvider({ provideConnection: (consumer) => consumer(connection) });
    return work(new Transaction<DB>({ ...INERT, executor: direct }));
  });
}

/** Kysely asks for these as well; a transaction that was begun elsewhere has no use for them. */
const DIALECT = new PostgresDialect({ pool: () => Promise.reject(new Error('This begins no connections')) });
const INERT = { config: { dialect: DIALECT }, dialect: DIALECT, driver: new DummyDriver() };

/** Whether a statement waited too long for what another transaction holds (SQLSTATE 55P03). */
export function isLockTimeout(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === '55P03';
}

/** Whether an error is a unique violation, of one constraint if it is named (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const failure = error as { code?: string; constraint?: string };
  return failure?.code === '23505' && (constraint === undefined || failure.constraint === constraint);
}
