import { expect } from 'vitest';
import type { TestRelais } from './relais.ts';

/** Repeatable chance (a linear congruential generator: Numerical Recipes). */
export function chance(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]! };
}

/** Rows to be compared, whatever their order and that of their columns. */
export const sorted = (rows: Record<string, unknown>[]) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.fromEntries(Object.entries(row).sort(([left], [right]) => (left < right ? -1 : 1))),
      ),
    )
    .sort();

const SUBJECTS = {
  company: "''",
  number: 'our_number',
  user: 'user_id::text',
  outcome: 'outcome',
  provider: 'provider',
};
const STEPS = {
  day: 'day',
  five: "date_trunc('month', day)::date + 5 * least((extract(day from day)::int - 1) / 5, 5)",
  month: "date_trunc('month', day)::date",
};
const GOOD = "(kind, outcome) in (('call', 'completed'), ('text', 'delivered'), ('text', 'received'))";
const OPEN = "(kind, outcome) in (('call', 'canceled'), ('text', 'canceled'), ('text', 'sent'))";
const SUMMED = `sum(count)::int as count, coalesce(sum(count) filter (where ${GOOD}), 0)::int as successes,
  coalesce(sum(count) filter (where not ${OPEN}), 0)::int as judged, sum(seconds)::int as seconds, sum(parts)::int as parts,
  sum(amount)::numeric(24,6)::text as amount, sum(estimated_amount)::numeric(24,6)::text as estimated`;

/** Holds the sums of each subject and each step against the days. */
export async function expectSums({ kernel }: TestRelais, companyId: string): Promise<void> {
  for (const [subject, key] of Object.entries(SUBJECTS))
    for (const [step, first] of Object.entries(STEPS)) {
      const { rows: plain } = await kernel.db.ownerPool.query(
        `select (${first})::text as day, ${key} as key, kind, direction, currency, ${SUMMED} from activity_days
          where company_id = $1 group by 1, 2, 3, 4, 5 having sum(count) <> 0`,
        [companyId],
      );
      const { rows: found } = await kernel.db.ownerPool.query(
        `select day::text, key, kind, direction, currency, count::int, successes::int, judged::int, seconds::int, parts::int, amount::text,
            estimated_amount::text as estimated from activity_sums
          where company_id = $1 and about = $2 and step = $3 and count <> 0`,
        [companyId, subject, step],
      );
      expect(plain.length).toBeGreaterThan(0);
      expect(sorted(found), `${subject} by ${step}`).toEqual(sorted(plain));
    }
}

const KEYS = {
  ...{
    day: 'day::text',
    month: "date_trunc('month', day)::date::text",
    kind: 'kind',
    direction: 'direction',
  },
  ...{ outcome: 'outcome', number: 'our_number', provider: 'provider' },
  user: "nullif(user_id, '00000000-0000-0000-0000-000000000000')::text",
  gig: 'gig_on(company_id, our_number, day)::text',
};
/** What figures can be asked by. */
export const GROUPS = Object.keys(KEYS) as (keyof typeof KEYS)[];

/** What is asked of the reports. */
interface Asked {
  from: string;
  to: string;
  by: keyof typeof KEYS;
  kind?: string;
  direction?: string;
  number?: string;
  userId?: string;
}

/** Holds what the reports tell of the first company against its days, with what is not added up yet. */
export async function expectPlain({ kernel, api, companyId }: TestRelais, asked: Asked): Promise<void> {
  const { from, to, by, kind, direction, number, userId } = asked;
  const plain = async (columns: string, groups: string) =>
    (
      await kernel.db.ownerPool.query(
        `select ${KEYS[by]} as key, ${columns} from activity_figures
          where company_id = $1 and day between $2 and $3 and kind <> 'number' and ($4::text is null or kind = $4)
            and ($5::text is null or direction = $5) and ($6::text is null or our_number = $6) and ($7::uuid is null or user_id = $7)
          group by ${groups} having sum(count) <> 0`,
        [companyId, from, to, kind, direction, number, userId],
      )
    ).rows;
  const query = new URLSearchParams({ ...asked });
  const activity = await api.get(`/api/insights/activity?${query}`);
  expect(
    sorted(
      activity.body.rows.map((row: Row) => picked(row, ['key', 'count', 'successes', 'seconds', 'segments'])),
    ),
    `activity ${query}`,
  ).toEqual(
    sorted(
      (await plain(SUMMED, '1')).map((row) => ({
        ...picked(row, ['key', 'count', 'successes', 'seconds']),
        segments: row.parts,
      })),
    ),
  );
  const costs = await api.get(`/api/insights/costs?${query}`);
  const priced = (await plain(`currency, ${SUMMED}`, '1, 2')).filter(({ currency }) => currency !== '');
  expect(sorted(costs.body.rows.map(costOf)), `costs ${query}`).toEqual(sorted(priced.map(costOf)));
}

type Row = Record<string, unknown>;
const picked = (row: Row, names: string[]): Row => Object.fromEntries(names.map((name) => [name, row[name]]));
const costOf = (row: Row): Row => ({
  ...picked(row, ['key', 'currency', 'count']),
  ...{ amount: Number(row.amount).toFixed(6), estimated: Number(row.estimated).toFixed(6) },
});
