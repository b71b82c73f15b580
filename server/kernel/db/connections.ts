import { type PostgresPool, type PostgresPoolClient, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import { isId } from '../ids.ts';

const MARK = '/* plan kept */';

/**
 * Stands first in a statement that a connection plans a few times for each company and then only runs: for pages that are asked
 * for all the time, planning takes longer than reading. It is for statements that are read in the same way whatever their
 * parameters say. Such a statement names its columns: under one that says `*`, a kept plan fails once a migration has added a
 * column.
 */
export const planKept = sql.raw(MARK);

const SHARED_MARK = '/* plan shared */';

/**
 * The same, with one plan for all companies: for statements that find or write rows by their keys, for which no other plan would
 * suit any company. So they cost the same however many companies there are.
 */
export const planShared = sql.raw(SHARED_MARK);

/** Of so many companies a connection keeps plans, the first that it serves; of others each statement is planned when it comes. */
const COMPANIES_MAX = 8;
/** Statements are few: those written down with the mark, with each way to filter them. */
const STATEMENTS_MAX = 100;

/** Ends the transaction behind what was just sent, without waiting for its answers. */
export const END_NOW = 'commit behind what was sent';

const SET_COMPANY = "select set_config('relais.company_id', ";
const SET_PACE = 'set local ';

/**
 * For transactions whose every statement finds rows by keys, and which others wait for. What the planner has not seen yet it
 * takes for small, and reads whole; and such a plan would be kept. And nobody waits long for what somebody else holds.
 */
export function setPace(lockTimeoutMs: number): RawBuilder<unknown> {
  const settings = [
    ...['enable_seqscan = off', 'enable_hashjoin = off', 'enable_mergejoin = off'],
    // There is one way to find rows by their keys: a kept plan is never weighed against a new one.
    'plan_cache_mode = force_generic_plan',
  ];
  const limits = lockTimeoutMs > 0 ? [`lock_timeout = ${Math.round(lockTimeoutMs)}`] : [];
  return sql.raw([...settings, ...limits].map((setting) => `${SET_PACE}${setting}`).join('; '));
}

/**
 * For transactions whose statements all read in one way. By itself PostgreSQL goes on planning a kept statement each time if it
 * guesses that a plan for what is asked for now reads less; the guess is about rows, and planning is most of what is left. And a plan
 * that was made while a table was small must not read it whole when it has grown.
 */
export const setPlansKept = sql.raw(
  `${SET_PACE}plan_cache_mode = force_generic_plan; ${SET_PACE}enable_seqscan = off`,
);

/** Names the company of a transaction that has just begun. @param companyId is written into the statement, so it must be an id. */
export function setCompany(companyId: string): RawBuilder<unknown> {
  if (!isId(companyId)) throw new Error('A company is named by its id');
  return sql`${sql.raw(SET_COMPANY)}${sql.lit(companyId)}, true)`;
}

/**
 * A pool as Kysely's driver wants it, whose connections keep plans and begin transactions without a round trip.
 * @param pool of connections that send a statement before the one before it is answered (`pipeline`).
 */
export function sparing(pool: pg.Pool): PostgresPool {
  // The driver knows a connection again by its object.
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      const spared = known.get(client) ?? sparingClient(client);
      known.set(client, spared);
      return spared;
    },
    end: () => pool.end(),
  };
}

/**
 * To send is most of what a short query costs here. So the beginning of a transaction, its settings and the name of its company
 * wait for the first statement and go out in front of it. Should they fail, their failure is the statement's.
 */
function sparingClient(client: pg.PoolClient): PostgresPoolClient {
  let opening: string | null = null;
  let ending: Promise<pg.QueryResult> | null = null;
  let company = '';
  const nameOf = namesOfPlans();
  const gather = packing(client);
  const send = (text: string, values: readonly unknown[]) => {
    gather();
    return ask(client, nameOf(company, text), text, values);
  };
  const run = async (text: string, values: readonly unknown[]) => {
    if (text === 'begin') {
      opening = text;
      company = '';
      return NOTHING;
    }
    if (text === END_NOW) {
      if (opening !== null) return NOTHING;
      gather();
      ending = client.query('commit');
      ending.catch(() => undefined);
      return NOTHING;
    }
    if (ending !== null) {
      const ended = ending;
      if (isEnd(text)) ending = null;
      return endedAs(text, await ended);
    }
    if (opening === null) return send(text, values);
    if (text.startsWith(SET_COMPANY) || text.startsWith(SET_PACE)) {
      opening += `; ${text}`;
      if (text.startsWith(SET_COMPANY)) company = text;
      return NOTHING;
    }
    const first = opening;
    opening = null;
    if (isEnd(text)) return NOTHING;
    gather();
    const begun = client.query(first);
    const [, answer] = await Promise.all([begun, send(text, values)]);
    return answer;
  };
  return { query: run as unknown as PostgresPoolClient['query'], release: () => client.release() };
}

/** Sends a statement as the client's own `query` does, which first copies what it is given property by property. */
function ask(
  client: pg.PoolClient,
  name: string | undefined,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, [...values]);
    const callback = (error: Error | null, answer: pg.QueryResult) =>
      error ? reject(error) : resolve(answer);
    client.query(Object.assign(query, { name, callback }));
  });
}

const isEnd = (text: string) => text === 'commit' || text === 'rollback';

/** How a transaction ended that was ended before its statements were answered: not at all well, when one of them failed. */
function endedAs(text: string, { command }: pg.QueryResult) {
  if (!isEnd(text)) throw new Error('The transaction has been ended already');
  if (text === 'commit' && command !== 'COMMIT') throw new Error('The transaction was undone');
  return NOTHING;
}

const NOTHING = { command: 'BEGIN', rowCount: 0, rows: [] };

/** The client's connection, as far as it is used here: it is sent one message of the protocol at a time. */
interface Wire {
  _send(message: Buffer): boolean;
}

/**
 * Whatever is sent before the program waits for something leaves in one packet, and as one piece: to send is dearer than to answer,
 * and each statement is four messages. @returns what begins a packet, unless one has begun.
 */
function packing(client: pg.PoolClient): () => void {
  const wire = (client as unknown as { connection: Wire }).connection;
  const send = wire._send.bind(wire);
  let packet: Buffer[] | null = null;
  wire._send = (message) => (packet ? packet.push(message) > 0 : send(message));
  const leave = () => {
    const messages = packet!;
    packet = null;
    send(Buffer.concat(messages));
  };
  return () => {
    if (packet) return;
    packet = [];
    process.nextTick(leave);
  };
}

/**
 * Names for the kept plans of one connection. A plan is made for the company of its transaction, since what suits
 * one with ten rows, to read them all, does not suit one with a million.
 */
function namesOfPlans(): (company: string, text: string) => string | undefined {
  const byCompany = new Map<string, Map<string, string>>();
  const shared = new Map<string, string>();
  let count = 0;
  return (company, text) => {
    const isShared = text.startsWith(SHARED_MARK, text.search(/\S/));
    if (!isShared && !text.startsWith(MARK, text.search(/\S/))) return undefined;
    let names = isShared ? shared : byCompany.get(company);
    if (!names) {
      if (byCompany.size === COMPANIES_MAX) return undefined;
      names = new Map();
      byCompany.set(company, names);
    }
    const known = names.get(text);
    if (known !== undefined || names.size === STATEMENTS_MAX) return known;
    count += 1;
    const name = `kept_${count}`;
    names.set(text, name);
    return name;
  };
}
