import type { SealedCount } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inCompany } from '../../kernel/db/index.ts';
import { documentPurpose } from './documents.ts';
import * as store from './documents-store.ts';

/** Counts a company's documents by the key that sealed them; one document of each key is opened, not all of them. */
export function checkDocumentKeys(kernel: Kernel, companyId: string): Promise<SealedCount> {
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    for (const { sampleId, documents } of await store.countSealedByKey(tx)) {
      const sealed = (await store.readSealed(tx, sampleId))!;
      if (!opens(kernel, companyId, sealed)) count.lost += documents;
      else if (kernel.vault.keyIdOf(sealed) === kernel.vault.keyId) count.current += documents;
      else count.former += documents;
    }
    return count;
  });
}

/**
 * Seals a company's documents with today's key, one transaction for each, so that it can be stopped and started again.
 * A document that does not open is left as it is.
 */
export async function resealDocuments(kernel: Kernel, companyId: string): Promise<SealedCount> {
  const { db, vault } = kernel;
  const count: SealedCount = { current: 0, former: 0, lost: 0 };
  let afterId: string | null = null;
  for (;;) {
    const next: store.SealedDocument | null = await inCompany(db, companyId, async (tx) => {
      const stale = await store.lockStale(tx, { keyId: vault.keyId, afterId });
      if (!stale) return null;
      const opened = opens(kernel, companyId, stale.sealed);
      if (opened) await store.reseal(tx, stale.id, vault.sealBytes(documentPurpose(companyId), opened));
      count[opened ? 'former' : 'lost'] += 1;
      return stale;
    });
    if (!next) return count;
    afterId = next.id;
  }
}

function opens({ vault }: Kernel, companyId: string, sealed: Buffer): Buffer | null {
  try {
    return vault.openBytes(documentPurpose(companyId), sealed);
  } catch {
    return null;
  }
}
