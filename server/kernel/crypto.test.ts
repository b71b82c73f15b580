import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVault, secretsEqual } from './crypto.ts';

const [first, second] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string];

describe('the vault', () => {
  it('opens what it sealed, and never seals the same way twice', () => {
    const vault = createVault([first]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (plain) => {
        const sealed = vault.seal('test', plain);
        expect(vault.open('test', sealed)).toBe(plain);
        expect(vault.seal('test', plain)).not.toBe(sealed);
      }),
    );
  });

  it('refuses a value of another purpose, or one that was altered anywhere', () => {
    const vault = createVault([first]);
    const sealed = vault.sealBytes('credentials:a', Buffer.from('secret'));
    expect(() => vault.openBytes('credentials:b', sealed)).toThrow();
    for (let index = 0; index < sealed.length; index++) {
      const altered = Buffer.from(sealed);
      altered[index]! ^= 1;
      expect(() => vault.openBytes('credentials:a', altered), `byte ${index}`).toThrow();
    }
  });

  it('reads former keys after a rotation, and tells what is to be sealed again', () => {
    const old = createVault([first]).seal('test', 'kept');
    const rotated = createVault([second, first]);
    expect(rotated.open('test', old)).toBe('kept');
    expect(rotated.isStale(old)).toBe(true);
    expect(rotated.isStale(rotated.seal('test', 'new'))).toBe(false);
    expect(() => createVault([second]).open('test', old)).toThrow(/SECRET_KEYS_OLD/);
  });

  it('refuses a secret that is too short', () => {
    expect(() => createVault(['c2hvcnQ='])).toThrow(/32 random bytes/);
  });

  it('derives a secret per purpose', () => {
    const vault = createVault([first]);
    expect(vault.derive('sessions')).toBe(createVault([first]).derive('sessions'));
    expect(vault.derive('sessions')).not.toBe(vault.derive('links'));
  });
});

describe('comparing secrets', () => {
  it('tells equal from unequal, whatever their lengths', () => {
    expect(secretsEqual('token', 'token')).toBe(true);
    expect(secretsEqual('token', 'token2')).toBe(false);
    expect(secretsEqual('', 'token')).toBe(false);
  });
});
