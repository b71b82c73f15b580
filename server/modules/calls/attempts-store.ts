import { sql, type Tx } from '../../kernel/db/index.ts';

export interface AttemptRow {
  id: string;
  companyId: string;
  authorKind: string;
  authorId: string | null;
  authorName: string | null;
  fromNumber: string;
  toNumber: string;
  /** allowed, or the code of the error that the attempt was refused with. */
  verdict: string;
  callId: string | null;
  address: string | null;
  createdAt: Date;
}

/** Writes an attempt to call down, also one that was refused. */
export async function addAttempt(tx: Tx, attempt: AttemptRow): Promise<void> {
  const { id, companyId, authorKind, authorId, authorName, fromNumber, toNumber, verdict } = attempt;
  await sql`
    insert into call_attempts (id, company_id, author_kind, author_id, author_name, from_number, to_number, verdict, call_id, address,
      created_at)
    values (${id}, ${companyId}, ${authorKind}, ${authorId}, ${authorName}, ${fromNumber.slice(0, 100)}, ${toNumber.slice(0, 100)},
      ${verdict}, ${attempt.callId}, ${attempt.address}, ${attempt.createdAt})`.execute(tx);
}

/** Newest first, before an id. */
export async function listAttempts(tx: Tx, beforeId: string | null, limit: number): Promise<AttemptRow[]> {
  const { rows } = await sql<AttemptRow>`
    select * from call_attempts where company_id = current_company() ${beforeId ? sql`and id < ${beforeId}::uuid` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Keeps other attempts of the company waiting until this transaction ends, so that two do not both take the last place. */
export async function holdGuard(tx: Tx, companyId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`calls ${companyId}`}, 0))`.execute(tx);
}

export interface GuardCounts {
  live: number;
  userLastMinute: number;
  userToday: number;
  numberToday: number;
  spentToday: Record<string, number>;
}

/** What the guard counts, in one statement. */
export async function countForGuard(
  tx: Tx,
  of: { authorId: string; fromNumber: string; minuteAgo: Date; midnight: Date },
): Promise<GuardCounts> {
  const { rows } = await sql<GuardCounts>`
    select
      (select count(*) from calls where company_id = current_company() and ended_at is null) as live,
      (select count(*) from call_attempts where company_id = current_company() and created_at > ${of.minuteAgo} and author_id = ${of.authorId})
        as user_last_minute,
      (select count(*) from call_attempts where company_id = current_company() and verdict = 'allowed' and created_at >= ${of.midnight}
        and author_id = ${of.authorId}) as user_today,
      (select count(*) from call_attempts where company_id = current_company() and verdict = 'allowed' and created_at >= ${of.midnight}
        and from_number = ${of.fromNumber}) as number_today,
      ${spent(of.midnight)} as spent_today`.execute(tx);
  return rows[0]!;
}

const spent = (since: Date) => sql`
  (select coalesce(jsonb_object_agg(price_currency, amount), '{}') from (
    select price_currency, sum(price_amount) as amount from calls
    where company_id = current_company() and created_at >= ${since} and price_amount is not null group by price_currency
  ) as spent)`;

/** What calls have cost since a moment, by currency. */
export async function spentSince(tx: Tx, since: Date): Promise<Record<string, number>> {
  const { rows } = await sql<{ amounts: Record<string, number> }>`select ${spent(since)} as amounts`.execute(
    tx,
  );
  return rows[0]!.amounts;
}

/** Drops what a company tried long ago, some at a time. For the system role. @returns how many. */
export async function pruneAttempts(tx: Tx, companyId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from call_attempts where id in (
      select id from call_attempts where company_id = ${companyId} and created_at < ${before} limit ${limit}) returning 1`.execute(
    tx,
  );
  return rows.length;
}

/** What the company tried before a moment. */
export async function countAttempts(tx: Tx, before: Date): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(created_at) as oldest from call_attempts
    where company_id = current_company() and created_at < ${before}`.execute(tx);
  return rows[0]!;
}
