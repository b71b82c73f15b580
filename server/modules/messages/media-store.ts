import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';

/** Why the media of a message cannot be shown. */
export type MediaReason = 'too_large' | 'forbidden' | 'gone' | 'type_refused' | 'unreachable';

/** A file of a message, without its content. */
export interface MediaRow {
  id: string;
  companyId: string;
  messageId: string | null;
  position: number;
  status: 'pending' | 'stored' | 'failed';
  reason: MediaReason | null;
  sourceUrl: string | null;
  contentType: string;
  sizeBytes: number | null;
  filename: string;
}

const columns = sql`id, company_id, message_id, position, status, reason, source_url, content_type, size_bytes, filename`;

export interface NewMedia extends MediaRow {
  sha256: string | null;
  sealed: Buffer | null;
  createdAt: Date;
}

export async function insertMedia(tx: Tx, media: NewMedia[]): Promise<void> {
  if (media.length > 0) await tx.insertInto('messageMedia').values(media).execute();
}

export async function findMedia(tx: Tx, id: string): Promise<MediaRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<MediaRow>`select ${columns} from message_media where id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Whose a file is. For the system role. */
export async function companyOfMedia(tx: Tx, id: string): Promise<string | null> {
  const { rows } = await sql<{
    companyId: string;
  }>`select company_id from message_media where id = ${id}`.execute(tx);
  return rows[0]?.companyId ?? null;
}

/** Files that wait to be sent, of these ids. */
export async function findLoose(tx: Tx, ids: string[]): Promise<MediaRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<MediaRow>`
    select ${columns} from message_media where id = any (${ids}::uuid[]) and message_id is null for update`.execute(
    tx,
  );
  return rows;
}

/** The media of messages, by message. */
export async function mediaOf(tx: Tx, messageIds: string[]): Promise<Map<string, MediaRow[]>> {
  const byMessage = new Map<string, MediaRow[]>();
  if (messageIds.length === 0) return byMessage;
  const { rows } = await sql<MediaRow>`
    select ${columns} from message_media where message_id = any (${messageIds}::uuid[]) order by message_id, position`.execute(
    tx,
  );
  for (const row of rows) byMessage.set(row.messageId!, [...(byMessage.get(row.messageId!) ?? []), row]);
  return byMessage;
}

/** Gives files to the message that sends them, in their order. */
export async function attachMedia(tx: Tx, messageId: string, ids: string[]): Promise<void> {
  await sql`
    update message_media set message_id = ${messageId}, position = item.position
    from unnest(${ids}::uuid[]) with ordinality as item (id, position)
    where message_media.id = item.id and message_id is null`.execute(tx);
}

export async function readSealed(tx: Tx, id: string): Promise<Buffer | null> {
  const { rows } = await sql<{
    sealed: Buffer | null;
  }>`select sealed from message_media where id = ${id}`.execute(tx);
  return rows[0]?.sealed ?? null;
}

export async function storeFetched(
  tx: Tx,
  id: string,
  fetched: { contentType: string; sizeBytes: number; sha256: string; sealed: Buffer },
): Promise<void> {
  await sql`
    update message_media set status = 'stored', content_type = ${fetched.contentType}, size_bytes = ${fetched.sizeBytes},
      sha256 = ${fetched.sha256}, sealed = ${fetched.sealed}
    where id = ${id} and status = 'pending'`.execute(tx);
}

export async function markFailed(tx: Tx, id: string, reason: MediaReason): Promise<void> {
  await sql`update message_media set status = 'failed', reason = ${reason} where id = ${id} and status = 'pending'`.execute(
    tx,
  );
}

/** Drops files that were uploaded and never sent. For the system role. */
export async function pruneLoose(tx: Tx, before: Date): Promise<void> {
  await sql`delete from message_media where message_id is null and created_at < ${before}`.execute(tx);
}

/** How many files each key sealed, with one of them: a sealed value begins with the id of its key. */
export async function countSealedByKey(tx: Tx): Promise<{ sampleId: string; files: number }[]> {
  const { rows } = await sql<{ sampleId: string; files: number }>`
    select (array_agg(id::text))[1] as sample_id, count(*) as files
    from message_media where sealed is not null group by substring(sealed from 1 for 8)`.execute(tx);
  return rows;
}

/** The first file after an id that another key sealed, held until the transaction ends. */
export async function lockStale(
  tx: Tx,
  options: { keyId: string; afterId: string | null },
): Promise<{ id: string; sealed: Buffer } | null> {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`
    select id, sealed from message_media
    where substring(sealed from 1 for 8) <> convert_to(${options.keyId}, 'LATIN1')
      and (${options.afterId}::uuid is null or id > ${options.afterId}::uuid)
    order by id limit 1 for update`.execute(tx);
  return rows[0] ?? null;
}

export async function reseal(tx: Tx, id: string, sealed: Buffer): Promise<void> {
  await sql`update message_media set sealed = ${sealed} where id = ${id}`.execute(tx);
}
