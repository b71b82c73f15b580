import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fail } from '../errors.ts';

/**
 * A backup is one line of plain text, and then one Zstandard stream (RFC 8878) of frames: a letter, the length of what follows in
 * four bytes, and that. J: JSON. D: data of the section that the JSON before it began. The last frame names the SHA-256 of all
 * frames before it, so a file that was cut off or changed is known by that.
 */
export const FIRST_LINE = 'Relais backup 1\n';
const PIECE_BYTES = 256 * 1024;
const JSON_MAX_BYTES = 64 * 1024 * 1024;

/** How a backup begins: enough to know whether this program can read it, and what it needs for that. */
export interface Header {
  section: 'header';
  version: string;
  madeAt: string;
  installationId: string;
  /** Names the SECRET_KEY that opens what is sealed; it tells nothing of the key. */
  keyId: string;
  migrations: { name: string; sha256: string }[];
  postgres: string;
}

/** Begins a section of data. */
export type SectionHead =
  | { section: 'object'; oid: string; description: string }
  | { section: 'table'; name: string; columns: string[] };

/** What a section came to. */
export interface SectionEnd {
  section: 'end';
  rows: number;
  bytes: number;
  sha256: string;
}

/** What was copied, told at the end. */
export interface Manifest {
  section: 'manifest';
  tables: { name: string; rows: number; bytes: number; sha256: string }[];
  objects: { count: number; bytes: number };
  sequences: { name: string; lastValue: string; isCalled: boolean }[];
  /** The bucket that recordings go to, which is not in here. */
  bucket: string | null;
  /** Only when whoever made the backup asked for them. */
  secrets: Record<string, string> | null;
}

type Json = Header | SectionHead | SectionEnd | Manifest | { section: 'seal'; sha256: string };

/** Writes frames, and waits when whoever takes them is slower. */
export function frameWriter(out: Writable): {
  json(value: Header | SectionHead | Manifest): Promise<void>;
  /** One section: what comes, and how much it was. */
  section(head: SectionHead, data: AsyncIterable<Uint8Array>, rows: () => number): Promise<SectionEnd>;
  /** The last frame. */
  seal(): Promise<void>;
} {
  const whole = createHash('sha256');
  async function frame(letter: 'J' | 'D', body: Uint8Array): Promise<void> {
    const head = Buffer.alloc(5);
    head.write(letter, 'latin1');
    head.writeUInt32BE(body.length, 1);
    for (const part of [head, body]) {
      whole.update(part);
      // Once broken it never drains: the pipeline tells why.
      if (!out.write(part) && !out.destroyed) await drained(out);
    }
  }
  const json = (value: Json) => frame('J', Buffer.from(JSON.stringify(value)));
  return {
    json,
    async section(head, data, rows) {
      await json(head);
      const digest = createHash('sha256');
      let bytes = 0;
      for await (const part of data) {
        if (out.destroyed) break;
        digest.update(part);
        bytes += part.length;
        for (let at = 0; at < part.length; at += PIECE_BYTES)
          await frame('D', part.subarray(at, at + PIECE_BYTES));
      }
      const end: SectionEnd = { section: 'end', rows: rows(), bytes, sha256: digest.digest('hex') };
      await json(end);
      return end;
    },
    seal: () => json({ section: 'seal', sha256: whole.copy().digest('hex') }),
  };
}

/** Waits until there is room again, or never will be. Leaves no listener behind: a copy waits as often as the database is large. */
async function drained(out: Writable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(out, 'drain', { signal }), once(out, 'close', { signal })]);
  } finally {
    over.abort();
  }
}

/** What stands in a backup, in order. The data of a section must be read, or left with `skip`, before the next part. */
export type Part = Header | Manifest | { head: SectionHead; data: AsyncGenerator<Buffer, SectionEnd> };

/** Reads frames back. Fails with backup_damaged where the file is not what was written, and ends only after its seal fits. */
export async function* readParts(frames: Readable): AsyncGenerator<Part> {
  const whole = createHash('sha256');
  const next = frameReader(frames, whole);
  for (;;) {
    const before = whole.copy();
    const value = jsonOf(await next());
    if (value.section === 'seal') {
      if (value.sha256 !== before.digest('hex')) fail('backup_damaged', { reason: 'the seal does not fit' });
      if (await next()) fail('backup_damaged', { reason: 'something follows the seal' });
      return;
    }
    if (value.section === 'end') fail('backup_damaged', { reason: 'an end without a beginning' });
    if (value.section === 'header' || value.section === 'manifest') yield value;
    else {
      const data = sectionData(next);
      yield { head: value, data };
      // Whoever did not want it all has it read all the same, so that its digest is checked.
      for (let piece = await data.next(); !piece.done; ) piece = await data.next();
    }
  }
}

interface Frame {
  letter: string;
  body: Buffer;
}

async function* sectionData(next: () => Promise<Frame | null>): AsyncGenerator<Buffer, SectionEnd> {
  const digest = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const frame = await next();
    if (frame?.letter !== 'D') {
      const end = jsonOf(frame);
      if (end.section !== 'end') fail('backup_damaged', { reason: 'a section without an end' });
      if (end.bytes !== bytes || end.sha256 !== digest.digest('hex'))
        fail('backup_damaged', { reason: 'a section is not what was written' });
      return end;
    }
    digest.update(frame.body);
    bytes += frame.body.length;
    yield frame.body;
  }
}

function jsonOf(frame: Frame | null): Json {
  if (!frame) fail('backup_damaged', { reason: 'it ends too early' });
  if (frame.letter !== 'J') fail('backup_damaged', { reason: 'data outside a section' });
  try {
    return JSON.parse(frame.body.toString('utf8')) as Json;
  } catch {
    return fail('backup_damaged', { reason: 'unreadable JSON' });
  }
}

/** @returns a function that reads the next frame; null at the end. */
function frameReader(source: Readable, whole: Hash): () => Promise<Frame | null> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);
  async function take(length: number): Promise<Buffer | null> {
    const parts = [held];
    let have = held.length;
    while (have < length) {
      const { value, done } = await chunks.next();
      if (done) break;
      parts.push(value);
      have += value.length;
    }
    held = parts.length > 1 ? Buffer.concat(parts) : held;
    if (held.length < length) {
      if (held.length > 0) fail('backup_damaged', { reason: 'it ends too early' });
      return null;
    }
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  }
  return async () => {
    const head = await take(5);
    if (!head) return null;
    const length = head.readUInt32BE(1);
    if (length > JSON_MAX_BYTES)
      fail('backup_damaged', { reason: 'a part is longer than any that is written' });
    const body = length > 0 ? await take(length) : Buffer.alloc(0);
    if (!body) fail('backup_damaged', { reason: 'it ends too early' });
    whole.update(head).update(body);
    return { letter: head.toString('latin1', 0, 1), body };
  };
}
