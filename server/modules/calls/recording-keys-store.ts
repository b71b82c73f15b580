import { sql, type Tx } from '../../kernel/db/index.ts';

/** How many file keys each key of the installation sealed, with one of them: a sealed value begins with the id of its key. */
export async function countSealedByKey(tx: Tx): Promise<{ sampleId: string; files: number }[]> {
  const { rows } = await sql<{ sampleId: string; files: number }>`
    select (array_agg(id::text))[1] as sample_id, count(*) as files
    from call_recordings where sealed_key is not null group by substring(sealed_key from 1 for 8)`.execute(
    tx,
  );
  return rows;
}

export async function readSealed(tx: Tx, id: string): Promise<Buffer | null> {
  const { rows } = await sql<{ sealedKey: Buffer | null }>`
    select sealed_key from call_recordings where id = ${id}`.execute(tx);
  return rows[0]?.sealedKey ?? null;
}

/** The first file key after an id that another key sealed, held until the transaction ends. */
export async function lockStale(
  tx: Tx,
  options: { keyId: string; afterId: string | null },
): Promise<{ id: string; sealed: Buffer } | null> {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`
    select id, sealed_key as sealed from call_recordings
    where substring(sealed_key from 1 for 8) <> convert_to(${options.keyId}, 'LATIN1')
      and (${options.afterId}::uuid is null or id > ${options.afterId}::uuid)
    order by id limit 1 for update`.execute(tx);
  return rows[0] ?? null;
}

export async function reseal(tx: Tx, id: string, sealed: Buffer): Promise<void> {
  await sql`update call_recordings set sealed_key = ${sealed} where id = ${id}`.execute(tx);
}
