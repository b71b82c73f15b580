import type { SealedCount } from './crypto.ts';
import type { Kernel } from './ctx.ts';
import { inCompany, type Tx } from './db/index.ts';

/** One kind of encrypted files of companies, as its own store knows them. */
export interface SealedFiles {
  /** The vault's purpose of a company's files. */
  purpose(companyId: string): string;
  /** How many files each key sealed (the first eight bytes name it), with one of them. */
  countByKey(tx: Tx): Promise<{ sampleId: string; files: number }[]>;
  read(tx: Tx, id: string): Promise<Buffer | null>;
  /** The first file after an id that another key sealed, held until the transaction ends. */
  lockStale(
    tx: Tx,
    options: { keyId: string; afterId: string | null },
  ): Promise<{ id: string; sealed: Buffer } | null>;
  reseal(tx: Tx, id: string, sealed: Buffer): Promise<void>;
}

/** Counts a company's files by the key that sealed them; one file of each key is opened, not all of them. */
export function checkSealedFiles(
  kernel: Kernel,
  companyId: string,
  files: SealedFiles,
): Promise<SealedCount> {
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    for (const { sampleId, files: found } of await files.countByKey(tx)) {
      const sealed = (await files.read(tx, sampleId))!;
      if (!opens(kernel, files.purpose(companyId), sealed)) count.lost += found;
      else if (kernel.vault.keyIdOf(sealed) === kernel.vault.keyId) count.current += found;
      else count.former += found;
    }
    return count;
  });
}

/**
 * Seals a company's files with today's key, one transaction for each, so that it can be stopped and started again. A file
 * that does not open is left as it is.
 */
export async function resealFiles(
  kernel: Kernel,
  companyId: string,
  files: SealedFiles,
): Promise<SealedCount> {
  const { db, vault } = kernel;
  const purpose = files.purpose(companyId);
  const count: SealedCount = { current: 0, former: 0, lost: 0 };
  let afterId: string | null = null;
  for (;;) {
    const next: { id: string } | null = await inCompany(db, companyId, async (tx) => {
      const stale = await files.lockStale(tx, { keyId: vault.keyId, afterId });
      if (!stale) return null;
      const opened = opens(kernel, purpose, stale.sealed);
      if (opened) await files.reseal(tx, stale.id, vault.sealBytes(purpose, opened));
      count[opened ? 'former' : 'lost'] += 1;
      return stale;
    });
    if (!next) return count;
    afterId = next.id;
  }
}

function opens({ vault }: Kernel, purpose: string, sealed: Buffer): Buffer | null {
  try {
    return vault.openBytes(purpose, sealed);
  } catch {
    return null;
  }
}
