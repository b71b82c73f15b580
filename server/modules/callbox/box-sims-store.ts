import { sql, type Tx } from '../../kernel/db/index.ts';
import type { SimRow } from './box-sims.ts';

/** Every SIM that these boxes have, or had. */
export async function simsOf(tx: Tx, boxIds: readonly string[]): Promise<SimRow[]> {
  if (boxIds.length === 0) return [];
  const { rows } = await sql<SimRow>`
    select id, box_id, slot, operator, iccid, phone_number, signal_percent, network, state, reported_balance, reported_balance_at,
      float_known_since, float_available, float_held, low_float_below
    from box_sims where company_id = current_company() and box_id = any (${boxIds}::uuid[]) order by box_id, slot`.execute(
    tx,
  );
  return rows;
}

/** Cards that change places leave theirs first, because a slot holds one at every moment. */
export async function parkSims(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update box_sims set slot = 'moving ' || id where company_id = current_company() and id = any (${ids}::uuid[])`.execute(
    tx,
  );
}

const COLUMNS =
  sql.raw(`id uuid, "boxId" uuid, slot text, operator text, iccid text, "phoneNumber" text, "signalPercent" double precision,
  network text, state text, "reportedBalance" bigint, "reportedBalanceAt" timestamptz`);

/** Holds SIMs until the transaction ends, in the order in which the ledger holds them: nobody waits in a circle. */
export async function holdSims(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    select from box_sims where company_id = current_company() and id = any (${ids}::uuid[]) order by id for no key update`.execute(
    tx,
  );
}

/** Writes down what boxes say of their cards, and the newest reading of each; the money on them is the ledger's. */
export async function updateSims(tx: Tx, sims: readonly SimRow[], at: Date): Promise<void> {
  if (sims.length === 0) return;
  const isNewer = sql`s.reported_balance_at is null or t."reportedBalanceAt" >= s.reported_balance_at`;
  await sql`
    update box_sims s set slot = t.slot, operator = t.operator, iccid = t.iccid, phone_number = t."phoneNumber",
      signal_percent = t."signalPercent", network = t.network, state = t.state,
      reported_balance = case when ${isNewer} then t."reportedBalance" else s.reported_balance end,
      reported_balance_at = case when ${isNewer} then t."reportedBalanceAt" else s.reported_balance_at end, updated_at = ${at}
    from jsonb_to_recordset(${JSON.stringify(sims)}::jsonb) as t (${COLUMNS}) where s.id = t.id`.execute(tx);
}

/** Adds cards; a slot that somebody else has just filled stays as it is. */
export async function insertSims(
  tx: Tx,
  companyId: string,
  sims: readonly SimRow[],
  at: Date,
): Promise<void> {
  if (sims.length === 0) return;
  await sql`
    insert into box_sims (id, company_id, box_id, slot, operator, iccid, phone_number, signal_percent, network, state, reported_balance,
      reported_balance_at, created_at, updated_at)
    select id, ${companyId}, "boxId", slot, operator, iccid, "phoneNumber", "signalPercent", network, state, "reportedBalance",
      "reportedBalanceAt", ${at}, ${at}
    from jsonb_to_recordset(${JSON.stringify(sims)}::jsonb) as t (${COLUMNS}) on conflict (box_id, slot) do nothing`.execute(
    tx,
  );
}
