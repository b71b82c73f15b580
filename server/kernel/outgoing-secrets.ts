import type { SealedCount } from './crypto.ts';
import type { Kernel } from './ctx.ts';
import { inCompany, sql } from './db/index.ts';
import { outgoingSeal } from './outgoing.ts';

interface SealedAddress {
  id: string;
  secretSealed: string;
}

/** Opens the secrets that sign a company's outgoing news. @param options.reseal seals what a former key sealed with today's key. */
export function reviewOutgoingSecrets(
  kernel: Kernel,
  companyId: string,
  options: { reseal: boolean },
): Promise<SealedCount> {
  const { vault } = kernel;
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    const { rows } = await sql<SealedAddress>`
      select id, secret_sealed from outgoing_addresses where company_id = current_company() for update`.execute(
      tx,
    );
    for (const { id, secretSealed } of rows) {
      const seal = outgoingSeal(companyId, id);
      try {
        const key = vault.open(seal, secretSealed);
        if (!vault.isStale(secretSealed)) count.current += 1;
        else {
          count.former += 1;
          if (options.reseal)
            await sql`update outgoing_addresses set secret_sealed = ${vault.seal(seal, key)} where id = ${id}`.execute(
              tx,
            );
        }
      } catch {
        count.lost += 1;
      }
    }
    return count;
  });
}
