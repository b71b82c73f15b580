import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { newFileKey, openFrames, sealFrames } from '../../kernel/blobs/index.ts';
import { sha256 } from '../../kernel/crypto.ts';
import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import { newestMigration } from '../../kernel/db/migrate.ts';
import { RelaisError } from '../../kernel/errors.ts';
import type { ArchiveRow } from './archive-store.ts';

/** The first line of every file; the lines of calls follow, then the count and the SHA-256 of all that stands above it. */
interface Header {
  format: 'relais.calls';
  version: 1;
  companyId: string;
  month: string;
  /** The newest migration when it was written. */
  schema: string;
  writtenAt: string;
}

interface Footer {
  calls: number;
  sha256: string;
}

/** The vault's purpose of the keys of a company's archives. */
export function archivePurpose(companyId: string): string {
  return `call-archives:${companyId}`;
}

/** Where an installation's archives are kept: a bucket may be shared by several. */
export function archivesFolder(kernel: Kernel): string {
  return `archives/${kernel.installationId}`;
}

/** What a row is given once its file is kept. */
export type KeptArchive = Required<
  Pick<ArchiveRow, 'blobRef' | 'sealedKey' | 'sizeBytes' | 'sha256' | 'lines' | 'schemaVersion'>
>;

/**
 * Writes lines into one compressed, encrypted file under a key of its own. Only the compressed file is held in memory.
 * @returns null when there were no lines. @throws storage_unavailable; then nothing is left behind.
 */
export async function writeArchive(
  ctx: CompanyCtx,
  month: string,
  lines: AsyncIterable<string>,
): Promise<KeptArchive | null> {
  const { blobs, clock, vault } = ctx.kernel;
  const schema = newestMigration();
  const header: Header = {
    ...{ format: 'relais.calls', version: 1, companyId: ctx.companyId, month, schema },
    writtenAt: clock.now().toISOString(),
  };
  let count = 0;
  const packed: Buffer[] = [];
  const withManifest = async function* (): AsyncGenerator<string> {
    const digest = createHash('sha256');
    const counted = (line: string) => {
      digest.update(`${line}\n`);
      return `${line}\n`;
    };
    yield counted(JSON.stringify(header));
    for await (const line of lines) {
      count += 1;
      yield counted(line);
    }
    yield `${JSON.stringify({ calls: count, sha256: digest.digest('hex') } satisfies Footer)}\n`;
  };
  await pipeline(withManifest, createGzip(), async (source) => {
    for await (const piece of source) packed.push(piece as Buffer);
  });
  if (count === 0) return null;
  const bytes = Buffer.concat(packed);
  const key = newFileKey();
  const blobRef = await blobs
    .put(`${archivesFolder(ctx.kernel)}/${ctx.companyId}`, sealFrames(key, bytes))
    .catch(asStorageFailure);
  return {
    ...{ blobRef, sizeBytes: bytes.length, sha256: sha256(bytes), lines: count, schemaVersion: schema },
    sealedKey: vault.sealBytes(archivePurpose(ctx.companyId), key),
  };
}

/** PostgreSQL and a bucket say in their own ways that there is no room, or that they are not there. */
function asStorageFailure(cause: unknown): never {
  if (cause instanceof RelaisError) throw cause;
  throw new RelaisError('storage_unavailable', { cause });
}

/** The compressed file, decrypted piece by piece. @throws storage_unavailable, file_damaged. */
export function readPacked(ctx: CompanyCtx, archive: ArchiveRow): AsyncGenerator<Buffer> {
  const { blobs, vault } = ctx.kernel;
  const file = {
    key: vault.openBytes(archivePurpose(ctx.companyId), archive.sealedKey!),
    sizeBytes: archive.sizeBytes!,
    read: (range: { start: number; end: number }) => blobs.read(archive.blobRef!, range),
  };
  return openFrames(file, { start: 0, end: archive.sizeBytes! });
}

/** The lines of a file's calls, in their order. Whoever needs no more of them stops, and the rest is not read. */
export async function* readLines(ctx: CompanyCtx, archive: ArchiveRow): AsyncGenerator<string> {
  let waiting: string | null = null;
  let first = true;
  for await (const line of allLines(ctx, archive)) {
    // The header and the footer stand around them.
    if (waiting !== null && !first) yield waiting;
    if (waiting !== null) first = false;
    waiting = line;
  }
}

async function* allLines(ctx: CompanyCtx, archive: ArchiveRow): AsyncGenerator<string> {
  const unpacking = createGunzip();
  const packed = Readable.from(readPacked(ctx, archive));
  // A failure of either end comes out where the lines are read.
  pipeline(packed, unpacking).catch((error) => unpacking.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of unpacking as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let from = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
        yield rest.subarray(from, end).toString('utf8');
        from = end + 1;
      }
      rest = rest.subarray(from);
    }
  } catch (cause) {
    if (cause instanceof RelaisError) throw cause;
    throw new RelaisError('file_damaged', { cause });
  } finally {
    packed.destroy();
    unpacking.destroy();
  }
  if (rest.length > 0) throw new RelaisError('file_damaged');
}

/**
 * Reads a file back whole, from where it is kept: every frame opens, the compressed bytes are those that were written, it
 * unpacks, and its lines are as many as its manifest says, and the same. @throws storage_unavailable, file_damaged.
 */
export async function proveArchive(ctx: CompanyCtx, archive: ArchiveRow): Promise<void> {
  const packed = createHash('sha256');
  for await (const piece of readPacked(ctx, archive)) packed.update(piece);
  if (packed.digest('hex') !== archive.sha256) throw new RelaisError('file_damaged');
  const digest = createHash('sha256');
  let last: string | null = null;
  let count = -1;
  for await (const line of allLines(ctx, archive)) {
    if (last !== null) {
      digest.update(`${last}\n`);
      count += 1;
    }
    last = line;
  }
  const footer = last === null ? null : (JSON.parse(last) as Footer);
  const isWhole =
    footer?.sha256 === digest.digest('hex') && footer.calls === archive.lines && count === archive.lines;
  if (!isWhole) throw new RelaisError('file_damaged');
}
