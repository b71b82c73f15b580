import { fileTypeFromBuffer } from 'file-type';
import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import * as store from './documents-store.ts';

export const DOCUMENT_MAX_BYTES = 10 * 1024 * 1024;
const FILENAME_MAX = 200;

export const ACCEPTED = ['application/pdf', 'image/png', 'image/jpeg'] as const;
type ContentType = (typeof ACCEPTED)[number];

/** How a whole file of each kind ends; one that does not was cut off on its way. */
const ENDINGS: Record<ContentType, (tail: Buffer) => boolean> = {
  'application/pdf': (tail) => tail.includes('%%EOF'),
  'image/png': (tail) => tail.includes('IEND'),
  'image/jpeg': (tail) => tail.includes(Buffer.from([0xff, 0xd9])),
};

/** The vault's purpose of a company's documents. */
export function documentPurpose(companyId: string): string {
  return `document:${companyId}`;
}

export interface UploadedFile {
  bytes: Buffer;
  filename: string;
}

/** What a file is, by its content. Throws file_type_refused, file_unreadable or file_too_large. */
export async function inspectFile(bytes: Buffer): Promise<ContentType> {
  if (bytes.length > DOCUMENT_MAX_BYTES) fail('file_too_large', { limit: '10 MB' });
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  const contentType = ACCEPTED.find((accepted) => accepted === found);
  if (!contentType) fail('file_type_refused', { found: found ?? 'unknown' });
  if (!ENDINGS[contentType](bytes.subarray(-2048))) fail('file_unreadable');
  return contentType;
}

/** Takes a document into the company's vault, encrypted. The same content sent again is the same document. */
export async function keepFile(ctx: CompanyCtx, file: UploadedFile): Promise<store.DocumentRow> {
  const contentType = await inspectFile(file.bytes);
  const { vault, clock } = ctx.kernel;
  const row = {
    id: newId(clock),
    filename: cleanFilename(file.filename),
    contentType,
    sizeBytes: file.bytes.length,
    sha256: sha256(file.bytes),
    createdBy: ctx.actor.name,
    createdAt: clock.now(),
    sealed: vault.sealBytes(documentPurpose(ctx.companyId), file.bytes),
  };
  return transact(ctx, async (tx) => {
    const kept = await store.keepDocument(tx, ctx.companyId, row);
    if (kept.id === row.id) {
      await audit(tx, ctx, {
        action: 'document.uploaded',
        entityType: 'document',
        entityId: kept.id,
        changes: { filename: { from: null, to: kept.filename } },
      });
      await publish(tx, ctx.companyId, 'document', kept.id);
    }
    return kept;
  });
}

/** The name as people know it, without folders or control characters. */
function cleanFilename(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const characters = [...base.replace(/\p{Cc}/gu, '').trim()];
  return characters.slice(0, FILENAME_MAX).join('') || 'document';
}

/** A document's content, decrypted. */
export async function readDocument(
  ctx: CompanyCtx,
  id: string,
): Promise<{ document: store.DocumentRow; bytes: Buffer }> {
  const { document, sealed } = await transact(ctx, async (tx) => ({
    document: await store.findDocument(tx, id),
    sealed: await store.readSealed(tx, id),
  }));
  if (!document || !sealed) fail('not_found', { what: 'document' });
  return { document, bytes: ctx.kernel.vault.openBytes(documentPurpose(ctx.companyId), sealed) };
}

/** Deletes a document that no group uses. */
export async function removeDocument(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const document = await store.findDocument(tx, id);
    if (!document) fail('not_found', { what: 'document' });
    const uses = await store.listUses(tx, [document.id]);
    if (uses.length > 0)
      fail(
        'document_in_use',
        { zones: [...new Set(uses.map((use) => use.destinationZone))].join(', ') },
        { usedIn: uses },
      );
    await store.deleteDocument(tx, document.id);
    await audit(tx, ctx, {
      action: 'document.deleted',
      entityType: 'document',
      entityId: id,
      changes: { filename: { from: document.filename, to: null } },
    });
    await publish(tx, ctx.companyId, 'document', id);
  });
}
