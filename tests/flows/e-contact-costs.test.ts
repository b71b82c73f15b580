import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countCompanyAnew } from '../../server/modules/insights/upkeep.ts';
import { chance } from '../harness/figures.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Who cost the most is found without adding up everybody. Here it is held against a plain sum, for thousands of contacts whose
// figures are written as they are kept, with changes beside them that are not added up yet.

const CONTACTS = 2000;
const YEAR = 'from=2026-01-01&to=2026-12-31&by=contact';
const EVERYBODY = 1000;

let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());

type Company = Awaited<ReturnType<TestRelais['addCompany']>>;
/** What a contact cost in one month, of one kind and in one currency; thousandths. */
type Amount = (contact: number, month: number, next: () => number) => number;

const query = (text: string, values: unknown[] = []) => relais.kernel.db.ownerPool.query(text, values);

/** Half of the contacts have something in a month, as chance has it. */
async function fill(name: string, seed: number, amount: Amount): Promise<Company> {
  const company = await relais.addCompany(name);
  // Else it would be counted anew while the test looks, from calls and texts that are not there.
  await countCompanyAnew(relais.kernel, company.companyId);
  const { next } = chance(seed);
  const rows: string[] = [];
  for (let month = 1; month <= 3; month++)
    for (const [kind, currency] of [
      ['call', 'USD'],
      ['text', 'USD'],
      ['text', 'XAF'],
    ] as const)
      for (let contact = 0; contact < CONTACTS; contact++)
        if (next() < 0.5) {
          const cost = (amount(contact, month, next) / 1000).toFixed(3);
          rows.push(`${idOf(contact)},${currency},2026-0${month}-01,${kind},1,${cost}`);
        }
  await query(
    `insert into activity_contact_months (company_id, contact_id, currency, month, kind, count, amount)
      select $1, split_part(line, ',', 1)::uuid, split_part(line, ',', 2), split_part(line, ',', 3)::date, split_part(line, ',', 4),
        split_part(line, ',', 5)::bigint, split_part(line, ',', 6)::numeric from unnest($2::text[]) as line`,
    [company.companyId, rows],
  );
  // As PostgreSQL does by itself within a minute: without it, it takes thousands of rows for a handful.
  await query('analyze activity_contact_months');
  return company;
}

const idOf = (contact: number) => `00000000-0000-4000-8000-${String(contact).padStart(12, '0')}`;

/** What somebody cost was not all, or too much. */
async function change(company: Company, contact: number, sign: 1 | -1, amount: number): Promise<void> {
  await query(
    `insert into activity_changes (company_id, sign, what) values ($1, $2, row($1::uuid, '2026-02-10'::date, 'call', 'telnyx', 'outbound', 'completed',
      '+33757000001', null, $3::uuid, 'USD', 1, 60, 0, $4::numeric, 0, 0)::activity)`,
    [company.companyId, sign, idOf(contact), amount],
  );
}

interface Row {
  key: string;
  currency: string;
  amount: string;
}

async function costliest(company: Company, more: string): Promise<Row[]> {
  const { status, body } = await company.api.get(`/api/insights/costs?${YEAR}&${more}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.rows;
}

/** The first amounts in a currency, by a plain sum. */
async function plain(company: Company, currency: string, limit: number, kind: string | null = null) {
  const { rows } = await query(
    `select sum(amount)::numeric(24, 3)::text as amount from activity_contact_figures
      where company_id = $1 and currency = $2 and ($4::text is null or kind = $4)
      group by contact_id having sum(count) <> 0 order by sum(amount) desc limit $3`,
    [company.companyId, currency, limit, kind],
  );
  return rows.map(({ amount }) => amount);
}

async function expectSame(company: Company, limit: number, kind: string | null = null): Promise<void> {
  const found = await costliest(company, `limit=${limit}${kind ? `&kind=${kind}` : ''}`);
  for (const currency of ['USD', 'XAF']) {
    const own = found.filter((row) => row.currency === currency);
    expect(
      own.map(({ amount }) => Number(amount).toFixed(3)),
      `${currency}, ${limit}`,
    ).toEqual(await plain(company, currency, limit, kind));
    expect(new Set(own.map(({ key }) => key)).size).toBe(own.length);
  }
}

const SHAPES: Record<string, Amount> = {
  'as unequal as they are in life': (contact, _month, next) =>
    Math.floor((next() * 9_000_000) / (contact + 1)),
  'where nobody stands out': (_contact, _month, next) => Math.floor(next() * 1000),
  'where everybody costs the same': () => 125,
  'whose dear months are others each time': (contact, month) => ((contact * 7919 * month) % CONTACTS) * 10,
};

describe('the contacts who cost the most', () => {
  for (const [index, [shape, amount]] of Object.entries(SHAPES).entries())
    it(`are those of a plain sum, ${shape}`, async () => {
      const company = await fill(shape, index + 1, amount);
      for (const limit of [1, 10, 100, EVERYBODY]) await expectSame(company, limit);
      await expectSame(company, 10, 'text');
      // Somebody without any cost comes first, and whoever was first is nobody.
      const [first] = await costliest(company, 'limit=1&kind=call');
      await change(company, CONTACTS + 1, 1, 99_999);
      await change(company, Number(first!.key.slice(-12)), -1, 99_999);
      for (const limit of [1, 10, 100]) await expectSame(company, limit);
    });

  it('are those of whole months, and so the answer says', async () => {
    const company = await fill('Whole months', 9, (contact) => contact);
    const path = '/api/insights/costs?from=2026-01-20&to=2026-02-03&by=contact&limit=3';
    const { body } = await company.api.get(path);
    expect(body).toMatchObject({ from: '2026-01-01', to: '2026-02-28' });
    expect(body.rows).toHaveLength(6);
  });

  it('are not told apart by what is not kept of them', async () => {
    const answer = await relais.api.get(`/api/insights/costs?${YEAR}&number=%2B33757000001`);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining('number') } });
  });
});
