import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { fail, RelaisError } from '../errors.ts';
import { FIRST_LINE, type Header, type Manifest, type Part, readParts } from './format.ts';

/** The parts of a backup file, in order. Fails with backup_damaged where it is not what was written. */
export async function* openBackup(file: string): AsyncGenerator<Part> {
  await assertBackup(file);
  const frames = new PassThrough();
  const abort = new AbortController();
  const flow = pipeline(
    createReadStream(file, { start: FIRST_LINE.length }),
    createZstdDecompress(),
    frames,
    { signal: abort.signal },
  );
  flow.catch(() => undefined);
  try {
    yield* readParts(frames as Readable);
  } catch (error) {
    throw damage(error);
  } finally {
    abort.abort();
  }
}

/** What the decompressor and the file system say of a file that was cut off or changed. */
function damage(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof RelaisError || !/^(ZSTD|Z_|ERR_STREAM_PREMATURE)/.test(code ?? '')) return error;
  return new RelaisError('backup_damaged', { params: { reason: message }, cause: error });
}

async function assertBackup(file: string): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) fail('backup_not_one', { file });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FIRST_LINE.length), 0, FIRST_LINE.length, 0);
    if (buffer.toString('latin1', 0, bytesRead) !== FIRST_LINE) fail('backup_not_one', { file });
  } finally {
    await handle.close();
  }
}

/** How a backup begins; the rest of it is not looked at. */
export async function readHeader(file: string): Promise<Header> {
  for await (const part of openBackup(file)) {
    if ('section' in part && part.section === 'header') return part;
    break;
  }
  return fail('backup_damaged', { reason: 'it has no header' });
}

/** Reads a whole backup and checks every digest in it. */
export async function verifyBackup(
  file: string,
): Promise<{ header: Header; manifest: Manifest; fileBytes: number }> {
  let header: Header | null = null;
  let manifest: Manifest | null = null;
  for await (const part of openBackup(file)) {
    if ('data' in part) continue;
    if (part.section === 'header') header = part;
    else manifest = part;
  }
  if (!header || !manifest) fail('backup_damaged', { reason: 'it has no header or no manifest' });
  return { header, manifest, fileBytes: (await stat(file)).size };
}
