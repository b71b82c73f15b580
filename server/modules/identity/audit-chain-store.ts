import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';

/** An entry as it is marked: texts alone, in a fixed order, so that no library's idea of a number or a date can change them. */
export type ChainedEntry = { id: string } & Record<
  | 'at'
  | 'actorKind'
  | 'actorId'
  | 'actorName'
  | 'address'
  | 'requestId'
  | 'action'
  | 'entityType'
  | 'entityId'
  | 'changes',
  string | null
>;

/** The newest mark. */
export interface Head {
  seq: number;
  mark: string;
}

const ENTRY: RawBuilder<unknown> = sql`
  audit_log.id::text, to_char(audit_log.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at, actor_kind, actor_id, actor_name, address,
  request_id, action, entity_type, entity_id, changes::text as changes`;

/** Companies that have entries to mark. For the system role. */
export async function companiesToMark(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`select companies_to_mark() as company_id`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}

/** Holds the key of the company's chain until the transaction ends. @param made the key, should there be none. */
export async function holdKey(
  tx: Tx,
  companyId: string,
  made: string,
): Promise<{ keySealed: string; isNew: boolean }> {
  const inserted = await sql`
    insert into audit_keys (company_id, key_sealed) values (${companyId}, ${made}) on conflict do nothing returning company_id`.execute(
    tx,
  );
  const { rows } = await sql<{ keySealed: string }>`
    select key_sealed from audit_keys where company_id = current_company() for update`.execute(tx);
  return { keySealed: rows[0]!.keySealed, isNew: inserted.rows.length > 0 };
}

export async function readKey(tx: Tx): Promise<string | null> {
  const { rows } = await sql<{
    keySealed: string;
  }>`select key_sealed from audit_keys where company_id = current_company()`.execute(tx);
  return rows[0]?.keySealed ?? null;
}

export async function writeKey(tx: Tx, keySealed: string): Promise<void> {
  await sql`update audit_keys set key_sealed = ${keySealed} where company_id = current_company()`.execute(tx);
}

/** Entries from before there were marks wait for theirs. */
export async function awaitMarksOfAll(tx: Tx, companyId: string): Promise<void> {
  await sql`
    insert into audit_unmarked (company_id, entry_id) select ${companyId}, id from audit_log where company_id = current_company()
    on conflict do nothing`.execute(tx);
}

/** Takes entries that wait for their mark off the list, oldest first. */
export async function takeUnmarked(tx: Tx, limit: number): Promise<ChainedEntry[]> {
  const { rows } = await sql<ChainedEntry>`
    with taken as (
      delete from audit_unmarked where company_id = current_company() and entry_id in (
        select entry_id from audit_unmarked where company_id = current_company() order by entry_id limit ${limit})
      returning entry_id
    )
    select ${ENTRY} from audit_log join taken on taken.entry_id = audit_log.id where company_id = current_company() order by audit_log.id`.execute(
    tx,
  );
  return rows;
}

export async function headOf(tx: Tx): Promise<Head | null> {
  const { rows } = await sql<Head>`
    select seq, mark from audit_marks where company_id = current_company() order by seq desc limit 1`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function insertMarks(
  tx: Tx,
  companyId: string,
  marks: { seq: number; entryId: string; mark: string }[],
): Promise<void> {
  if (marks.length === 0) return;
  await sql`
    insert into audit_marks (company_id, seq, entry_id, mark)
    select ${companyId}, item.* from unnest(${marks.map(({ seq }) => seq)}::bigint[], ${marks.map(({ entryId }) => entryId)}::uuid[],
      ${marks.map(({ mark }) => mark)}::text[]) as item (seq, entry_id, mark)`.execute(tx);
}

export async function countUnmarked(tx: Tx): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from audit_unmarked where company_id = current_company()`.execute(tx);
  return rows[0]!.count;
}

/** Marks in their order, each with its entry; null: the entry is gone. */
export async function chainAfter(
  tx: Tx,
  seq: number,
  limit: number,
): Promise<{ seq: number; mark: string; entryId: string; entry: ChainedEntry | null }[]> {
  const { rows } = await sql<{ seq: number; mark: string; entryId: string } & ChainedEntry>`
    select marks.seq, marks.mark, marks.entry_id, ${ENTRY}
    from (select * from audit_marks where company_id = current_company() and seq > ${seq} order by seq limit ${limit}) as marks
    left join audit_log on audit_log.company_id = current_company() and audit_log.id = marks.entry_id order by marks.seq`.execute(
    tx,
  );
  return rows.map(({ seq: at, mark, entryId, ...entry }) => ({
    ...{ seq: at, mark, entryId },
    entry: entry.id === null ? null : entry,
  }));
}

/** Entries that have no mark and wait for none: nobody wrote them through Relais. */
export async function entriesWithoutMark(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from audit_log where company_id = current_company()
      and not exists (select from audit_marks where company_id = current_company() and entry_id = audit_log.id)
      and not exists (select from audit_unmarked where company_id = current_company() and entry_id = audit_log.id)
    order by id limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}
