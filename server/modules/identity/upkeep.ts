import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import type { SealedCount } from '../../kernel/crypto.ts';
import { type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { auditKeySeal } from './audit-chain.ts';
import { readKey, writeKey } from './audit-chain-store.ts';
import { signingSecrets } from './auth.ts';
import { SEAL } from './invitations.ts';

export { createOwner, type NewOwner } from './accounts.ts';
export { checkChain } from './audit-chain.ts';

/** A sealed text of the sign-in, and how to write it back. */
interface SealedText {
  /** As it is stored. */
  stored: string;
  save(tx: Tx, stored: string): Promise<unknown>;
  /** How it is opened and sealed again. */
  seal: Seal;
}

interface Seal {
  isCurrent(stored: string): boolean;
  open(stored: string): Promise<string>;
  seal(plain: string): Promise<string>;
}

/** Every company's id, oldest first. */
export async function companyIds(kernel: Kernel): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from companies order by id`.execute(kernel.db.system);
  return rows.map(({ id }) => id);
}

/**
 * Opens what sign-in keeps sealed: authenticator secrets, recovery codes, the keys that sign mobile clients' tokens, links
 * of invitations that wait for their mail. @param options.reseal seals what a former key sealed with today's key.
 */
export async function reviewSignInSecrets(
  kernel: Kernel,
  options: { reseal: boolean },
): Promise<SealedCount> {
  return kernel.db.auth.transaction().execute(async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    for (const text of await sealedTexts(kernel, tx)) {
      const plain = await text.seal.open(text.stored).catch(() => null);
      if (plain === null) count.lost += 1;
      else if (text.seal.isCurrent(text.stored)) count.current += 1;
      else {
        count.former += 1;
        if (options.reseal) await text.save(tx, await text.seal.seal(plain));
      }
    }
    return count;
  });
}

/** The key of a company's audit chain. @param options.reseal seals it with today's key when a former one did. */
export async function reviewAuditKey(
  kernel: Kernel,
  companyId: string,
  options: { reseal: boolean },
): Promise<SealedCount> {
  const { vault } = kernel;
  return transact(systemCtx(kernel, companyId, 'identity.secrets'), async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    const sealed = await readKey(tx);
    if (sealed === null) return count;
    try {
      const plain = vault.open(auditKeySeal(companyId), sealed);
      if (!vault.isStale(sealed)) return { ...count, current: 1 };
      if (options.reseal) await writeKey(tx, vault.seal(auditKeySeal(companyId), plain));
      return { ...count, former: 1 };
    } catch {
      return { ...count, lost: 1 };
    }
  });
}

async function sealedTexts(kernel: Kernel, tx: Tx): Promise<SealedText[]> {
  const library = librarySeal(kernel);
  const quoted = quotedSeal(library);
  // Locked, so that nobody renews a secret between its reading and its writing.
  const factors = await tx
    .selectFrom('twoFactors')
    .select(['id', 'secret', 'backupCodes'])
    .forUpdate()
    .execute();
  const keys = await tx.selectFrom('jwks').select(['id', 'privateKey']).forUpdate().execute();
  const invitations = await tx
    .selectFrom('invitations')
    .select(['id', 'tokenSealed'])
    .where('tokenSealed', 'is not', null)
    .forUpdate()
    .execute();
  return [
    ...factors.flatMap(({ id, secret, backupCodes }): SealedText[] => [
      { stored: secret, seal: library, save: (at, stored) => saveFactor(at, id, { secret: stored }) },
      {
        stored: backupCodes,
        seal: library,
        save: (at, stored) => saveFactor(at, id, { backupCodes: stored }),
      },
    ]),
    ...keys.map(
      ({ id, privateKey }): SealedText => ({
        stored: privateKey,
        seal: quoted,
        save: (at, stored) =>
          at.updateTable('jwks').set({ privateKey: stored }).where('id', '=', id).execute(),
      }),
    ),
    ...invitations.map(
      ({ id, tokenSealed }): SealedText => ({
        stored: tokenSealed!,
        seal: vaultSeal(kernel),
        save: (at, stored) =>
          at.updateTable('invitations').set({ tokenSealed: stored }).where('id', '=', id).execute(),
      }),
    ),
  ];
}

function saveFactor(tx: Tx, id: string, change: { secret?: string; backupCodes?: string }) {
  return tx.updateTable('twoFactors').set(change).where('id', '=', id).execute();
}

/** The sign-in library's own envelopes: `$ba$<version>$<hex>`. */
function librarySeal({ config }: Kernel): Seal {
  const secrets = signingSecrets(config);
  const key = {
    keys: new Map(secrets.map(({ version, value }) => [version, value])),
    currentVersion: secrets[0]!.version,
  };
  return {
    isCurrent: (stored) => stored.startsWith(`$ba$${key.currentVersion}$`),
    open: (stored) => symmetricDecrypt({ key, data: stored }),
    seal: (plain) => symmetricEncrypt({ key, data: plain }),
  };
}

/** The library keeps an envelope of a signing key as a JSON string. */
function quotedSeal(inner: Seal): Seal {
  const unquote = (stored: string) => JSON.parse(stored) as string;
  return {
    isCurrent: (stored) => inner.isCurrent(unquote(stored)),
    open: async (stored) => inner.open(unquote(stored)),
    seal: async (plain) => JSON.stringify(await inner.seal(plain)),
  };
}

function vaultSeal({ vault }: Kernel): Seal {
  return {
    isCurrent: (stored) => !vault.isStale(stored),
    open: async (stored) => vault.open(SEAL, stored),
    seal: async (plain) => vault.seal(SEAL, plain),
  };
}
