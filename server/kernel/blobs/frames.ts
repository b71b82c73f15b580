import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { RelaisError } from '../errors.ts';
import type { ByteRange } from './blobs.ts';

/** Plain bytes of a frame, and what encryption adds to each. */
const FRAME_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_FRAME_BYTES = FRAME_BYTES + TAG_BYTES;
const FORMAT = 1;

/**
 * Files encrypted so that any part can be read alone: AES-256-GCM in frames of 64 KiB, under a key that only this file has.
 * A frame's nonce is its number, so frames cannot change places; the size of the whole file is authenticated with each, so
 * none of a file that was cut off or lengthened opens. The key is kept encrypted beside what describes the file: a rotation
 * of SECRET_KEY seals keys anew and touches no file, and a file whose key is forgotten is gone wherever copies of it lie.
 */
export function newFileKey(): Buffer {
  return randomBytes(32);
}

function nonceOf(frame: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame), 4);
  return nonce;
}

function sizeProof(sizeBytes: number): Buffer {
  const proof = Buffer.alloc(9, FORMAT);
  proof.writeBigUInt64BE(BigInt(sizeBytes), 1);
  return proof;
}

/** A file's frames, encrypted, in their order. @param key of newFileKey, never used for another file. */
export async function* sealFrames(key: Buffer, plain: Buffer): AsyncGenerator<Buffer> {
  const proof = sizeProof(plain.length);
  for (let frame = 0; frame * FRAME_BYTES < plain.length; frame += 1) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(frame)).setAAD(proof);
    const part = plain.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES);
    yield Buffer.concat([cipher.update(part), cipher.final(), cipher.getAuthTag()]);
  }
}

/**
 * Plain bytes of a file, piece by piece; no byte leaves before its frame has proved itself.
 * @param sizeBytes of the whole plain file. @param read the encrypted file's bytes. @throws file_damaged.
 */
export async function* openFrames(
  file: { key: Buffer; sizeBytes: number; read(range: ByteRange): AsyncIterable<Buffer> },
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  if (start >= end) return;
  const proof = sizeProof(file.sizeBytes);
  const last = Math.floor((end - 1) / FRAME_BYTES);
  let frame = Math.floor(start / FRAME_BYTES);
  const wanted = {
    start: frame * SEALED_FRAME_BYTES,
    end: Math.min((last + 1) * SEALED_FRAME_BYTES, sealedSize(file.sizeBytes)),
  };
  for await (const sealed of inFrames(file.read(wanted))) {
    const plain = openFrame(file.key, frame, proof, sealed);
    const from = frame * FRAME_BYTES;
    yield plain.subarray(Math.max(start - from, 0), Math.min(end - from, plain.length));
    frame += 1;
  }
  if (frame !== last + 1) throw new RelaisError('file_damaged');
}

function sealedSize(sizeBytes: number): number {
  return sizeBytes + Math.ceil(sizeBytes / FRAME_BYTES) * TAG_BYTES;
}

async function* inFrames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (; rest.length - at >= SEALED_FRAME_BYTES; at += SEALED_FRAME_BYTES)
      yield rest.subarray(at, at + SEALED_FRAME_BYTES);
    rest = rest.subarray(at);
  }
  if (rest.length > 0) yield rest;
}

function openFrame(key: Buffer, frame: number, proof: Buffer, sealed: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(frame), { authTagLength: TAG_BYTES });
    decipher.setAAD(proof).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new RelaisError('file_damaged', { cause });
  }
}
