import { sql, type Tx } from '../../kernel/db/index.ts';

export interface DocumentRow {
  id: string;
  filename: string;
  contentType: 'application/pdf' | 'image/png' | 'image/jpeg';
  sizeBytes: number;
  sha256: string;
  createdBy: string;
  createdAt: Date;
}

export interface DocumentUse {
  documentId: string;
  groupId: string;
  destinationZone: string;
  field: string;
  /** When the provider's approval of this use ends. */
  expiresAt: Date | null;
}

const columns = sql`id, filename, content_type, size_bytes, sha256, created_by, created_at`;

/** Keeps a document, or answers the one that the company already has with the same content. */
export async function keepDocument(
  tx: Tx,
  companyId: string,
  document: DocumentRow & { sealed: Buffer },
): Promise<DocumentRow> {
  await sql`
    insert into documents (id, company_id, filename, content_type, size_bytes, sha256, sealed, created_by, created_at)
    values (${document.id}, ${companyId}, ${document.filename}, ${document.contentType}, ${document.sizeBytes}, ${document.sha256},
      ${document.sealed}, ${document.createdBy}, ${document.createdAt})
    on conflict (company_id, sha256) do nothing`.execute(tx);
  const { rows } =
    await sql<DocumentRow>`select ${columns} from documents where sha256 = ${document.sha256}`.execute(tx);
  return rows[0]!;
}

export async function findDocument(tx: Tx, id: string): Promise<DocumentRow | null> {
  const { rows } = await sql<DocumentRow>`select ${columns} from documents where id::text = ${id}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function readSealed(tx: Tx, id: string): Promise<Buffer | null> {
  const { rows } = await sql<{ sealed: Buffer }>`select sealed from documents where id::text = ${id}`.execute(
    tx,
  );
  return rows[0]?.sealed ?? null;
}

/** Newest first, after an id. */
export async function listDocuments(tx: Tx, afterId: string | null, limit: number): Promise<DocumentRow[]> {
  const { rows } = await sql<DocumentRow>`
    select ${columns} from documents where (${afterId}::uuid is null or id < ${afterId}::uuid) order by id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export async function listUses(tx: Tx, documentIds: readonly string[]): Promise<DocumentUse[]> {
  const { rows } = await sql<DocumentUse>`
    select document_id, group_id, country as destination_zone, field, requirements.expires_at
    from requirements join requirement_groups on requirement_groups.id = group_id
    where document_id = any(${documentIds}::uuid[])`.execute(tx);
  return rows;
}

export async function deleteDocument(tx: Tx, id: string): Promise<void> {
  await sql`delete from documents where id = ${id}`.execute(tx);
}

/** How many documents each key sealed, by the key's id that a sealed value begins with, and one of them. */
export async function countSealedByKey(tx: Tx): Promise<{ sampleId: string; files: number }[]> {
  const { rows } = await sql<{ sampleId: string; files: number }>`
    select (array_agg(id::text))[1] as sample_id, count(*) as files
    from documents group by substring(sealed from 1 for 8)`.execute(tx);
  return rows;
}

export interface SealedDocument {
  id: string;
  sealed: Buffer;
}

/** The first document after an id that another key sealed, held until the transaction ends. */
export async function lockStale(
  tx: Tx,
  options: { keyId: string; afterId: string | null },
): Promise<SealedDocument | null> {
  const { rows } = await sql<SealedDocument>`
    select id, sealed from documents
    where substring(sealed from 1 for 8) <> convert_to(${options.keyId}, 'LATIN1')
      and (${options.afterId}::uuid is null or id > ${options.afterId}::uuid)
    order by id limit 1 for update`.execute(tx);
  return rows[0] ?? null;
}

export async function reseal(tx: Tx, id: string, sealed: Buffer): Promise<void> {
  await sql`update documents set sealed = ${sealed} where id = ${id}`.execute(tx);
}
