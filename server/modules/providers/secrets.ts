import type { SealedCount } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inCompany } from '../../kernel/db/index.ts';
import { openCredentials, sealCredentials } from './ports.ts';
import * as store from './store.ts';

/** Opens a company's credentials. @param options.reseal seals what a former key sealed with today's key. */
export function reviewAccountSecrets(
  kernel: Kernel,
  companyId: string,
  options: { reseal: boolean },
): Promise<SealedCount> {
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    for (const row of await store.listAccounts(tx)) {
      try {
        const credentials = openCredentials(kernel, row);
        if (!kernel.vault.isStale(row.credentialsSealed)) count.current += 1;
        else {
          count.former += 1;
          if (options.reseal) await store.resealAccount(tx, row, sealCredentials(kernel, row, credentials));
        }
      } catch {
        count.lost += 1;
      }
    }
    return count;
  });
}
