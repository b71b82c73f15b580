import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { NumberRow } from './store.ts';

/** What other modules need to know of a number. */
export type NumberFacts = Pick<
  NumberRow,
  | ('id' | 'companyId' | 'provider' | 'providerAccountId' | 'phoneNumber' | 'country' | 'status')
  | ('features' | 'numberType' | 'gigId' | 'monthlyCost' | 'currency' | 'activatedAt')
>;

/**
 * Active numbers: these, or all of the company. In a transaction of the system role these may be anybody's, so that it can
 * be told whose number was called. Where they are required, the statement fails (22012), and the transaction with it, unless all
 * of them are there: for who sends what follows from it before it is answered.
 */
export async function activeNumbers(
  tx: Tx,
  which:
    | { phoneNumbers: readonly string[] }
    | { ids: readonly string[]; required?: boolean }
    | 'all_of_company',
): Promise<NumberFacts[]> {
  const where =
    which === 'all_of_company'
      ? sql`company_id = current_company()`
      : 'ids' in which
        ? sql`id = any (${which.ids}::uuid[])`
        : sql`phone_number = any (${which.phoneNumbers}::text[])`;
  // It names no column of the rows that are looked for, so it is asked even if there are none.
  const required =
    which !== 'all_of_company' && 'ids' in which && which.required
      ? sql`and 1 / (${which.ids.length} = (select count(*) from numbers as held where held.status = 'active'
          and held.id = any (${which.ids}::uuid[])))::int = 1`
      : sql``;
  const { rows } = await sql<NumberFacts>`
    ${planShared} select id, company_id, provider, provider_account_id, phone_number, country, status, features, number_type, gig_id,
      monthly_cost, currency, activated_at from numbers
    where status = 'active' and ${where} ${required} order by id`.execute(tx);
  return rows;
}
