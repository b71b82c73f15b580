import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { inSystem, sql } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import { addUpActivity, countCompanyAnew } from '../../server/modules/insights/jobs.ts';
import { dayIn } from '../../server/modules/insights/model.ts';
import { chance, expectPlain, expectSums, GROUPS, sorted } from '../harness/figures.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// The dashboard and the reports read figures that are kept as things happen. Here they are held against a plain count of what
// is stored, after changes in any order, with the adding up and the counting anew between them and beside them.

const START = Date.parse('2026-03-28T20:00:00Z');
const DAY_MS = 86_400_000;
const clock = manualClock(START);
let relais: TestRelais;
let person: string;

beforeAll(async () => {
  relais = await startRelais({ clock });
  person = (await relais.api.get('/api/me')).body.user?.id ?? newId(clock);
});
afterAll(() => relais?.stop());

const NUMBERS = ['+33757000001', '+33757000002', '+12125550100'];
const ENDS = ['COMPLETED', 'BUSY', 'NO_ANSWER', 'FAILED', 'CANCELED'] as const;
const FATES = ['sent', 'delivered', 'failed', 'undelivered', 'canceled'] as const;

/** Calls that begin, and how they end; prices that come late; texts and their receipts: shuffled, in several transactions. */
function story(count: number, seed: number): ((companyId: string, contacts: string[]) => Promise<void>)[] {
  const { next, pick } = chance(seed);
  const act = (work: Parameters<typeof transact>[1]) => (companyId: string) =>
    transact(systemCtx(relais.kernel, companyId, 'test'), work) as Promise<void>;
  const steps: { order: number; run: (companyId: string, contacts: string[]) => Promise<void> }[] = [];
  for (let index = 0; index < count; index++) {
    const id = newId(clock);
    const at = new Date(START - Math.floor(next() * 70) * DAY_MS - Math.floor(next() * DAY_MS));
    const order = next();
    const ended = new Date(at.getTime() + 60_000);
    const facts = {
      our: pick(NUMBERS),
      user: pick([person, null]),
      out: next() < 0.5,
      end: pick(ENDS),
      fate: pick(FATES),
    };
    const price = (next() * 2).toFixed(4);
    const currency = pick(['USD', 'EUR']);
    const contact = Math.floor(next() * 5);
    if (next() < 0.5) {
      steps.push({
        order,
        run: (companyId, contacts) =>
          act(
            (tx) =>
              sql`insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, contact_id, user_id, via,
                author_kind, plan, root_leg_id, created_at)
              values (${id}, ${companyId}, 'twilio', ${facts.out ? 'OUTBOUND' : 'INBOUND'}, 'RINGING', '+33612345678', ${facts.our}, ${facts.our},
                ${contacts[contact]}, ${facts.user}, 'phone', 'system', '[]', ${id}, ${at})`.execute(
                tx,
              ) as never,
          )(companyId),
      });
      steps.push({
        order: order + 0.2,
        run: act(
          (tx) =>
            sql`update calls set status = ${facts.end}, answered_at = ${facts.end === 'COMPLETED' ? at : null}, ended_at = ${ended},
              duration_seconds = 60, missed = ${!facts.out && facts.end === 'NO_ANSWER'}, price_amount = 0.01, price_currency = ${currency},
              price_estimated = true where id = ${id}`.execute(tx) as never,
        ),
      });
      steps.push({
        order: order + 0.4,
        run: act(
          (tx) =>
            sql`update calls set price_amount = ${price}::numeric, price_estimated = false where id = ${id}`.execute(
              tx,
            ) as never,
        ),
      });
      // Changes nothing that is counted.
      steps.push({
        order: order + 0.5,
        run: act(
          (tx) => sql`update calls set note = 'x', status = status where id = ${id}`.execute(tx) as never,
        ),
      });
    } else {
      steps.push({
        order,
        run: (companyId, contacts) =>
          act(async (tx) => {
            const conversationId = newId(clock);
            await sql`insert into conversations (id, company_id, status, contact_phone, category, last_activity_at, created_at, closed_at)
              values (${conversationId}, ${companyId}, 'closed', '+33612345678', 'new', ${at}, ${at}, ${at})`.execute(
              tx,
            );
            await sql`insert into messages (id, company_id, conversation_id, kind, direction, status, from_number, to_number, body, words, provider,
                segments, author_kind, author_id, author_name, contact_id, created_at)
              values (${id}, ${companyId}, ${conversationId}, 'text', ${facts.out ? 'outbound' : 'inbound'}, ${facts.out ? 'queued' : 'received'},
                ${facts.out ? facts.our : '+33612345678'}, ${facts.out ? '+33612345678' : facts.our}, 'x', '', 'telnyx', 2,
                ${facts.user ? 'user' : 'system'}, ${facts.user ?? 'test'}, 'x', ${contacts[contact]}, ${at})`.execute(
              tx,
            );
          })(companyId),
      });
      if (facts.out)
        steps.push({
          order: order + 0.3,
          run: act(
            (tx) =>
              sql`update messages set status = ${facts.fate}, error_code = 'x', price_amount = ${price}::numeric, price_currency = ${currency}
              where id = ${id}`.execute(tx) as never,
          ),
        });
    }
  }
  return steps.sort((left, right) => left.order - right.order).map(({ run }) => run);
}

/** What is stored, counted in the plainest way. */
async function plainCount(companyId: string) {
  const { rows } = await relais.kernel.db.ownerPool.query(
    `select (created_at at time zone $2)::date::text as day, 'call' as kind, our_number, user_id,
        case when missed then 'missed' else lower(status) end as outcome, coalesce(price_currency, '') as currency,
        count(*)::int as count, sum(coalesce(duration_seconds, 0))::int as seconds, 0 as parts, sum(coalesce(price_amount, 0))::numeric(24,6)::text as amount,
        (count(*) filter (where price_estimated))::int as estimated
      from calls where company_id = $1 and ended_at is not null group by 1, 2, 3, 4, 5, 6
      union all
      select (created_at at time zone $2)::date::text, 'text', case when direction = 'inbound' then to_number else from_number end,
        case when author_kind = 'user' then author_id::uuid end,
        case when status = 'queued' then 'sent' when status = 'undelivered' then 'failed' else status end, coalesce(price_currency, ''),
        count(*)::int, 0, sum(segments)::int, sum(coalesce(price_amount, 0))::numeric(24,6)::text, (count(*) filter (where price_estimated))::int
      from messages where company_id = $1 and kind = 'text' group by 1, 2, 3, 4, 5, 6`,
    [companyId, await zoneOf(companyId)],
  );
  return sorted(rows);
}

async function zoneOf(companyId: string): Promise<string> {
  const { rows } = await relais.kernel.db.ownerPool.query('select time_zone from companies where id = $1', [
    companyId,
  ]);
  return rows[0].time_zone;
}

async function kept(companyId: string, table: 'activity_figures' | 'activity_days') {
  const { rows } = await relais.kernel.db.ownerPool.query(
    `select day::text, kind, our_number, nullif(user_id, '00000000-0000-0000-0000-000000000000') as user_id, outcome, currency, sum(count)::int as count,
        sum(seconds)::int as seconds, sum(parts)::int as parts, sum(amount)::numeric(24,6)::text as amount, sum(estimated_count)::int as estimated
      from ${table} where company_id = $1 group by 1, 2, 3, 4, 5, 6 having sum(count) <> 0`,
    [companyId],
  );
  return sorted(rows);
}

/** What the months of a table of figures come to. */
async function sums(companyId: string, month: string, table: string) {
  const { rows } = await relais.kernel.db.ownerPool.query(
    `select ${month}::text as month, kind, outcome, currency, sum(count)::int as count, sum(seconds)::int as seconds, sum(parts)::int as parts,
        sum(amount)::numeric(24,6)::text as amount from ${table} where company_id = $1 group by 1, 2, 3, 4 having sum(count) <> 0`,
    [companyId],
  );
  return sorted(rows);
}

const untilAddedUp = () => addUpActivity(relais.kernel);

async function contactsOf(company: { api: TestRelais['api'] }): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) {
    const phones = [{ phoneNumber: `+3361234567${index}` }];
    ids.push((await company.api.post('/api/contacts', { name: `Contact ${index}`, phones })).body.contact.id);
  }
  return ids;
}

describe('figures', () => {
  it('equal a plain count of what is stored, whatever came when', async () => {
    const contacts = await contactsOf(relais);
    const steps = story(240, 7);
    for (const [index, step] of steps.entries()) {
      await step(relais.companyId, contacts);
      if (index % 90 === 30) await untilAddedUp();
      if (index % 200 === 100)
        expect(await kept(relais.companyId, 'activity_figures')).toEqual(await plainCount(relais.companyId));
    }
    const plain = await plainCount(relais.companyId);
    expect(plain.length).toBeGreaterThan(100);
    expect(await kept(relais.companyId, 'activity_figures')).toEqual(plain);
    await untilAddedUp();
    expect(await kept(relais.companyId, 'activity_days')).toEqual(plain);
    const months = await sums(relais.companyId, "date_trunc('month', day)::date", 'activity_days');
    expect(months.length).toBeGreaterThan(5);
    expect(await sums(relais.companyId, 'month', 'activity_months')).toEqual(months);
    await expectSums(relais, relais.companyId);
  });

  it('are the same when they are counted anew, while things go on', async () => {
    const company = await relais.addCompany('Busy SARL');
    const contacts = await contactsOf(company);
    const steps = story(120, 11);
    const half = steps.splice(0, steps.length / 2);
    for (const step of half) await step(company.companyId, contacts);
    const others = (async () => {
      for (const step of steps) await step(company.companyId, contacts);
    })();
    const anew = (async () => {
      for (let round = 0; round < 5; round++) {
        await countCompanyAnew(relais.kernel, company.companyId);
        await untilAddedUp();
      }
    })();
    await Promise.all([others, anew]);
    await untilAddedUp();
    expect(await kept(company.companyId, 'activity_days')).toEqual(await plainCount(company.companyId));
    await expectSums(relais, company.companyId);
  });

  it('are cut at midnight where the company is, also when it moves', async () => {
    const company = await relais.addCompany('Moving SARL');
    for (const each of story(40, 3)) await each(company.companyId, []);
    const moved = await company.api.patch('/api/company', { timeZone: 'Pacific/Auckland' });
    expect(moved.status).toBe(200);
    await countCompanyAnew(relais.kernel, company.companyId);
    await untilAddedUp();
    expect(await zoneOf(company.companyId)).toBe('Pacific/Auckland');
    expect(await kept(company.companyId, 'activity_days')).toEqual(await plainCount(company.companyId));
    await expectSums(relais, company.companyId);
  });

  it('of one company are not shown to another', async () => {
    const other = await relais.addCompany('Curious SARL');
    const { body } = await other.api.get('/api/insights/activity?from=2026-01-01&to=2026-04-01');
    expect(body.rows).toEqual([]);
    const rows = await inSystem(relais.kernel.db, (tx) =>
      sql`select 1 from activity_days limit 1`.execute(tx),
    );
    expect(rows.rows).toHaveLength(1);
  });
});

describe('the dashboard', () => {
  it('shows today beside yesterday, and the month beside the one before', async () => {
    const { status, body } = await relais.api.get('/api/insights/dashboard');
    expect(status).toBe(200);
    const zone = await zoneOf(relais.companyId);
    const today = dayIn(clock.now(), zone);
    const { rows } = await relais.kernel.db.ownerPool.query(
      `select count(*) filter (where (created_at at time zone $2)::date = $3::date)::int as today,
        count(*) filter (where (created_at at time zone $2)::date = $3::date - 1)::int as yesterday,
        count(*) filter (where (created_at at time zone $2)::date >= date_trunc('month', $3::date))::int as month
      from calls where company_id = $1 and ended_at is not null`,
      [relais.companyId, zone, today],
    );
    expect(body.today).toMatchObject({ day: today, calls: rows[0].today });
    expect(body.yesterday.calls).toBe(rows[0].yesterday);
    expect(body.month).toMatchObject({ month: today.slice(0, 7), calls: rows[0].month });
    expect(body.month.calls).toBeGreaterThan(body.today.calls);
    expect(body.days).toHaveLength(30);
    expect(body.days.at(-1)).toEqual(body.today);
    const costs = await relais.kernel.db.ownerPool.query(
      `select currency, sum(amount)::text as amount from (
          select price_currency as currency, price_amount as amount, created_at from calls where company_id = $1 and ended_at is not null
          union all select price_currency, price_amount, created_at from messages where company_id = $1) as priced
        where currency is not null and (created_at at time zone $2)::date >= date_trunc('month', $3::date) group by 1`,
      [relais.companyId, zone, today],
    );
    const told = new Map(
      body.month.costs.map((cost: { currency: string; amount: string }) => [
        cost.currency,
        Number(cost.amount),
      ]),
    );
    for (const { currency, amount } of costs.rows) expect(told.get(currency)).toBeCloseTo(Number(amount), 6);
  });
});

describe('a report', () => {
  const whole = 'from=2026-01-01&to=2026-03-31';

  it('adds up to the same, by whatever it is broken down', async () => {
    const totals = [];
    for (const by of ['day', 'month', 'kind', 'direction', 'outcome', 'number', 'user', 'provider']) {
      const { body } = await relais.api.get(`/api/insights/activity?${whole}&by=${by}`);
      totals.push(body.rows.reduce((sum: number, row: { count: number }) => sum + row.count, 0));
    }
    expect(new Set(totals).size).toBe(1);
    expect(totals[0]).toBeGreaterThan(200);
  });

  it('tells gigs apart by what each number was for on each day, also where whole months are read', async () => {
    const [first, second, third] = Array.from({ length: 3 }, () => randomUUID());
    const held = [
      [NUMBERS[0], '2026-01-01', first],
      [NUMBERS[0], '2026-02-01', second],
      [NUMBERS[0], '2026-03-10', third],
      [NUMBERS[1], '2026-01-20', first],
    ];
    const { ownerPool } = relais.kernel.db;
    for (const [number, since, gig] of held)
      await ownerPool.query(
        'insert into number_gigs (company_id, phone_number, since_day, gig_id) values ($1, $2, $3, $4)',
        [relais.companyId, number, since, gig],
      );
    await untilAddedUp();
    for (const [from, to] of [
      ['2026-01-01', '2026-03-31'],
      ['2026-01-05', '2026-03-20'],
      ['2026-02-01', '2026-02-28'],
    ]) {
      const { body } = await relais.api.get(`/api/insights/activity?from=${from}&to=${to}&by=gig`);
      const { rows } = await ownerPool.query(
        `select gig_on(company_id, our_number, day) as key, sum(count)::int as count from activity_days
          where company_id = $1 and day between $2 and $3 and kind <> 'number' group by 1 order by 1`,
        [relais.companyId, from, to],
      );
      expect(rows.length).toBeGreaterThan(2);
      const told = body.rows.map(({ key, count }: { key: string | null; count: number }) => ({ key, count }));
      expect(sorted(told)).toEqual(sorted(rows));
    }
  });

  it('tells of any days, by anything and of anything, what a plain count does', async () => {
    const { next, pick } = chance(23);
    const contacts = await contactsOf(await relais.addCompany('Elsewhere SARL'));
    const news = story(20, 29);
    for (let asked = 0; asked < 120; asked++) {
      // Some of it is not added up yet, some is.
      if (asked % 10 === 0) for (const step of news.splice(0, 4)) await step(relais.companyId, contacts);
      if (asked % 40 === 20) await untilAddedUp();
      const day = () => new Date(START - Math.floor(next() * 80) * DAY_MS).toISOString().slice(0, 10);
      const [from, to] = [day(), day()].sort() as [string, string];
      await expectPlain(relais, {
        ...{ from, to, by: GROUPS[asked % GROUPS.length]! },
        ...(next() < 0.3 && { kind: pick(['call', 'text']) }),
        ...(next() < 0.3 && { direction: pick(['inbound', 'outbound']) }),
        ...(next() < 0.3 && { number: pick(NUMBERS) }),
        ...(next() < 0.3 && { userId: person.toUpperCase() }),
      });
    }
  });

  it('names people and contacts, and comes as CSV', async () => {
    const byContact = await relais.api.get(`/api/insights/costs?${whole}&by=contact`);
    expect(byContact.body.rows[0].name).toMatch(/^Contact \d$/);
    const csv = await relais.api.get(`/api/insights/costs?${whole}&by=month&format=csv`);
    expect(csv.body as unknown as string).toMatch(
      /month,name,currency,amount,estimated,count\r\n2026-01-01,,EUR,/,
    );
  });

  const wrong = {
    'a day that the calendar has not': 'from=2026-02-30',
    'a span that ends before it begins': 'from=2026-03-02&to=2026-03-01',
    'a span that is too long': 'from=2001-01-01&to=2026-03-01',
    'something that is no day': 'from=yesterday',
  };
  for (const [what, query] of Object.entries(wrong))
    it(`refuses ${what}`, async () => {
      expect(await relais.api.get(`/api/insights/activity?${query}`)).toMatchObject({ status: 400 });
    });
});
