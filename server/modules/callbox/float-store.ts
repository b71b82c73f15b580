import { planShared, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';

/** A SIM, its box and its money. */
export interface SimRow {
  id: string;
  boxId: string;
  boxCode: string;
  boxLabel: string;
  slot: string;
  operator: string | null;
  phoneNumber: string | null;
  state: string;
  knownSince: Date | null;
  available: number;
  held: number;
  lowFloatBelow: number | null;
  lowFloatToldAt: Date | null;
  reportedBalance: number | null;
  reportedBalanceAt: Date | null;
  /** Of what was free and promised at the time of the reading; null: nothing was read. */
  availableThen: number | null;
  heldThen: number | null;
  differenceSince: Date | null;
  differenceToldAt: Date | null;
}

/**
 * What the ledger said when the box read its balance: what it says now, less what was booked since. A text or a report that
 * comes late is compared with its own time.
 */
const THEN = sql`
  left join lateral (
    select coalesce(sum(amount) filter (where account = 'float'), 0)::bigint as float,
      coalesce(sum(amount) filter (where account = 'held'), 0)::bigint as held
    from ledger_entries entry join ledger_lines on entry_id = entry.id
    where entry.sim_id = sim.id and entry.at > sim.reported_balance_at
  ) since on sim.reported_balance_at is not null`;

const COLUMNS = sql`
  sim.id, sim.box_id, box.code as box_code, box.label as box_label, sim.slot, sim.operator, sim.phone_number, sim.state,
  sim.float_known_since as known_since, sim.float_available as available, sim.float_held as held, sim.low_float_below,
  sim.low_float_told_at, sim.reported_balance, sim.reported_balance_at,
  sim.float_available - since.float as available_then, sim.float_held - since.held as held_then,
  sim.difference_since, sim.difference_told_at`;

const FROM: RawBuilder<unknown> = sql`from box_sims sim join boxes box on box.id = sim.box_id ${THEN}`;

export interface SimFilter {
  boxId: string | null;
  operator: string | null;
  /** Those about whose money something was told. */
  alarming: boolean;
  beforeId: string | null;
  limit: number;
}

/** SIMs with their money, newest first, one more than a page. Those that went away stay while money is on them. */
export async function listSims(tx: Tx, filter: SimFilter): Promise<SimRow[]> {
  const { rows } = await sql<SimRow>`
    select ${COLUMNS} ${FROM}
    where sim.company_id = current_company()
      and (${filter.boxId}::uuid is null or sim.box_id = ${filter.boxId}::uuid)
      and (${filter.operator}::text is null or sim.operator = ${filter.operator}::text)
      and (not ${filter.alarming}::boolean or sim.low_float_told_at is not null or sim.difference_told_at is not null)
      and ((box.retired_at is null and sim.state <> 'removed') or sim.float_available <> 0 or sim.float_held <> 0)
      and (${filter.beforeId}::uuid is null or sim.id < ${filter.beforeId}::uuid)
    order by sim.id desc limit ${filter.limit + 1}`.execute(tx);
  return rows;
}

/** What is on all SIMs whose money is known. */
export async function sumSims(tx: Tx): Promise<{ sims: number; available: number; held: number }> {
  const { rows } = await sql<{ sims: number; available: number; held: number }>`
    select count(*)::int as sims, coalesce(sum(float_available), 0)::bigint as available,
      coalesce(sum(float_held), 0)::bigint as held
    from box_sims where company_id = current_company() and float_known_since is not null`.execute(tx);
  return rows[0]!;
}

export async function simsByIds(tx: Tx, ids: string[]): Promise<SimRow[]> {
  const { rows } = await sql<SimRow>`
    select ${COLUMNS} ${FROM} where sim.company_id = current_company() and sim.id = any(${ids}::uuid[])`.execute(
    tx,
  );
  return rows;
}

export async function findSim(tx: Tx, id: string): Promise<SimRow | null> {
  return isId(id) ? ((await simsByIds(tx, [id]))[0] ?? null) : null;
}

/** The SIMs of a box, by slot; none when the company has no such box. */
export async function simsOfBox(tx: Tx, boxId: string): Promise<SimRow[]> {
  if (!isId(boxId)) return [];
  const { rows } = await sql<SimRow>`
    select ${COLUMNS} ${FROM} where sim.company_id = current_company() and sim.box_id = ${boxId}::uuid
    order by sim.slot`.execute(tx);
  return rows;
}

export async function noteFloatKnown(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`
    update box_sims set float_known_since = ${at}, updated_at = ${at}
    where id = ${id} and float_known_since is null`.execute(tx);
}

export async function updateSim(
  tx: Tx,
  id: string,
  { lowFloatBelow, operator, at }: { lowFloatBelow: number | null; operator: string | null; at: Date },
): Promise<void> {
  await sql`
    update box_sims set low_float_below = ${lowFloatBelow}, operator = ${operator}, updated_at = ${at}
    where id = ${id}`.execute(tx);
}

/** A balance that was read off a SIM. */
export interface Reading {
  simId: string;
  balance: number;
  at: Date;
}

/** Keeps the newest reading of each SIM. The caller locks nothing after it. */
export async function keepReadings(tx: Tx, readings: Reading[]): Promise<void> {
  if (readings.length === 0) return;
  const column = <Key extends keyof Reading>(key: Key) => readings.map((reading) => reading[key]);
  await sql`
    ${planShared} with newest as (
      select distinct on (sim_id) sim_id, balance, at
      from unnest(${column('simId')}::uuid[], ${column('balance')}::bigint[], ${column('at')}::timestamptz[]) as read (sim_id, balance, at)
      order by sim_id, at desc
    ), locked as (
      select id from box_sims where id in (select sim_id from newest) order by id for no key update
    )
    update box_sims set reported_balance = newest.balance, reported_balance_at = newest.at
    from newest join locked on locked.id = newest.sim_id
    where box_sims.id = newest.sim_id and (reported_balance_at is null or reported_balance_at < newest.at)`.execute(
    tx,
  );
}

/** Companies that have SIMs with known money and a reading to compare. For the system role. */
export async function companiesWithReadings(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`
    select distinct company_id from box_sims where float_known_since is not null and reported_balance is not null`.execute(
    tx,
  );
  return rows.map(({ companyId }) => companyId);
}

/** Whether nobody else compares the company's SIMs at this moment. */
export async function takesTurn(tx: Tx, companyId: string): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`float.compare:${companyId}`}, 0)) as mine`.execute(
    tx,
  );
  return rows[0]!.mine;
}

/** SIMs of the company whose readings can be compared. */
export async function comparableSims(tx: Tx): Promise<SimRow[]> {
  const { rows } = await sql<SimRow>`
    select ${COLUMNS} ${FROM} where sim.company_id = current_company() and sim.float_known_since is not null
      and sim.reported_balance is not null order by sim.id`.execute(tx);
  return rows;
}

/** Writes down since when SIMs differ, and when that was told. @param sims in the order of their ids. */
export async function noteDifferences(
  tx: Tx,
  sims: { id: string; since: Date | null; toldAt: Date | null }[],
): Promise<void> {
  await sql`
    with locked as (
      select id from box_sims where id = any(${sims.map(({ id }) => id)}::uuid[]) order by id for no key update
    )
    update box_sims set difference_since = given.since, difference_told_at = given.told_at
    from unnest(${sims.map(({ id }) => id)}::uuid[], ${sims.map(({ since }) => since)}::timestamptz[],
      ${sims.map(({ toldAt }) => toldAt)}::timestamptz[]) as given (id, since, told_at)
    join locked on locked.id = given.id where box_sims.id = given.id`.execute(tx);
}

export interface FloatSettings {
  differenceAbove: number;
  differenceMinutes: number;
  addressId: string | null;
}

/** What holds until a company says otherwise. */
const DEFAULTS: FloatSettings = { differenceAbove: 500, differenceMinutes: 30, addressId: null };

export async function findFloatSettings(tx: Tx): Promise<FloatSettings> {
  const { rows } = await sql<FloatSettings>`
    select difference_above, difference_minutes, address_id from float_settings
    where company_id = current_company()`.execute(tx);
  return rows[0] ?? DEFAULTS;
}

export async function saveFloatSettings(
  tx: Tx,
  companyId: string,
  { differenceAbove, differenceMinutes, addressId }: FloatSettings,
  at: Date,
): Promise<void> {
  await sql`
    insert into float_settings (company_id, difference_above, difference_minutes, address_id, updated_at)
    values (${companyId}, ${differenceAbove}, ${differenceMinutes}, ${addressId}, ${at})
    on conflict (company_id) do update set difference_above = excluded.difference_above,
      difference_minutes = excluded.difference_minutes, address_id = excluded.address_id, updated_at = excluded.updated_at`.execute(
    tx,
  );
}
