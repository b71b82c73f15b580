import type { SealedCount } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inCompany } from '../../kernel/db/index.ts';
import { lockSealedSoftphones, resealSoftphone } from './settings-store.ts';

/** A sealed text moved to another row or company does not open. */
const purposeOf = (companyId: string, id: string) => `softphone:${companyId}:${id}`;

/** What a provider gave to keep for browsers, encrypted for its row. */
export function sealKept(
  { vault }: Pick<Kernel, 'vault'>,
  companyId: string,
  id: string,
  kept: string,
): string {
  return vault.seal(purposeOf(companyId, id), kept);
}

/** @throws when it was sealed by a key that is gone, or for another row. */
export function openKept(
  { vault }: Pick<Kernel, 'vault'>,
  companyId: string,
  id: string,
  sealed: string,
): string {
  return vault.open(purposeOf(companyId, id), sealed);
}

/**
 * Opens what is kept for a company's browsers. Otherwise each would be sealed anew only when somebody uses it, and until then
 * the former key could not go. @param options.reseal seals what a former key sealed with today's key.
 */
export function reviewSoftphoneSecrets(
  kernel: Kernel,
  companyId: string,
  options: { reseal: boolean },
): Promise<SealedCount> {
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    for (const { id, keptSealed } of await lockSealedSoftphones(tx)) {
      try {
        const kept = openKept(kernel, companyId, id, keptSealed);
        if (!kernel.vault.isStale(keptSealed)) count.current += 1;
        else {
          count.former += 1;
          if (options.reseal) await resealSoftphone(tx, id, sealKept(kernel, companyId, id, kept));
        }
      } catch {
        count.lost += 1;
      }
    }
    return count;
  });
}
