import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyEd25519 } from './ed25519.ts';
import { type Check, pack, unpack } from './ed25519-batch.ts';

function signed(text: string): Check {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' }) as Buffer;
  const message = Buffer.from(text);
  return { publicKey: spki.subarray(-32), signature: sign(null, message, privateKey), message };
}

describe('signatures checked in batches', () => {
  it('keeps each check as it was when it is packed', () => {
    const checks = ['', 'a', 'é'.repeat(5000)].map(signed);
    expect(unpack(pack(checks))).toEqual(checks);
  });

  it('answers each of many with its own verdict', async () => {
    const good = Array.from({ length: 300 }, (_, index) => signed(`event ${index}`));
    const checks = good.map((check, index) =>
      index % 3 === 0 ? { ...check, message: Buffer.from(`event ${index + 1}`) } : check,
    );
    const verdicts = await Promise.all(checks.map(verifyEd25519));
    expect(verdicts).toEqual(checks.map((_, index) => index % 3 !== 0));
  });

  it('refuses what a public key may not be', async () => {
    const check = signed('hello');
    // The neutral element: with it, anybody can sign anything.
    const neutral = Buffer.alloc(32);
    neutral[0] = 1;
    expect(await verifyEd25519({ ...check, publicKey: neutral })).toBe(false);
    expect(await verifyEd25519({ ...check, publicKey: Buffer.alloc(32, 0xff) })).toBe(false);
  });
});
