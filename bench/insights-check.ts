import { query } from './database.ts';

/** What is stored, counted in the plainest way: by months of the company, calls and texts apart. */
const PLAIN = `
  select date_trunc('month', created_at at time zone $2)::date::text as month, 'call' as kind, count(*)::text as count,
    count(contact_id)::text as with_contact, sum(coalesce(duration_seconds, 0))::text as seconds, 0::text as parts,
    sum(coalesce(price_amount, 0))::numeric(24, 6)::text as amount
  from calls where company_id = $1 and ended_at is not null group by 1
  union all
  select date_trunc('month', created_at at time zone $2)::date::text, 'text', count(*)::text, count(contact_id)::text, 0::text,
    sum(coalesce(segments, 1))::text,
    sum(case when price_estimated and status in ('failed', 'canceled') then 0 else coalesce(price_amount, 0) end)::numeric(24, 6)::text
  from messages where company_id = $1 and kind = 'text' and status <> 'scheduled' group by 1
  order by 1, 2`;

/** What is kept, of the same: each table of figures must say the same. */
const kept = (table: string, month: string, columns: string) => `
  select ${month}::text as month, kind, sum(count)::text as count ${columns} from ${table}
  where company_id = $1 and kind in ('call', 'text') group by 1, 2 having sum(count) <> 0 order by 1, 2`;

const SUMS =
  ', sum(seconds)::text as seconds, sum(parts)::text as parts, sum(amount)::numeric(24, 6)::text as amount';
const FIRST_OF_MONTH = `date_trunc('month', day)::date`;
const FIGURES = {
  activity_days: kept('activity_days', FIRST_OF_MONTH, SUMS),
  activity_months: kept('activity_months', 'month', SUMS),
  ...Object.fromEntries(
    ['company', 'number', 'user', 'outcome', 'provider'].flatMap((about) =>
      ['day', 'five', 'month'].map((step) => {
        const sums = `(select * from activity_sums where about = '${about}' and step = '${step}')`;
        return [`activity_sums about ${about} by ${step}`, kept(`${sums} as sums`, FIRST_OF_MONTH, SUMS)];
      }),
    ),
  ),
};

/** Waits until the product's timer has added up all that happened. */
export async function untilAddedUp(databaseUrl: string): Promise<void> {
  for (;;) {
    const [row] = await query(databaseUrl, 'select exists (select from activity_changes) as waiting');
    if (!row?.waiting) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * Holds the figures against a plain count of what is stored. Nothing happens meanwhile, and all is added up.
 * @returns how many calls and texts there are, and on how many rows of figures.
 * @throws when a month of any of the tables differs.
 */
export async function checkFigures(
  databaseUrl: string,
  companyId: string,
): Promise<{ things: number; figures: number }> {
  const ask = (statement: string, values: unknown[] = [companyId]) => query(databaseUrl, statement, values);
  const [company] = await ask('select time_zone from companies where id = $1');
  const plain = await ask(PLAIN, [companyId, company?.time_zone]);
  const same = (name: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      throw new Error(`${name} says ${JSON.stringify(found)}, and stored is ${JSON.stringify(wanted)}`);
  };
  for (const [name, statement] of Object.entries(FIGURES)) {
    const wanted = plain.map(({ month, kind, count, seconds, parts, amount }) => ({
      ...{ month, kind, count, seconds, parts, amount },
    }));
    same(name, await ask(statement), wanted);
  }
  const ofContacts = plain
    .filter(({ with_contact }) => with_contact !== '0')
    .map(({ month, kind, with_contact }) => ({ month, kind, count: with_contact }));
  same('activity_contact_months', await ask(kept('activity_contact_months', 'month', '')), ofContacts);
  const [row] = await ask(`select (select count(*) from activity_days where company_id = $1)
    + (select count(*) from activity_sums where company_id = $1)
    + (select count(*) from activity_contact_months where company_id = $1) as count`);
  return { things: plain.reduce((sum, { count }) => sum + Number(count), 0), figures: Number(row?.count) };
}
