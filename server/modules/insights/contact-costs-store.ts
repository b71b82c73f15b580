import { planKept, sql, type Tx } from '../../kernel/db/index.ts';
import type { CostRow, FigureFilter } from './store.ts';

/** Of each month, currency and kind as many are looked at as rows are asked for; where they do not tell, so many times as many the next time. */
const DEEPER = 4;

/** The months from the first of one to the first of another, and what things are counted. */
type Months = Pick<FigureFilter, 'from' | 'to' | 'kind'>;

/** Without a key where nobody cost anything. */
interface Costliest extends CostRow {
  /** Nobody who was not looked at has more than anybody who was. The same of all. */
  certain: boolean;
}

/**
 * Contacts that cost the most in whole months, at most `rowsMax` in each currency, whoever cost more first. What has no price yet is not in it.
 * @param months from the first day of one to the first day of another.
 */
export async function costsByContact(tx: Tx, months: Months, rowsMax: number): Promise<CostRow[]> {
  for (let depth = rowsMax; ; depth *= DEEPER) {
    const rows = await costliest(tx, months, { rowsMax, depth });
    // In the end everybody was looked at, and nobody else can have anything.
    if (rows[0]?.certain) return rows.filter(({ key }) => key !== null);
  }
}

/** What contacts cost in the same months, of these alone. */
export async function costsOfContacts(tx: Tx, { from, to, kind }: Months, ids: string[]): Promise<CostRow[]> {
  const { rows } = await sql<CostRow>`
    select contact_id::text as key, currency, sum(amount)::text as amount, '0' as estimated_amount, sum(count)::bigint as count
    from activity_contact_figures where company_id = current_company() and month between ${from}::date and ${to}::date
      and contact_id = any (${ids}::uuid[]) and currency <> '' and (${kind ?? null}::text is null or kind = ${kind ?? null})
    group by 1, 2 having sum(count) <> 0`.execute(tx);
  return rows;
}

/**
 * Fagin's threshold algorithm (PODS 2001): whoever is among the first of no pile (a month's amounts in one currency, of one kind)
 * has at most the sum of what the last ones that were looked at have in each. Once enough of those who were looked at have more
 * in all, nobody else is among the first. Changes that are not added up yet move only those whom they name, so these are looked
 * at as well.
 */
async function costliest(
  tx: Tx,
  { from, to, kind }: Months,
  { rowsMax, depth }: { rowsMax: number; depth: number },
): Promise<Costliest[]> {
  const { rows } = await sql<Costliest>`
    ${planKept} with recursive piles as (
      (select month, currency, kind from activity_contact_months
        where company_id = current_company() and month between ${from}::date and ${to}::date order by month, currency, kind limit 1)
      union all
      select next.* from piles cross join lateral (
        select month, currency, kind from activity_contact_months
        where company_id = current_company() and (month, currency, kind) > (piles.month, piles.currency, piles.kind) and month <= ${to}::date
        order by month, currency, kind limit 1) as next
    ), asked as materialized (
      select * from piles where currency <> '' and (${kind ?? null}::text is null or kind = ${kind ?? null})
    ), heads as materialized (
      select asked.currency, first.ids, first.least from asked cross join lateral (
        select array_agg(contact_id) as ids, case when count(*) < ${depth} then 0 else min(amount) end as least from (
          select contact_id, amount from activity_contact_months figures
          where company_id = current_company() and figures.month = asked.month and figures.currency = asked.currency and figures.kind = asked.kind
          order by figures.amount desc limit ${depth}) as pile) as first
    ), bounds as (
      select currency, sum(least) as amount from heads group by currency
    ), recent as materialized (
      select (what).contact_id, (what).currency, sign * (what).count as count, sign * (what).amount as amount from activity_changes
      where company_id = current_company() and (what).contact_id is not null and (what).currency <> ''
        and date_trunc('month', (what).day) between ${from}::date and ${to}::date and (${kind ?? null}::text is null or (what).kind = ${kind ?? null})
    ), named as (
      select currency, unnest(ids) as contact_id from heads union select currency, contact_id from recent
    ), sums as (
      select currency, contact_id, sum(count) as count, sum(amount) as amount from (
        select named.currency, named.contact_id, kept.count, kept.amount from named cross join lateral (
          select sum(count) as count, sum(amount) as amount from activity_contact_months figures
          where company_id = current_company() and figures.contact_id = named.contact_id and figures.currency = named.currency
            and month between ${from}::date and ${to}::date and (${kind ?? null}::text is null or figures.kind = ${kind ?? null})) as kept
        where kept.count is not null
        union all
        select currency, contact_id, count, amount from recent) as all_of_them
      group by 1, 2 having sum(count) <> 0
    ), ranked as (
      select *, row_number() over (partition by currency order by amount desc, contact_id) as place from sums
    ), first_of_all as (
      select * from ranked where place <= ${rowsMax}
    ), doubts as (
      select from bounds where amount > 0 and ${rowsMax} > (
        select count(*) from first_of_all where first_of_all.currency = bounds.currency and first_of_all.amount >= bounds.amount)
    )
    select contact_id::text as key, currency, amount::text as amount, '0' as estimated_amount, count::bigint as count, known.certain
    from (select not exists (select from doubts) as certain) as known left join first_of_all on true
    order by first_of_all.amount desc, contact_id`.execute(tx);
  return rows;
}
