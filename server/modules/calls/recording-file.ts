import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { type ByteRange, newFileKey, openFrames, sealFrames } from '../../kernel/blobs/index.ts';
import { sha256 } from '../../kernel/crypto.ts';
import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import type { RecordingRow } from './recordings-store.ts';

/** The vault's purpose of the keys of a company's recordings. */
export function recordingPurpose(companyId: string): string {
  return `call-recordings:${companyId}`;
}

/** Where an installation's recordings are kept: a bucket may be shared by several. */
export function recordingsFolder(kernel: Kernel): string {
  return `recordings/${kernel.installationId}`;
}

/** What providers record in, in the words that browsers know. */
const SOUNDS: Record<string, string> = {
  'audio/mpeg': 'audio/mpeg',
  'audio/wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/ogg': 'audio/ogg',
  'audio/mp4': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
};

/** What kind of sound a file is, by its content, whatever was said of it; null when it is none. */
export async function soundOf(bytes: Buffer): Promise<string | null> {
  const found = await fileTypeFromBuffer(bytes);
  return (found && SOUNDS[found.mime]) ?? null;
}

/** What a row is given once its file is kept. */
export type KeptFile = Required<
  Pick<RecordingRow, 'blobRef' | 'sealedKey' | 'sizeBytes' | 'sha256' | 'contentType'>
>;

/**
 * Encrypts a recording under a key of its own, keeps it, and reads it back whole: only what was read is safe.
 * @throws storage_unavailable, file_damaged.
 */
export async function keepFile(ctx: CompanyCtx, bytes: Buffer, contentType: string): Promise<KeptFile> {
  const { blobs, vault } = ctx.kernel;
  const key = newFileKey();
  const folder = `${recordingsFolder(ctx.kernel)}/${ctx.companyId}`;
  const blobRef = await blobs.put(folder, sealFrames(key, bytes));
  const file = {
    ...{ blobRef, contentType, sizeBytes: bytes.length, sha256: sha256(bytes) },
    sealedKey: vault.sealBytes(recordingPurpose(ctx.companyId), key),
  };
  try {
    await proveFile(ctx, file);
  } catch (error) {
    await blobs.remove(blobRef).catch(() => undefined);
    throw error;
  }
  return file;
}

async function proveFile(ctx: CompanyCtx, file: KeptFile): Promise<void> {
  const digest = createHash('sha256');
  for await (const piece of readFile(ctx, file, { start: 0, end: file.sizeBytes! })) digest.update(piece);
  if (digest.digest('hex') !== file.sha256) fail('file_damaged');
}

/** Part of a kept recording, decrypted piece by piece. @throws storage_unavailable, file_damaged. */
export function readFile(
  ctx: CompanyCtx,
  file: Pick<RecordingRow, 'blobRef' | 'sealedKey' | 'sizeBytes'>,
  range: ByteRange,
): AsyncGenerator<Buffer> {
  const { blobs, vault } = ctx.kernel;
  return openFrames(
    {
      key: vault.openBytes(recordingPurpose(ctx.companyId), file.sealedKey!),
      sizeBytes: file.sizeBytes!,
      read: (sealed) => blobs.read(file.blobRef!, sealed),
    },
    range,
  );
}
