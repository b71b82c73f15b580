import type { SealedCount } from './crypto.ts';
import type { Kernel } from './ctx.ts';
import { inCompany, sql } from './db/index.ts';
import { outgoingSeal } from './outgoing.ts';

interface SealedAddress {
  id: string;
  column: 'secret_sealed' | 'former_secret_sealed';
  sealed: string;
}

interface AddressRow {
  id: string;
  secretSealed: string;
  formerSecretSealed: string | null;
}

/** A secret, and the former one that still signs beside it. */
const sealedOf = ({ id, secretSealed, formerSecretSealed }: AddressRow): SealedAddress[] => [
  { id, column: 'secret_sealed', sealed: secretSealed },
  ...(formerSecretSealed
    ? [{ id, column: 'former_secret_sealed' as const, sealed: formerSecretSealed }]
    : []),
];

/** Opens the secrets that sign a company's outgoing news. @param options.reseal seals what a former key sealed with today's key. */
export function reviewOutgoingSecrets(
  kernel: Kernel,
  companyId: string,
  options: { reseal: boolean },
): Promise<SealedCount> {
  const { vault } = kernel;
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    const { rows } = await sql<AddressRow>`
      select id, secret_sealed, former_secret_sealed from outgoing_addresses where company_id = current_company() for update`.execute(
      tx,
    );
    for (const { id, column, sealed } of rows.flatMap(sealedOf)) {
      const seal = outgoingSeal(companyId, id);
      try {
        const key = vault.open(seal, sealed);
        if (!vault.isStale(sealed)) count.current += 1;
        else {
          count.former += 1;
          if (options.reseal)
            await sql`update outgoing_addresses set ${sql.ref(column)} = ${vault.seal(seal, key)} where id = ${id}`.execute(
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
