import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// The reports that have a name, and the lists that they are made of: on screen, for a spreadsheet and as pages.

const clock = manualClock(Date.parse('2026-11-21T09:00:00Z'));
let relais: TestRelais;
let gigNumber: string;

beforeAll(async () => {
  relais = await startRelais({ clock, config: { RELAIS_ROLE: 'api' } });
  const { body } = await relais.api.post('/api/gigs', {
    name: '=HYPERLINK("http://x")',
    destinationZone: 'US',
  });
  const { numbers } = (await relais.api.get('/api/phone-numbers/search?countryCode=US')).body;
  gigNumber = numbers[0].phoneNumber;
  const bought = { phoneNumber: gigNumber, gigId: body.gig.id };
  expect((await relais.api.post('/api/phone-numbers/purchase', bought)).status).toBeLessThan(300);
  // It was for its gig before any of this happened.
  await relais.kernel.db.ownerPool.query(`update number_gigs set since_day = '2020-01-01'`);
  await happened();
});
afterAll(() => relais?.stop());

interface CallFacts {
  at: string;
  our?: string;
  status?: string;
  seconds?: number;
  cost?: string;
  currency?: string;
  mos?: number;
}

/** A call that ended, and how it sounded. */
async function call({
  at,
  our = gigNumber,
  status = 'COMPLETED',
  seconds = 60,
  cost = '0.1',
  currency = 'USD',
  mos,
}: CallFacts) {
  const id = newId(clock);
  const { companyId } = relais;
  await transact(systemCtx(relais.kernel, companyId, 'test'), async (tx) => {
    await sql`insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, via, author_kind, plan,
        root_leg_id, created_at, answered_at, ended_at, duration_seconds, price_amount, price_currency, price_estimated)
      values (${id}, ${companyId}, 'twilio', 'INBOUND', ${status}, '+33612345678', ${our}, ${our}, 'phone', 'system', '[]', ${id}, ${at}::timestamptz,
        ${status === 'COMPLETED' ? at : null}::timestamptz, ${at}::timestamptz + interval '1 minute', ${seconds}, ${cost}::numeric, ${currency}, false)`.execute(
      tx,
    );
    if (mos !== undefined)
      await sql`insert into call_quality (call_id, company_id, provider, our_number, started_at, mos, level, jitter_ms, packet_loss_percent, ended, updated_at)
        values (${id}, ${companyId}, 'twilio', ${our}, ${at}::timestamptz, ${mos}, ${mos >= 4 ? 'good' : 'bad'}, 10, 0.5, true, ${at}::timestamptz)`.execute(
        tx,
      );
  });
}

async function happened(): Promise<void> {
  // Paris is an hour ahead of UTC: the first of these belongs to the 20th.
  await call({ at: '2026-11-19T23:30:00Z', seconds: 120, mos: 4.4 });
  await call({ at: '2026-11-20T10:00:00Z', seconds: 60, cost: '0.25', mos: 3 });
  await call({ at: '2026-11-20T12:00:00Z', status: 'NO_ANSWER', seconds: 0, cost: '0.05' });
  await call({ at: '2026-11-19T10:00:00Z', our: '+33757000009', cost: '2', currency: 'EUR' });
  await call({ at: '2026-10-05T10:00:00Z', cost: '1.5' });
}

const measure = (document: { measures: { key: string }[] }, key: string) =>
  document.measures.find((each) => each.key === key);
const table = (document: { tables: { key: string }[] }, key: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: a table of the answer, whose shape is what is checked
  document.tables.find((each) => each.key === key) as any;

describe('the report of a day', () => {
  it('is that of yesterday where the company is, beside the day before', async () => {
    const { status, body } = await relais.api.get('/api/insights/reports/activity');
    expect(status, JSON.stringify(body)).toBe(200);
    const { document } = body;
    expect(document).toMatchObject({
      ...{
        title: 'Daily activity',
        when: 'Friday, 20 November 2026',
        timeZone: 'Europe/Paris',
        isRunning: false,
      },
      ...{
        from: '2026-11-20',
        to: '2026-11-20',
        before: { from: '2026-11-19', to: '2026-11-19' },
        isEmpty: false,
      },
    });
    expect(measure(document, 'calls')).toMatchObject({ value: 3, before: 1 });
    expect(measure(document, 'answered')).toMatchObject({ value: 0.6667, before: 1 });
    expect(measure(document, 'meanSeconds')).toMatchObject({ value: 90, before: 60 });
    expect(measure(document, 'mos')).toMatchObject({ value: 3.7, before: null });
    expect(measure(document, 'cost-USD')).toMatchObject({ value: '0.400000', before: '0' });
    expect(document.charts[0].days).toHaveLength(14);
    expect(document.charts[0].series.map(({ values }: { values: number[] }) => values.slice(-2))).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(table(document, 'numbers').rows).toEqual([
      {
        cells: [gigNumber, '=HYPERLINK("http://x")', 3, 0.6667, 90, 0, null, 0, 3.7, '0.400000'],
        currency: null,
      },
    ]);
    expect(table(document, 'sound').rows[0].cells).toEqual(['Twilio', 2, 1, 0, 1, 3.7, 10, null, 0.5]);
  });

  it('of today says that it is not over', async () => {
    const { body } = await relais.api.get('/api/insights/reports/activity?day=2026-11-21');
    expect(body.document).toMatchObject({ isRunning: true, isEmpty: true });
  });

  it('speaks French to whoever reads French', async () => {
    const { body } = await relais.api.get('/api/insights/reports/activity', { 'accept-language': 'fr' });
    expect(body.document).toMatchObject({ title: 'Activité du jour', when: 'vendredi 20 novembre 2026' });
  });

  const wrong = [
    'day=2026-11-22',
    'day=1999-12-31',
    'day=2026-02-30',
    'day=yesterday',
    'period=year',
    'format=xls',
  ];
  for (const query of wrong)
    it(`refuses ${query}`, async () => {
      expect(await relais.api.get(`/api/insights/reports/activity?${query}`)).toMatchObject({ status: 400 });
    });
});

describe('the report of a month', () => {
  it('puts what it cost beside the month before, by everything it was spent on', async () => {
    const { body } = await relais.api.get('/api/insights/reports/costs?day=2026-11-01');
    const { document } = body;
    expect(document).toMatchObject({
      title: 'Monthly costs',
      from: '2026-11-01',
      to: '2026-11-30',
      isRunning: true,
    });
    expect(measure(document, 'cost-USD')).toMatchObject({ value: '0.400000', before: '1.500000' });
    expect(measure(document, 'cost-EUR')).toMatchObject({ value: '2.000000', before: '0' });
    expect(table(document, 'number').rows).toEqual([
      { cells: ['+33757000009', '2.000000', '0', '0', 1], currency: 'EUR' },
      { cells: [gigNumber, '0.400000', '1.500000', '0', 3], currency: 'USD' },
    ]);
    expect(table(document, 'gig').rows.map(({ cells }: { cells: string[] }) => cells.slice(0, 2))).toEqual([
      ['No gig', '2.000000'],
      ['=HYPERLINK("http://x")', '0.400000'],
    ]);
    expect(
      document.charts.map(({ currency, days }: { currency: string; days: string[] }) => [
        currency,
        days.length,
      ]),
    ).toEqual([
      ['EUR', 30],
      ['USD', 30],
    ]);
  });

  it('opens in a spreadsheet of its language, and runs nothing there', async () => {
    const english = await relais.api.get('/api/insights/reports/costs?day=2026-11-01&format=csv&language=en');
    const file = english.body as unknown as string;
    expect(english.headers.get('content-disposition')).toContain('monthly-costs-2026-11.csv');
    expect(file).toContain('\r\nCost (USD),0.4,1.5,USD\r\n');
    expect(file).toContain(`\r\nGig,Amount,Before,Estimated part,Count,Currency\r\n`);
    expect(file).toContain(`\r\n"'=HYPERLINK(""http://x"")",0.4,1.5,0,3,USD\r\n`);
    const french = await relais.api.get('/api/insights/reports/costs?day=2026-11-01&format=csv&language=fr');
    expect(french.body).toContain('\r\nCoût (USD);0,4;1,5;USD\r\n');
    expect(`${file}${french.body}`).not.toMatch(/(^|[,;\t\r\n])["\s]*[=@]/m);
  });

  it('is set on pages of A4, also when nothing happened', async () => {
    const empty = await relais.addCompany('Empty SARL');
    const asked = [
      { api: relais.api, pages: 2, language: 'en' },
      { api: empty.api, pages: 1, language: 'fr' },
    ];
    await Promise.all(
      asked.map(async ({ api, pages, language }) => {
        const address = `${relais.baseUrl}/api/insights/reports/costs?day=2026-11-01&format=pdf&language=${language}`;
        const answer = await fetch(address, { headers: await keyOf(api) });
        const bytes = Buffer.from(await answer.arrayBuffer()).toString('latin1');
        expect(bytes.slice(0, 5)).toBe('%PDF-');
        expect(bytes.trimEnd().endsWith('%%EOF')).toBe(true);
        expect(bytes.match(/\/Type \/Page\b/g)!.length).toBeLessThanOrEqual(pages);
        expect(bytes).toContain('/MediaBox [0 0 595.28 841.89]');
        // Its fonts are in it.
        expect(bytes).toContain('/FontFile2');
      }),
    );
  });
});

/** The headers of a caller, to read bytes that are no text. */
async function keyOf(api: TestRelais['api']): Promise<Record<string, string>> {
  const { body } = await api.post('/api/api-keys', { name: 'reports', scopes: ['reports:read'] });
  return { 'x-api-key': body.secret };
}

describe('a list of figures', () => {
  const november = 'from=2026-11-01&to=2026-11-21';

  it('says what each number did, how well, and for how much', async () => {
    const { body } = await relais.api.get(`/api/insights/numbers?${november}`);
    expect(body.rows).toHaveLength(2);
    expect(body.rows[0]).toMatchObject({
      ...{
        number: gigNumber,
        gigName: '=HYPERLINK("http://x")',
        calls: 3,
        callsIn: 3,
        answeredShare: 0.6667,
      },
      ...{ meanSeconds: 90, mos: 3.7, costs: [{ currency: 'USD', amount: '0.400000' }] },
    });
    const csv = await relais.api.get(`/api/insights/numbers?${november}&format=csv`);
    expect(csv.body).toContain('mos,cost_USD,cost_EUR\r\n');
  });

  it('groups calls and costs by gig', async () => {
    const calls = await relais.api.get(`/api/insights/activity?${november}&by=gig&kind=call`);
    expect(calls.body.rows.map(({ name, count }: { name: string; count: number }) => [name, count])).toEqual([
      ['=HYPERLINK("http://x")', 3],
      [null, 1],
    ]);
    const costs = await relais.api.get(`/api/insights/costs?${november}&by=gig`);
    expect(
      costs.body.rows.map(({ name, amount }: { name: string; amount: string }) => [name, amount]),
    ).toEqual([
      [null, '2.000000'],
      ['=HYPERLINK("http://x")', '0.400000'],
    ]);
  });

  for (const by of ['day', 'month', 'number', 'user', 'provider'])
    it(`says how calls sounded by ${by}`, async () => {
      const { body } = await relais.api.get(`/api/insights/sound?${november}&by=${by}`);
      expect(body.rows).toHaveLength(1);
      expect(body.rows[0]).toMatchObject({
        calls: 2,
        good: 1,
        bad: 1,
        mos: 3.7,
        jitterMs: 10,
        lossPercent: 0.5,
      });
    });

  it('refuses a span that ends before it begins', async () => {
    for (const list of ['numbers', 'sound', 'transactions'])
      expect(await relais.api.get(`/api/insights/${list}?from=2026-11-02&to=2026-11-01`)).toMatchObject({
        status: 400,
      });
  });
});
