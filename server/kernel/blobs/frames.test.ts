import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelaisError } from '../errors.ts';
import { type ByteRange, inPieces } from './blobs.ts';
import { newFileKey, openFrames, sealFrames } from './frames.ts';

const FRAME = 64 * 1024;
const SEALED = FRAME + 16;
const plain = randomBytes(3 * FRAME + 777);

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** A store that has the file in memory and gives it out in pieces of some size. */
const storeOf = (sealed: Buffer, pieceBytes = 10_000) => ({
  read: ({ start, end }: ByteRange) => inPieces(sealed.subarray(start, end), pieceBytes),
});

const seal = async (bytes: Buffer, key = newFileKey()) => ({
  key,
  sealed: await gather(sealFrames(key, bytes)),
});

describe('a file in frames', () => {
  it('gives back any part of a file of any size, however the store cuts it', async () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: plain.length }),
      fc.constantFrom(0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME),
    );
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 700, max: 2 * SEALED }),
        async (size, a, b, cut) => {
          const bytes = plain.subarray(0, size);
          const { key, sealed } = await seal(bytes);
          const [start, end] = [a % (size + 1), b % (size + 1)].sort((left, right) => left - right) as [
            number,
            number,
          ];
          const file = { key, sizeBytes: size, ...storeOf(sealed, cut) };
          expect((await gather(openFrames(file, { start, end }))).equals(bytes.subarray(start, end))).toBe(
            true,
          );
        },
      ),
      { numRuns: 80 },
    );
  });

  it('gives back every part that begins or ends beside a boundary', async () => {
    const { key, sealed } = await seal(plain);
    const edges = [0, 1, 2, 3].flatMap((frame) => [-1, 0, 1].map((by) => frame * FRAME + by));
    const places = [...edges, plain.length - 1, plain.length].filter((at) => at >= 0 && at <= plain.length);
    for (const start of places)
      for (const end of places.filter((at) => at > start)) {
        const file = { key, sizeBytes: plain.length, ...storeOf(sealed, SEALED) };
        const part = await gather(openFrames(file, { start, end }));
        expect(part.equals(plain.subarray(start, end)), `${start}-${end}`).toBe(true);
      }
  });

  it('reads no more of the store than the frames that hold the part', async () => {
    const { key, sealed } = await seal(plain);
    const asked: ByteRange[] = [];
    const read = (range: ByteRange) => {
      asked.push(range);
      return storeOf(sealed).read(range);
    };
    await gather(openFrames({ key, sizeBytes: plain.length, read }, { start: FRAME + 5, end: FRAME + 6 }));
    expect(asked).toEqual([{ start: SEALED, end: 2 * SEALED }]);
  });

  const damages: Record<string, (sealed: Buffer) => Buffer> = {
    'a flipped bit': (sealed) => {
      const copy = Buffer.from(sealed);
      copy[SEALED + 100]! ^= 1;
      return copy;
    },
    'a flipped bit of a proof': (sealed) => {
      const copy = Buffer.from(sealed);
      copy[SEALED - 1]! ^= 1;
      return copy;
    },
    'two frames swapped': (sealed) =>
      Buffer.concat([
        ...[sealed.subarray(SEALED, 2 * SEALED), sealed.subarray(0, SEALED)],
        sealed.subarray(2 * SEALED),
      ]),
    'a frame twice': (sealed) =>
      Buffer.concat([sealed.subarray(0, SEALED), sealed.subarray(0, SEALED), sealed.subarray(2 * SEALED)]),
    'the last frame cut off': (sealed) => sealed.subarray(0, 3 * SEALED),
    'its end cut off': (sealed) => sealed.subarray(0, -1),
    'a frame left out': (sealed) => Buffer.concat([sealed.subarray(0, SEALED), sealed.subarray(2 * SEALED)]),
    'nothing left': () => Buffer.alloc(0),
  };
  for (const [name, damage] of Object.entries(damages))
    it(`does not open with ${name}`, async () => {
      const { key, sealed } = await seal(plain);
      const file = { key, sizeBytes: plain.length, ...storeOf(damage(sealed)) };
      const reading = gather(openFrames(file, { start: 0, end: plain.length }));
      await expect(reading).rejects.toMatchObject({ code: 'file_damaged' });
    });

  it('does not open a part of a file that was cut off elsewhere, when its row is made to fit', async () => {
    const { key, sealed } = await seal(plain);
    const file = { key, sizeBytes: 2 * FRAME, ...storeOf(sealed.subarray(0, 2 * SEALED)) };
    await expect(gather(openFrames(file, { start: 0, end: 10 }))).rejects.toThrow(RelaisError);
  });

  it('does not open with the key of another file', async () => {
    const { sealed } = await seal(plain);
    const file = { key: newFileKey(), sizeBytes: plain.length, ...storeOf(sealed) };
    await expect(gather(openFrames(file, { start: 0, end: 1 }))).rejects.toThrow(RelaisError);
  });

  it('tells nothing of what it holds', async () => {
    const { sealed } = await seal(Buffer.alloc(2 * FRAME, 'same'));
    expect(sealed.includes('samesame')).toBe(false);
    expect(sealed.subarray(0, FRAME).equals(sealed.subarray(SEALED, SEALED + FRAME))).toBe(false);
  });
});

describe('pieces', () => {
  it('are of one size, however the source comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 })),
        fc.integer({ min: 1, max: 40 }),
        async (parts, size) => {
          const source = (async function* () {
            yield* parts;
          })();
          const pieces: Buffer[] = [];
          for await (const piece of inPieces(source, size)) pieces.push(Buffer.from(piece));
          expect(Buffer.concat(pieces).equals(Buffer.concat(parts))).toBe(true);
          for (const piece of pieces.slice(0, -1)) expect(piece.length).toBe(size);
          if (pieces.length > 0) expect(pieces.at(-1)!.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
