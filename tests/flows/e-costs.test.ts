import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql, type Tx } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import { addUpActivity, countCompanyAnew } from '../../server/modules/insights/jobs.ts';
import { releaseNumber } from '../../server/modules/numbers/lifecycle.ts';
import { countRents } from '../../server/modules/numbers/rent.ts';
import { assignGig } from '../../server/modules/numbers/store.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber } from '../harness/texts.ts';

// What things cost: by the list until the provider says so, months of numbers included.

const DAY_MS = 86_400_000;
const clock = manualClock(Date.now());
let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais({ clock });
});
afterAll(() => relais?.stop());

type Company = Pick<TestRelais, 'companyId' | 'api'>;
const act = <T>({ companyId }: Company, work: (tx: Tx) => Promise<T>) =>
  transact(systemCtx(relais.kernel, companyId, 'test'), work);
const rows = async (text: string, values: unknown[] = []) =>
  (await relais.kernel.db.ownerPool.query(text, values)).rows;
const PRICE = { kind: 'text', country: 'US', currency: 'USD', amount: '0.0100', validFrom: '2026-01-01' };

describe('the price list', () => {
  it('begins with the starting list, and is edited', async () => {
    const before = await relais.api.get('/api/prices');
    expect(before.body.prices).toEqual([]);
    expect(before.body.startingList).toContainEqual(
      expect.objectContaining({ kind: 'text', country: 'FR', amount: '0.038', currency: 'USD' }),
    );
    const added = await relais.api.post('/api/prices', PRICE);
    expect(added).toMatchObject({ status: 201, body: { price: { amount: '0.01', direction: 'outbound' } } });
    const twin = await relais.api.post('/api/prices', { ...PRICE, amount: '2' });
    expect(twin).toMatchObject({ status: 409, body: { code: 'price_known' } });
    const { id } = added.body.price;
    const changed = await relais.api.put(`/api/prices/${id}`, { ...PRICE, amount: '0.0090' });
    expect(changed).toMatchObject({ status: 200, body: { price: { amount: '0.009' } } });
    const { body } = await relais.api.get(`/api/audit?entityType=price`);
    expect(body.entries[0]).toMatchObject({
      action: 'price.changed',
      changes: { amount: { from: '0.01', to: '0.009' } },
    });
    const csv = await relais.api.get('/api/prices?format=csv');
    expect(csv.body as unknown as string).toMatch(/own,text,outbound,,US,,,USD,0\.009,2026-01-01,/);
    expect(csv.body as unknown as string).toMatch(/starting,number,,,US,,toll_free,USD,5\.00,/);
    expect(await relais.api.delete(`/api/prices/${id}`)).toMatchObject({ status: 200 });
    expect((await relais.api.get('/api/prices')).body.prices).toEqual([]);
  });

  const wrong: [what: string, change: object][] = [
    ['an amount that is no decimal', { amount: '1e3' }],
    ['an amount below nothing', { amount: '-1' }],
    ['a day that the calendar has not', { validFrom: '2026-02-30' }],
    ['a country and digits', { prefix: '+1' }],
    ['a kind of number for texts', { numberType: 'local' }],
    ['a currency in words', { currency: 'dollar' }],
  ];
  for (const [what, change] of wrong)
    it(`refuses ${what}`, async () => {
      expect(await relais.api.post('/api/prices', { ...PRICE, ...change })).toMatchObject({ status: 400 });
    });

  it('says what a text costs until the provider does, the own row before the starting list', async () => {
    const company = await relais.addCompany('Listed SARL');
    await buyTextNumber(relais, 'telnyx', company.api);
    const send = async (phone: string) =>
      (
        await company.api.post('/inbox/conversations', {
          ...{ source: 'sms', phone_number: phone },
          message: { text: 'Hello', send_at: new Date(clock.nowMs() + DAY_MS).toISOString() },
        })
      ).body.message;
    expect(await send('+14155550701')).toMatchObject({ price: { amount: '0.0075' }, price_estimated: true });
    await company.api.post('/api/prices', { ...PRICE, country: null, prefix: '+1415', amount: '0.25' });
    expect(await send('+14155550702')).toMatchObject({ price: { amount: '0.25' }, price_estimated: true });
    // Nobody else's list.
    expect(JSON.stringify((await relais.api.get('/api/prices')).body.prices)).not.toContain('+1415');
    await buyTextNumber(relais, 'telnyx');
    const { body } = await relais.api.get('/inbox/price?to=%2B14155550703');
    expect(JSON.stringify(body)).toContain('0.0075');
  });
});

const rentsOf = (phoneNumber: string) =>
  rows(
    `select what, starts_at, amount, currency, estimated from number_rents where phone_number = $1 order by starts_at, what desc`,
    [phoneNumber],
  );
const monthAfter = (at: Date, count: number) => {
  let next = at;
  for (let index = 0; index < count; index++) {
    const day = next.getUTCDate();
    next = new Date(next);
    next.setUTCMonth(next.getUTCMonth() + 1);
    if (next.getUTCDate() !== day) next.setUTCDate(0);
  }
  return next;
};

describe('the months of a number', () => {
  it('are paid from the day it became ours, whole, until it is given back', async () => {
    const company = await relais.addCompany('Renting SARL');
    const number = await buyTextNumber(relais, 'twilio', company.api);
    const { body } = await company.api.get(`/api/phone-numbers?search=${number.phoneNumber.slice(1)}`);
    const { id, monthlyCost, activatedAt } = body.numbers[0];
    expect(Number(monthlyCost.amount)).toBeGreaterThan(0);
    const months = async () =>
      (await rentsOf(number.phoneNumber)).filter(({ what }: { what: string }) => what === 'month');
    // Counted in the transaction that made it ours.
    expect(await months()).toMatchObject([{ starts_at: new Date(activatedAt), estimated: false }]);
    clock.advance(70 * DAY_MS);
    await Promise.all([countRents(relais.kernel), countRents(relais.kernel), countRents(relais.kernel)]);
    const begun = new Date(activatedAt);
    expect((await months()).map((each: { starts_at: Date }) => each.starts_at)).toEqual([
      begun,
      monthAfter(begun, 1),
      monthAfter(begun, 2),
    ]);
    await releaseNumber(systemCtx(relais.kernel, company.companyId, 'test'), id);
    clock.advance(90 * DAY_MS);
    await countRents(relais.kernel);
    expect(await months()).toHaveLength(3);
    const from = new Date(activatedAt).toISOString().slice(0, 10);
    const { rows: costs } = (await company.api.get(`/api/insights/costs?from=${from}&by=kind&kind=number`))
      .body;
    expect(Number(costs[0].amount)).toBeCloseTo(
      (await rentsOf(number.phoneNumber)).reduce(
        (sum: number, { amount }: { amount: string }) => sum + Number(amount),
        0,
      ),
      6,
    );
    expect(costs).toMatchObject([{ key: 'number', currency: monthlyCost.currency }]);
    expect(Number(costs[0].estimated)).toBe(0);
  });

  it('stay with the gig that the number was for', async () => {
    const company = await relais.addCompany('Two gigs SARL');
    const [id] = await addNumbers(company, 1, '1.25');
    const gigs: string[] = [];
    for (const name of ['First', 'Second'])
      gigs.push((await company.api.post('/api/gigs', { name, destinationZone: 'US' })).body.gig.id);
    const assign = (gigId: string | undefined) =>
      act(company, (tx) => assignGig(tx, id!, gigId!, clock.now()));
    await assign(gigs[0]);
    clock.advance(40 * DAY_MS);
    await countRents(relais.kernel);
    await assign(gigs[1]);
    clock.advance(30 * DAY_MS);
    await countRents(relais.kernel);
    const from = new Date(clock.nowMs() - 100 * DAY_MS).toISOString().slice(0, 10);
    const byGig = (await company.api.get(`/api/insights/costs?from=${from}&by=gig&kind=number`)).body.rows;
    const costs = new Map(byGig.map((row: { name: string; amount: string }) => [row.name, row.amount]));
    expect(Number(costs.get('First'))).toBeCloseTo(2.5, 6);
    expect(Number(costs.get('Second'))).toBeCloseTo(1.25, 6);
    const byNumber = (await company.api.get(`/api/insights/costs?from=${from}&by=number`)).body.rows;
    expect(Number(byNumber[0].amount)).toBeCloseTo(3.75, 6);
  });

  it('are estimated by the list of their first day, and corrected when a price comes late', async () => {
    const company = await relais.addCompany('Late SARL');
    const [id] = await addNumbers(company, 1);
    const phoneNumber = (await rows('select phone_number from numbers where id = $1', [id]))[0].phone_number;
    await countRents(relais.kernel);
    // A French local number: nobody knows what it costs.
    expect(await rentsOf(phoneNumber)).toMatchObject([{ amount: null, estimated: false }]);
    // The company's day: shortly before midnight in London it is tomorrow in Paris.
    const today = (await company.api.get('/api/insights/dashboard')).body.today.day;
    const price = { kind: 'number', country: 'FR', currency: 'EUR', amount: '1.5', validFrom: '2020-01-01' };
    const added = await company.api.post('/api/prices', price);
    expect(added.status).toBe(201);
    const isMonth = (expected: object) =>
      eventually(async () => expect((await rentsOf(phoneNumber))[0]).toMatchObject(expected));
    await isMonth({ amount: '1.500000', currency: 'EUR', estimated: true });
    await company.api.put(`/api/prices/${added.body.price.id}`, { ...price, amount: '1.75' });
    await isMonth({ amount: '1.750000', currency: 'EUR', estimated: true });
    const costs = async () =>
      (await company.api.get(`/api/insights/costs?from=${today}&to=${today}&by=number`)).body.rows;
    expect(await costs()).toMatchObject([{ amount: '1.750000', estimated: '1.750000', currency: 'EUR' }]);
    await act(company, (tx) =>
      sql`update numbers set monthly_cost = 2.25, currency = 'USD' where id = ${id}`.execute(tx),
    );
    await isMonth({ amount: '2.250000', currency: 'USD', estimated: false });
    const [cost] = await costs();
    expect(cost).toMatchObject({ amount: '2.250000', currency: 'USD' });
    expect(Number(cost.estimated)).toBe(0);
  });
});

let made = 0;
/** Numbers as they stand when they have just become ours, without a provider. */
async function addNumbers({ companyId }: Company, count: number, cost: string | null = null) {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const [id, at] = [newId(clock), clock.now()];
    made += 1;
    await act({ companyId } as Company, async (tx) => {
      await sql`
        insert into numbers (id, company_id, provider, phone_number, country, number_type, status, features, monthly_cost, currency,
          purchased_at, activated_at, created_at, updated_at)
        values (${id}, ${companyId}, 'telnyx', ${`+3375799${String(made).padStart(4, '0')}`}, 'FR', 'local', 'active',
          '{"voice":true,"sms":true,"mms":false}', ${cost}::numeric, ${cost && 'EUR'}, ${at}, ${at}, ${at}, ${at})`.execute(
        tx,
      );
    });
    ids.push(id);
  }
  return ids;
}

/** Repeatable chance (a linear congruential generator: Numerical Recipes). */
function chance(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]! };
}

describe('figures of numbers', () => {
  it('equal a plain count of months, whatever comes when', async () => {
    const company = await relais.addCompany('Many numbers SARL');
    const { next, pick } = chance(5);
    const owned: { id: string; begun: Date; released: Date | null }[] = [];
    let priceId: string | null = null;
    const steps = {
      buy: async () => {
        const begun = clock.now();
        const [id] = await addNumbers(company, 1, pick([null, '1.10', '3.00']));
        owned.push({ id: id!, begun, released: null });
      },
      wait: async () => clock.advance(Math.floor(next() * 45 * DAY_MS)),
      count: () => Promise.all([countRents(relais.kernel), countRents(relais.kernel)]),
      release: async () => {
        const number = owned.find(({ released }) => released === null);
        if (!number) return;
        number.released = clock.now();
        await act(company, (tx) =>
          sql`update numbers set status = 'released', released_at = ${number.released} where id = ${number.id}`.execute(
            tx,
          ),
        );
      },
      latePrice: async () => {
        if (owned.length === 0) return;
        const { id } = pick(owned);
        const cost = (next() * 3).toFixed(2);
        await act(company, (tx) =>
          sql`update numbers set monthly_cost = ${cost}::numeric, currency = ${pick(['EUR', 'USD'])} where id = ${id}`.execute(
            tx,
          ),
        );
      },
      listPrice: async () => {
        const price = {
          kind: 'number',
          country: 'FR',
          currency: 'XAF',
          amount: '600',
          validFrom: '2020-01-01',
        };
        const body = { ...price, amount: String(500 + Math.floor(next() * 500)) };
        const answer = priceId
          ? await company.api.put(`/api/prices/${priceId}`, body)
          : await company.api.post('/api/prices', body);
        priceId ??= answer.body.price.id;
      },
      addUp: () => addUpActivity(relais.kernel),
      anew: () => countCompanyAnew(relais.kernel, company.companyId),
    };
    const names = Object.keys(steps) as (keyof typeof steps)[];
    for (let round = 0; round < 120; round++) await steps[pick(names)]();
    await steps.count();
    await eventually(async () => {
      const waiting = await rows(
        `select 1 from graphile_worker._private_jobs where key = $1 and locked_at is null`,
        [`numbers.reprice_rents:${company.companyId}`],
      );
      expect(waiting).toEqual([]);
    });
    // Each month that began while the number was ours, once.
    const months = await rows(
      `select number_id, count(*)::int as count from number_rents where company_id = $1 and what = 'month' group by 1`,
      [company.companyId],
    );
    const counts = new Map(
      months.map((row: { number_id: string; count: number }) => [row.number_id, row.count]),
    );
    for (const { id, begun, released } of owned) {
      let expected = 0;
      const last = released ?? clock.now();
      for (let at = begun; at <= last; at = monthAfter(at, 1)) expected += 1;
      expect(counts.get(id), id).toBe(expected);
    }
    expect(owned.length).toBeGreaterThan(5);
    const plain = () =>
      rows(
        `select (starts_at at time zone 'Europe/Paris')::date::text as day, phone_number as number, coalesce(currency, '') as currency,
            sum(coalesce(amount, 0))::numeric(24, 6)::text as amount, count(*)::int as count
          from number_rents where company_id = $1 group by 1, 2, 3 order by 1, 2, 3`,
        [company.companyId],
      );
    const kept = (table: string) =>
      rows(
        `select day::text, our_number as number, currency, sum(amount)::numeric(24, 6)::text as amount, sum(count)::int as count
          from ${table} where company_id = $1 and kind = 'number' group by 1, 2, 3 having sum(count) <> 0 order by 1, 2, 3`,
        [company.companyId],
      );
    await eventually(async () => expect(await kept('activity_figures')).toEqual(await plain()));
    await addUpActivity(relais.kernel);
    expect(await kept('activity_days')).toEqual(await plain());
    expect((await plain()).length).toBeGreaterThan(20);
    // Months of numbers are no calls and no texts.
    const from = new Date(clock.nowMs() - 1800 * DAY_MS).toISOString().slice(0, 10);
    expect((await company.api.get(`/api/insights/activity?from=${from}&by=kind`)).body.rows).toEqual([]);
  });
});

describe('idle numbers', () => {
  it('are those without a call or a text, and say what they cost', async () => {
    const company = await relais.addCompany('Idle SARL');
    const [quiet, busy, costly] = await addNumbers(company, 3, '1.25');
    const phone = async (id: string | undefined) =>
      (await rows('select phone_number from numbers where id = $1', [id]))[0].phone_number as string;
    const call = async (our: string, daysAgo: number) => {
      const [id, at] = [newId(clock), new Date(clock.nowMs() - daysAgo * DAY_MS)];
      await act(company, (tx) =>
        sql`insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, via, author_kind, plan,
            root_leg_id, created_at, ended_at)
          values (${id}, ${company.companyId}, 'twilio', 'OUTBOUND', 'FAILED', ${our}, '+33612345678', ${our}, 'phone', 'system', '[]', ${id},
            ${at}, ${at})`.execute(tx),
      );
    };
    const idle = async (query = '') => (await company.api.get(`/api/insights/idle-numbers${query}`)).body;
    clock.advance(29 * DAY_MS);
    expect((await idle()).numbers).toEqual([]);
    clock.advance(21 * DAY_MS);
    await call(await phone(busy), 3);
    await call(await phone(costly), 40);
    const { days, numbers, monthly } = await idle();
    expect(days).toBe(30);
    expect(numbers).toMatchObject([
      { id: quiet, lastUsed: null, idleDays: 50, monthlyCost: { amount: '1.25', currency: 'EUR' } },
      { id: costly, idleDays: 40 },
    ]);
    expect(monthly).toEqual([{ currency: 'EUR', amount: '2.50' }]);
    expect((await idle('?days=45')).numbers).toMatchObject([{ id: quiet }]);
    expect((await idle('?days=2')).numbers).toHaveLength(3);
    const other = await relais.addCompany('Curious SARL');
    expect((await other.api.get('/api/insights/idle-numbers?days=1')).body.numbers).toEqual([]);
  });
});
