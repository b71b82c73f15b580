import type { Actor } from '../../kernel/ctx.ts';
import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { Account, EntryKind, Lines, Step } from './ledger-plan.ts';

/** A SIM's money, under its lock. */
export interface SimFloat {
  id: string;
  available: number;
  held: number;
  knownSince: Date | null;
  lowFloatBelow: number | null;
  lowFloatToldAt: Date | null;
}

/** Locks SIMs, always in the order of their ids, so that nobody waits in a circle. Those that the company does not have are left out. */
export async function lockSims(tx: Tx, ids: string[]): Promise<Map<string, SimFloat>> {
  const { rows } = await sql<SimFloat>`
    ${planShared} select id, float_available as available, float_held as held, float_known_since as known_since, low_float_below,
      low_float_told_at
    from box_sims where id = any(${ids}::uuid[]) order by id for no key update`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

interface LineRow {
  transactionId: string;
  attempt: number;
  simId: string;
  kind: EntryKind;
  round: number;
  lines: Record<Account, number>;
}

/** What is booked of these hand-overs. */
export async function stepsOf(
  tx: Tx,
  handovers: { transactionId: string; attempt: number }[],
): Promise<Step[]> {
  const { rows } = await sql<LineRow>`
    ${planShared} select entry.transaction_id, entry.attempt, entry.sim_id, entry.kind, entry.round,
      (select jsonb_object_agg(account, amount) from ledger_lines where entry_id = entry.id) as lines
    from unnest(${handovers.map(({ transactionId }) => transactionId)}::uuid[],
      ${handovers.map(({ attempt }) => attempt)}::int[]) as asked (transaction_id, attempt)
    join ledger_entries entry on entry.transaction_id = asked.transaction_id and entry.attempt = asked.attempt`.execute(
    tx,
  );
  return rows;
}

/** An entry to be written. */
export interface NewEntry {
  id: string;
  simId: string;
  at: Date;
  kind: EntryKind;
  transactionId: string | null;
  attempt: number | null;
  round: number;
  reason: string | null;
  requestKey: string | null;
  requestHash: string | null;
  lines: Lines;
}

/**
 * Writes entries with their lines; the SIMs' balances follow by themselves. The caller holds the SIMs' locks, so that a day is
 * either closed before (and the entry is late in it) or has the entry.
 */
export async function insertEntries(
  tx: Tx,
  companyId: string,
  actor: Actor,
  entries: NewEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const column = <Key extends keyof NewEntry>(key: Key) => entries.map((entry) => entry[key]);
  const lines = entries.flatMap(({ id, simId, lines: parts }) =>
    Object.entries(parts).map(([account, amount]) => ({ id, simId, account, amount })),
  );
  await sql`
    ${planShared} with entries as (
      insert into ledger_entries (id, company_id, sim_id, at, kind, transaction_id, attempt, round, reason, request_key,
        request_hash, actor_kind, actor_id, actor_name, late)
      select id, ${companyId}::uuid, sim_id, at, kind, transaction_id, attempt, round, reason, request_key, request_hash,
        ${actor.kind}, ${actor.id}, ${actor.name}, exists (
          select from float_closes closed where closed.sim_id = entry.sim_id and closed.from_at <= entry.at
            and entry.at < closed.until_at and closed.day between entry.at::date - 2 and entry.at::date + 2)
      from unnest(${column('id')}::uuid[], ${column('simId')}::uuid[], ${column('at')}::timestamptz[], ${column('kind')}::text[],
        ${column('transactionId')}::uuid[], ${column('attempt')}::int[], ${column('round')}::smallint[], ${column('reason')}::text[],
        ${column('requestKey')}::text[], ${column('requestHash')}::text[])
        as entry (id, sim_id, at, kind, transaction_id, attempt, round, reason, request_key, request_hash)
    )
    insert into ledger_lines (entry_id, company_id, sim_id, account, amount)
    select entry_id, ${companyId}::uuid, sim_id, account, amount
    from unnest(${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ simId }) => simId)}::uuid[],
      ${lines.map(({ account }) => account)}::text[], ${lines.map(({ amount }) => amount)}::bigint[])
      as line (entry_id, sim_id, account, amount)`.execute(tx);
}

/** Writes down which SIMs' low float was told, and which rose again. */
export async function noteLowFloat(tx: Tx, told: string[], rose: string[], at: Date): Promise<void> {
  await sql`
    update box_sims set low_float_told_at = case when id = any(${told}::uuid[]) then ${at}::timestamptz end
    where id = any(${[...told, ...rose]}::uuid[])`.execute(tx);
}

/** The whole ledger of the transaction's company, added up anew. */
export async function reviewBooks(
  tx: Tx,
): Promise<{ entries: number; unbalanced: number; sims: number; simsOff: number }> {
  const { rows } = await sql<{ entries: number; unbalanced: number; sims: number; simsOff: number }>`
    with booked as (
      select sim_id, coalesce(sum(amount) filter (where account = 'float'), 0) as available,
        coalesce(sum(amount) filter (where account = 'held'), 0) as held
      from ledger_lines group by sim_id
    ), sums as (
      select entry.id, coalesce(sum(amount), 0) as total, count(amount) as parts
      from ledger_entries entry left join ledger_lines line on line.entry_id = entry.id group by entry.id
    )
    select (select count(*)::int from sums) as entries,
      (select count(*)::int from sums where total <> 0 or parts < 2) as unbalanced,
      (select count(*)::int from box_sims) as sims,
      (select count(*)::int from box_sims sim left join booked on booked.sim_id = sim.id
       where sim.float_available <> coalesce(booked.available, 0) or sim.float_held <> coalesce(booked.held, 0)) as sims_off`.execute(
    tx,
  );
  return rows[0]!;
}
