import { sql, type Tx } from '../../kernel/db/index.ts';

/** What became of a box's transactions, one after the other: failures in a row at the end, and whether it completed any. */
export interface Tally {
  boxId: string;
  completed: boolean;
  failures: number;
}

/** A box whose count changed, locked. */
export interface Tallied {
  id: string;
  code: string;
  failuresInRow: number;
  quarantinedAt: Date | null;
  quarantineTrialAt: Date | null;
  retiredAt: Date | null;
}

/** Counts on, for boxes that the caller has locked: failures since each last completed something. */
export async function countFailures(tx: Tx, tallies: Tally[]): Promise<Tallied[]> {
  if (tallies.length === 0) return [];
  const { rows } = await sql<Tallied>`
    update boxes set failures_in_row = case when told.completed then 0 else failures_in_row end + told.failures
    from jsonb_to_recordset(${JSON.stringify(tallies)}::jsonb) as told ("boxId" uuid, completed boolean, failures integer)
    where boxes.id = told."boxId"
    returning boxes.id, code, failures_in_row, quarantined_at, quarantine_trial_at, retired_at`.execute(tx);
  return rows;
}

/** Remembers how boxes work. @param skips told an outcome without having said that they begin. @param announces said it. */
export async function noteManners(tx: Tx, skips: string[], announces: string[]): Promise<void> {
  if (skips.length === 0 && announces.length === 0) return;
  await sql`
    update boxes set skips_processing = skips_processing or id = any (${skips}::uuid[]),
      announces = announces or id = any (${announces}::uuid[])
    from (select id as locked from boxes where id = any (${[...new Set([...skips, ...announces])]}::uuid[]) order by id for no key update) as l
    where boxes.id = l.locked`.execute(tx);
}
