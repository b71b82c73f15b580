import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { CallDirection } from './model.ts';

export type ArchiveState = 'writing' | 'removing' | 'kept' | 'restoring' | 'restored' | 'gone';

export interface ArchiveRow {
  id: string;
  companyId: string;
  /** YYYY-MM, by UTC. */
  month: string;
  state: ArchiveState;
  schemaVersion: string | null;
  blobRef: string | null;
  sealedKey: Buffer | null;
  sizeBytes: number | null;
  sha256: string | null;
  lines: number | null;
  calls: number;
  provenAt: Date | null;
  restoredAt: Date | null;
  restoredBy: string | null;
  keepUntil: Date | null;
  lastError: string | null;
  createdAt: Date;
}

export async function insertArchive(
  tx: Tx,
  row: Pick<ArchiveRow, 'id' | 'companyId' | 'month' | 'createdAt'>,
): Promise<void> {
  await sql`insert into call_archives (id, company_id, month, state, created_at)
    values (${row.id}, ${row.companyId}, ${row.month}, 'writing', ${row.createdAt})`.execute(tx);
}

/** Writes columns of one archive, while it is in one of these states. @returns whether it was. */
export async function updateArchive(
  tx: Tx,
  id: string,
  states: readonly ArchiveState[],
  changes: Partial<Omit<ArchiveRow, 'id' | 'companyId' | 'month' | 'createdAt'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('callArchives')
    .set(changes)
    .where('id', '=', id)
    .where('state', 'in', [...states])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** One archive; held until the transaction ends when it is about to change, or its calls are. */
export async function findArchive(
  tx: Tx,
  id: string,
  lock: 'none' | 'hold' = 'none',
): Promise<ArchiveRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<ArchiveRow>`
    select * from call_archives where id = ${id} ${lock === 'hold' ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ?? null;
}

/** Archives in some states, the newest month first. */
export async function listArchives(
  tx: Tx,
  states: readonly ArchiveState[],
  limit: number,
): Promise<ArchiveRow[]> {
  const { rows } = await sql<ArchiveRow>`
    select * from call_archives where company_id = current_company() and state = any (${states as string[]}::text[])
    order by month desc, id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Takes back the beginning of an archive. @returns its file, if there is one. */
export async function dropWriting(tx: Tx, id: string): Promise<string | null> {
  const { rows } = await sql<{ blobRef: string | null }>`
    delete from call_archives where id = ${id} and state = 'writing' returning blob_ref`.execute(tx);
  return rows[0]?.blobRef ?? null;
}

/** By UTC, as archives are cut. */
const MONTH = sql`to_char(created_at at time zone 'UTC', 'YYYY-MM')`;

/** Months whose calls somebody brought back, and whose day is not over. */
const restoredAt = (now: Date) => sql`
  select month from call_archives where company_id = current_company() and state in ('restoring', 'restored') and keep_until > ${now}`;

/** Months with calls that are old enough; those that somebody restored stay until their day. */
export async function monthsWithCalls(tx: Tx, before: Date, now: Date): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`
    select distinct ${MONTH} as month from calls
    where company_id = current_company() and created_at < ${before} and ${MONTH} not in (${restoredAt(now)}) order by 1`.execute(
    tx,
  );
  return rows.map(({ month }) => month);
}

/** What is old enough: how many may leave, and how many stay for which reason. */
export async function countOld(
  tx: Tx,
  before: Date,
  now: Date,
): Promise<{ reason: string | null; count: number; oldest: Date }[]> {
  const { rows } = await sql<{ reason: string | null; count: number; oldest: Date }>`
    select case when ${MONTH} in (${restoredAt(now)}) then 'restored' else call_stays(calls) end as reason,
      count(*) as count, min(created_at) as oldest
    from calls where company_id = current_company() and created_at < ${before} group by 1`.execute(tx);
  return rows;
}

/** Times in a line must not depend on whose session writes it. */
async function inUtc(tx: Tx): Promise<void> {
  await sql`select set_config('TimeZone', 'UTC', true)`.execute(tx);
}

const ofMonth = (month: string) => sql`created_at >= ${`${month}-01`}::timestamp at time zone 'UTC'
  and created_at < (${`${month}-01`}::timestamp + interval '1 month') at time zone 'UTC'`;

export interface Line {
  id: string;
  /** Null: the call has a reason to stay. */
  line: string | null;
}

/** The next calls of a month, each with all that hangs on it if it may leave. */
export async function nextLines(
  tx: Tx,
  month: string,
  afterId: string | null,
  limit: number,
): Promise<Line[]> {
  await inUtc(tx);
  const { rows } = await sql<Line>`
    with page as materialized (
      select calls as call from calls
      where company_id = current_company() and ${ofMonth(month)} and (${afterId}::uuid is null or id > ${afterId}::uuid)
      order by id limit ${limit})
    select (call).id, case when call_stays(call) is null then call_line(call) end as line from page`.execute(
    tx,
  );
  return rows;
}

/**
 * Removes calls from the tables that stand in a file exactly as they are now, and notes what remains of each. A call that
 * changed since, or has a reason to stay, stays.
 * @param copies what the file says of each: its line's SHA-256 in hex. @returns how many left.
 */
export async function removeCopied(
  tx: Tx,
  archiveId: string,
  copies: readonly { id: string; hash: string }[],
): Promise<number> {
  const ids = copies.map(({ id }) => id);
  await inUtc(tx);
  const { rows } = await sql<{ callId: string }>`
    with held as materialized (
      select calls as call from calls where id = any (${ids}::uuid[]) order by id for update
    ), same as materialized (
      select call from held join unnest(${ids}::uuid[], ${copies.map(({ hash }) => hash)}::text[]) as copy (id, hash) on copy.id = (call).id
      where call_stays(call) is null and encode(sha256(convert_to(call_line(call), 'UTF8')), 'hex') = copy.hash
    )
    insert into archived_calls (call_id, company_id, archive_id, created_at, provider, direction, outcome, our_number, user_id,
      contact_id, lead_id, currency, seconds, amount, estimated, idempotency_key)
    select (call).id, (call).company_id, ${archiveId}, (call).created_at, (call).provider, counted.direction, counted.outcome,
      (call).our_number, (call).user_id, (call).contact_id, (call).lead_id, counted.currency, counted.seconds, counted.amount,
      (call).price_estimated, (call).idempotency_key
    from same, lateral activity_of(call) as counted
    returning call_id`.execute(tx);
  const gone = rows.map(({ callId }) => callId);
  if (gone.length > 0) await removeCalls(tx, gone);
  return gone.length;
}

/** What hangs on a call, in the order in which it is written back; removed in the other one. */
const PARTS = [
  ...['call_legs', 'call_events', 'call_commands', 'call_recordings', 'call_quality_reports'],
  ...['call_quality_samples', 'call_quality_warnings', 'push_traces'],
] as const;

async function removeCalls(tx: Tx, ids: string[]): Promise<void> {
  for (const part of [...PARTS].reverse())
    await sql`delete from ${sql.table(part)} where call_id = any (${ids}::uuid[])`.execute(tx);
  await sql`delete from calls where id = any (${ids}::uuid[])`.execute(tx);
}

/** Which of these calls left for an archive, with the contact that each has now. */
export interface Stub {
  callId: string;
  contactId: string | null;
  leadId: string | null;
}

export async function stubsOf(tx: Tx, archiveId: string, ids: string[]): Promise<Stub[]> {
  const { rows } = await sql<Stub>`
    select call_id, contact_id, lead_id from archived_calls
    where archive_id = ${archiveId} and call_id = any (${ids}::uuid[])`.execute(tx);
  return rows;
}

export async function countStubs(tx: Tx, archiveId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from archived_calls where archive_id = ${archiveId}`.execute(tx);
  return rows[0]!.count;
}

/** The archive that a call is in. */
export async function archiveOfCall(tx: Tx, callId: string): Promise<string | null> {
  if (!isId(callId)) return null;
  const { rows } = await sql<{ archiveId: string }>`
    select archive_id from archived_calls where call_id = ${callId}`.execute(tx);
  return rows[0]?.archiveId ?? null;
}

/** Whether a client's key named a call that is in an archive. */
export async function isArchivedKey(tx: Tx, key: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from archived_calls where company_id = current_company() and idempotency_key = ${key}`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Archived calls of a contact go to another one, or to nobody. */
export async function moveArchivedContact(tx: Tx, fromId: string, toId: string | null): Promise<void> {
  await sql`
    update archived_calls set contact_id = case when contact_id = ${fromId} then ${toId}::uuid else contact_id end,
      lead_id = case when lead_id = ${fromId} then ${toId}::uuid else lead_id end
    where company_id = current_company() and (contact_id = ${fromId} or lead_id = ${fromId})`.execute(tx);
}

/** What archived calls are looked for by without opening a file. */
export interface StubFilter {
  contactId?: string | undefined;
  direction?: CallDirection | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

const matching = ({ contactId, direction, since, until }: StubFilter) => {
  const conditions = [
    sql`company_id = current_company()`,
    ...(contactId ? [isId(contactId) ? sql`contact_id = ${contactId}::uuid` : sql`false`] : []),
    ...(direction ? [sql`direction = ${direction.toLowerCase()}`] : []),
    ...(since ? [sql`created_at >= ${since}`] : []),
    ...(until ? [sql`created_at < ${until}`] : []),
  ];
  return sql.join(conditions, sql` and `);
};

/** What remains of an archived call outside of its file. */
export interface Remains {
  id: string;
  createdAt: Date;
  direction: 'inbound' | 'outbound';
  outcome: string;
  seconds: number;
}

/** Archived calls without their files being opened: how many there are, and the newest. */
export async function newestStubs(
  tx: Tx,
  filter: StubFilter,
  limit: number,
): Promise<{ total: number; newest: Remains[] }> {
  const { rows } = await sql<Remains & { total: number }>`
    select call_id as id, created_at, direction, outcome, seconds::float8 as seconds, count(*) over ()::int as total
    from archived_calls where ${matching(filter)} order by created_at desc, call_id desc limit ${limit}`.execute(
    tx,
  );
  return { total: rows[0]?.total ?? 0, newest: rows.map(({ total, ...stub }) => stub) };
}

/** The archives that hold such calls. */
export async function archivesWith(tx: Tx, filter: StubFilter): Promise<Set<string>> {
  const { rows } = await sql<{ archiveId: string }>`
    select distinct archive_id from archived_calls where ${matching(filter)}`.execute(tx);
  return new Set(rows.map(({ archiveId }) => archiveId));
}

/** Which of these calls of an archive are such calls. */
export async function stubsMatching(
  tx: Tx,
  archiveId: string,
  ids: string[],
  filter: StubFilter,
): Promise<Stub[]> {
  const { rows } = await sql<Stub>`
    select call_id, contact_id, lead_id from archived_calls
    where archive_id = ${archiveId} and call_id = any (${ids}::uuid[]) and ${matching(filter)}`.execute(tx);
  return rows;
}

/**
 * Writes calls back into the tables, with whom they are with now. Columns that came after the archive was written get their
 * defaults; columns that went are left out.
 */
export async function restoreLines(tx: Tx, archiveId: string, lines: readonly string[]): Promise<number> {
  const given = JSON.stringify(lines);
  const { rows: known } = await sql<{ id: string; line: string }>`
    select stub.call_id as id, (line.text::jsonb || jsonb_build_object('call', line.text::jsonb->'call'
        || jsonb_build_object('contact_id', stub.contact_id, 'lead_id', stub.lead_id)))::text as line
    from jsonb_array_elements_text(${given}::jsonb) as line (text)
    join archived_calls stub on stub.call_id = (line.text::jsonb->'call'->>'id')::uuid and stub.archive_id = ${archiveId}
    for update of stub`.execute(tx);
  if (known.length === 0) return 0;
  const whole = JSON.stringify(known.map(({ line }) => line));
  await writeBack(tx, 'calls', sql`select jsonb_agg(line.text::jsonb->'call')`, whole);
  for (const part of PARTS)
    await writeBack(
      tx,
      part,
      sql`select jsonb_agg(row) filter (where row is not null)`,
      whole,
      sql`left join lateral jsonb_array_elements(nullif(line.text::jsonb->${sql.lit(part)}, 'null'::jsonb)) as row on true`,
    );
  const ids = known.map(({ id }) => id);
  await sql`delete from archived_calls where call_id = any (${ids}::uuid[])`.execute(tx);
  return known.length;
}

type Fragment = ReturnType<typeof sql>;

async function writeBack(
  tx: Tx,
  table: string,
  gather: Fragment,
  lines: string,
  more?: Fragment,
): Promise<void> {
  const { rows } = await sql<{ records: string | null; names: string[] | null }>`
    with gathered as (${gather} as records from jsonb_array_elements_text(${lines}::jsonb) as line (text) ${more ?? sql``})
    select records::text, (
      select array_agg(distinct attname::text) from pg_attribute, jsonb_array_elements(records) as record
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and record ? attname::text) as names
    from gathered`.execute(tx);
  const { records, names } = rows[0]!;
  if (records === null || names === null) return;
  const columns = sql.join(names.map((name) => sql.ref(name)));
  await sql`insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${records}::jsonb)`.execute(
    tx,
  );
}

/** How many file keys each key of the installation sealed, with one of them. */
export async function countSealedByKey(tx: Tx): Promise<{ sampleId: string; files: number }[]> {
  const { rows } = await sql<{ sampleId: string; files: number }>`
    select (array_agg(id::text))[1] as sample_id, count(*) as files
    from call_archives where sealed_key is not null group by substring(sealed_key from 1 for 8)`.execute(tx);
  return rows;
}

export async function readSealed(tx: Tx, id: string): Promise<Buffer | null> {
  return (await findArchive(tx, id))?.sealedKey ?? null;
}

/** The first file key after an id that another key sealed, held until the transaction ends. */
export async function lockStale(
  tx: Tx,
  options: { keyId: string; afterId: string | null },
): Promise<{ id: string; sealed: Buffer } | null> {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`
    select id, sealed_key as sealed from call_archives
    where substring(sealed_key from 1 for 8) <> convert_to(${options.keyId}, 'LATIN1')
      and (${options.afterId}::uuid is null or id > ${options.afterId}::uuid)
    order by id limit 1 for update`.execute(tx);
  return rows[0] ?? null;
}

export async function reseal(tx: Tx, id: string, sealed: Buffer): Promise<void> {
  await sql`update call_archives set sealed_key = ${sealed} where id = ${id}`.execute(tx);
}

/** Of these files, those that no archive knows. For the system role. */
export async function unreferenced(tx: Tx, refs: string[]): Promise<string[]> {
  const { rows } = await sql<{ ref: string }>`
    select ref from unnest(${refs}::text[]) as ref
    where not exists (select from call_archives where blob_ref = ref)`.execute(tx);
  return rows.map(({ ref }) => ref);
}
