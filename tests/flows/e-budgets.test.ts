import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql, type Tx } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import { checkBudgets } from '../../server/modules/billing/alerts.ts';
import { budgetRefusals, type Wanted } from '../../server/modules/billing/stop.ts';
import { countCompanyAnew } from '../../server/modules/insights/upkeep.ts';
import { sendNews } from '../../server/modules/insights/webhooks.ts';
import { acceptTexts } from '../../server/modules/messages/accept.ts';
import { draftOf } from '../../server/modules/messages/drafts.ts';
import { buyCallNumber, liftLimits, PACE_MS, telephones } from '../harness/calls.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { type MailServer, startMailServer } from '../harness/mail-server.ts';
import { type Receiver, startReceiver } from '../harness/receiver.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, threadOf } from '../harness/texts.ts';

// What may be spent: many at once do not get past a stop, what comes in stays open, and each threshold is told once.

let relais: TestRelais;
let receiver: Receiver;
let mails: MailServer;

beforeAll(async () => {
  mails = await startMailServer();
  receiver = await startReceiver();
  relais = await startRelais({
    reviewMs: PACE_MS,
    config: {
      ...{ SMTP_URL: mails.url, MAIL_FROM: 'Relais <no-reply@relais.test>' },
      OUTGOING_ALLOW_PRIVATE: true,
    },
  });
});
afterAll(async () => {
  await relais?.stop();
  await receiver?.close();
  await mails?.stop();
});

type Company = Awaited<ReturnType<TestRelais['addCompany']>>;
const act = <T>({ companyId }: Pick<Company, 'companyId'>, work: (tx: Tx) => Promise<T>) =>
  transact(systemCtx(relais.kernel, companyId, 'test'), work);
const BUDGET = { name: 'Texts', period: 'month', kind: 'text', currency: 'USD', hardStop: true };

async function budget(api: Client, change: object) {
  const { status, body } = await api.post('/api/budgets', { ...BUDGET, ...change });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.budget;
}
const budgetNow = async (api: Client, id: string) =>
  (await api.get('/api/budgets')).body.budgets.find((each: { id: string }) => each.id === id);

/** A company with a number and an open conversation. */
let handset = 14155558100;
async function texting(name: string) {
  handset += 1;
  const them = `+${handset}`;
  const company = await relais.addCompany(name);
  const number = await buyTextNumber(relais, 'telnyx', company.api);
  // What the sandbox asks, so that nothing changes when its prices come in.
  const list = { kind: 'text', currency: 'USD', amount: '0.004', validFrom: '2020-01-01' };
  expect((await company.api.post('/api/prices', list)).status).toBe(201);
  const opened = await company.api.post('/inbox/conversations', {
    ...{ source: 'sms', phone_number: them },
    message: { text: 'First' },
  });
  expect(opened.status).toBe(201);
  const path = `/inbox/conversations/${opened.body.conversation.id}/messages`;
  return { ...company, them, number, conversationId: opened.body.conversation.id as string, path };
}

describe('a budget for texts', () => {
  it('lets as many through as fit, however many come at once, and says which budget stopped the others', async () => {
    const company = await texting('Thrifty SARL');
    // One is sent already.
    const { id } = await budget(company.api, { amount: '0.0160' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, index) => company.api.post(company.path, { text: `Text ${index}` })),
    );
    const refused = answers.filter(({ status }) => status === 402);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(3);
    expect(refused).toHaveLength(17);
    expect(refused[0]!.body).toMatchObject({
      code: 'budget_reached',
      details: {
        budgetId: id,
        amount: '0.016',
        left: '0.00',
        needed: '0.004',
        currency: 'USD',
        period: 'month',
      },
    });
    expect(refused[0]!.body.error).toContain('Texts');
    expect(Number((await budgetNow(company.api, id)).spent)).toBeCloseTo(0.016, 6);
    // A person raises it, and the next one leaves.
    const raised = await company.api.put(`/api/budgets/${id}`, { ...BUDGET, amount: '0.0200' });
    expect(raised.status).toBe(200);
    expect((await company.api.post(company.path, { text: 'One more' })).status).toBeLessThan(300);
    expect(await company.api.post(company.path, { text: 'Too many' })).toMatchObject({ status: 402 });
    // Somebody else's budget is nobody else's.
    const other = await texting('Lavish SARL');
    expect((await other.api.post(other.path, { text: 'Hello' })).status).toBeLessThan(300);
  });

  it('holds against several processes', async () => {
    const company = await texting('Processes SARL');
    await budget(company.api, { amount: '0.0160' });
    const ctx = systemCtx(relais.kernel, company.companyId, 'test');
    // Each in a transaction of its own, as those of other processes are; their conversations are others, so nothing else holds them up.
    const conversations: string[] = [];
    for (let index = 0; index < 12; index++) {
      await act(company, async (tx) => {
        const { rows } = await sql<{ id: string }>`
          insert into conversations (id, company_id, status, contact_phone, integration_id, category, last_activity_at, created_at)
          select gen_random_uuid(), company_id, 'open', ${`+141555508${20 + index}`}, integration_id, 'new', now(), now()
          from conversations where id = ${company.conversationId} returning id`.execute(tx);
        conversations.push(rows[0]!.id);
      });
    }
    const outcomes = await Promise.all(
      conversations.map((conversationId) =>
        transact(ctx, (tx) =>
          acceptTexts(ctx, tx, [draftOf(ctx, conversationId, { text: 'Together' }, null)]),
        ),
      ),
    );
    const accepted = outcomes.flat().filter(({ kind }) => kind === 'accepted');
    expect(accepted).toHaveLength(3);
  });

  it('lets in what comes, answers to STOP, and nothing for later beyond it', async () => {
    const company = await texting('Open SARL');
    const soon = new Date(relais.kernel.clock.nowMs() + 1500).toISOString();
    const later = await company.api.post(company.path, { text: 'Later', send_at: soon });
    expect(later.status).toBeLessThan(300);
    await budget(company.api, { amount: '0.0070' });
    expect(await company.api.post(company.path, { text: 'Now' })).toMatchObject({ status: 402 });
    await handsets(relais).text(company.them, company.number.phoneNumber, 'STOP');
    await eventually(async () => {
      const thread = await threadOf(company.api, company.conversationId);
      expect(thread.find((each: { text: string }) => each.text === 'STOP')).toBeDefined();
      const confirmation = thread.at(-1);
      expect(confirmation).toMatchObject({ direction: 'outbound' });
    });
    await handsets(relais).text('+14155550812', company.number.phoneNumber, 'Hello?');
    await conversationWith(company.api, '+14155550812');
  });

  it('stops a text that was written for later when its time comes', async () => {
    const company = await texting('Scheduled SARL');
    const soon = new Date(relais.kernel.clock.nowMs() + 1500).toISOString();
    const { body } = await company.api.post(company.path, { text: 'Later', send_at: soon });
    const { id } = await budget(company.api, { amount: '0.0070' });
    await eventually(async () => {
      const thread = await threadOf(company.api, company.conversationId);
      const text = thread.find((each: { id: string }) => each.id === body.message.id);
      expect(text).toMatchObject({ status: 'failed', error: { code: 'budget_reached' } });
    });
    // What never left has cost nothing.
    expect(Number((await budgetNow(company.api, id)).spent)).toBeCloseTo(0.004, 6);
  });

  it('of a day begins anew on the next', async () => {
    const company = await texting('Daily SARL');
    const { id } = await budget(company.api, { amount: '0.0040', period: 'day' });
    expect(await company.api.post(company.path, { text: 'Today' })).toMatchObject({ status: 402 });
    // What was sent today was sent the day before yesterday.
    await act(company, (tx) =>
      sql`update messages set created_at = created_at - interval '2 days'`.execute(tx),
    );
    await countCompanyAnew(relais.kernel, company.companyId);
    expect(Number((await budgetNow(company.api, id)).spent)).toBe(0);
    expect((await company.api.post(company.path, { text: 'A new day' })).status).toBeLessThan(300);
    expect(await company.api.post(company.path, { text: 'Another' })).toMatchObject({ status: 402 });
  });

  it('looks at its own number, person and kind alone', async () => {
    const company = await texting('Scopes SARL');
    await budget(company.api, { amount: '0.0001', number: '+33757000000' });
    await budget(company.api, { amount: '0.0001', userId: company.owner.userId });
    await budget(company.api, { amount: '0.0001', kind: 'call' });
    await budget(company.api, { amount: '0.0001', currency: 'EUR' });
    await budget(company.api, { amount: '0.0001', hardStop: false });
    await budget(company.api, { amount: '0.0001', enabled: false });
    expect((await company.api.post(company.path, { text: 'Fine' })).status).toBeLessThan(300);
    const { body } = await company.api.post('/api/gigs', { name: 'Support', destinationZone: 'US' });
    await budget(company.api, { amount: '0.0001', kind: null, gigId: body.gig.id });
    expect((await company.api.post(company.path, { text: 'Fine' })).status).toBeLessThan(300);
    const found = await company.api.get(`/api/phone-numbers?search=${company.number.phoneNumber.slice(1)}`);
    await company.api.patch(`/api/phone-numbers/${found.body.numbers[0].id}`, { gigId: body.gig.id });
    expect(await company.api.post(company.path, { text: 'Not any more' })).toMatchObject({ status: 402 });
  });
});

describe('the stop', () => {
  it('has whoever would spend wait for whoever is spending', async () => {
    const company = await relais.addCompany('Waiting SARL');
    await budget(company.api, { amount: '1', kind: null });
    const ctx = systemCtx(relais.kernel, company.companyId, 'test');
    const number = '+33757000009';
    const wanted: Wanted = {
      ...{ kind: 'call', ourNumber: number, userId: null },
      cost: { amount: '0.6', currency: 'USD' },
    };
    const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = transact(ctx, async (tx) => {
      const refusals = await budgetRefusals(ctx, tx, [wanted]);
      asked.resolve();
      await gate.promise;
      const [id, at] = [newId(relais.kernel.clock), relais.kernel.clock.now()];
      await sql`
        insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, via, author_kind, plan, root_leg_id,
          created_at, ended_at, price_amount, price_currency)
        values (${id}, ${company.companyId}, 'twilio', 'OUTBOUND', 'FAILED', ${number}, '+33612345678', ${number}, 'phone', 'system', '[]', ${id},
          ${at}, ${at}, 0.6, 'USD')`.execute(tx);
      return refusals;
    });
    await asked.promise;
    const second = transact(ctx, (tx) => budgetRefusals(ctx, tx, [wanted]));
    await eventually(async () => {
      const { rows } = await relais.kernel.db.ownerPool.query(
        `select 1 from pg_locks where locktype = 'advisory' and not granted`,
      );
      expect(rows).toHaveLength(1);
    });
    gate.resolve();
    expect(await first).toEqual([null]);
    expect(await second).toMatchObject([{ code: 'budget_reached', details: { left: '0.40' } }]);
  });
});

describe('a budget for calls', () => {
  it('holds five minutes for each call under way, so that many at once stay within it', async () => {
    const company = await relais.addCompany('Calling SARL');
    await liftLimits(company.api);
    const { phoneNumber } = await buyCallNumber(relais, 'telnyx', company.api);
    // Two telephones at 0.0035 a minute, five minutes: 0.035 for each call.
    const { id } = await budget(company.api, { name: 'Calls', kind: 'call', amount: '0.1200' });
    const place = (index: number) =>
      company.api.post('/api/calls/initiate', {
        ...{ from: phoneNumber, to: `+141555508${50 + index}`, agentPhone: '+14155559811' },
      });
    const answers = await Promise.all(Array.from({ length: 12 }, (_none, index) => place(index)));
    // A call that has ended makes room for another, so it is those under way at once that are counted.
    const { rows } = await relais.kernel.db.ownerPool.query(
      `select count(*)::int as together from calls as one join calls as other on other.company_id = one.company_id
        and other.created_at <= one.created_at and (other.ended_at is null or other.ended_at > one.created_at)
      where one.company_id = $1 group by one.id order by 1 desc`,
      [company.companyId],
    );
    expect(rows[0].together).toBe(3);
    const refused = answers.filter(({ status }) => status === 402);
    expect(refused[0]!.body).toMatchObject({ code: 'budget_reached', details: { needed: '0.035' } });
    for (const { body } of refused) expect(Number(body.details.left)).toBeLessThan(0.035);
    const { held, spent } = await budgetNow(company.api, id);
    expect(Number(held) + Number(spent)).toBeLessThanOrEqual(0.12);
    // A refusal is written down like any other.
    const { attempts } = (await company.api.get('/api/calls/attempts')).body;
    expect(attempts.filter((each: { verdict: string }) => each.verdict === 'budget_reached')).toHaveLength(
      refused.length,
    );
    // Who calls us gets through.
    await telephones(relais).call('+14155559812', phoneNumber);
    await eventually(async () => {
      const { calls } = (await company.api.get('/api/calls')).body;
      expect(calls.find((each: { direction: string }) => each.direction === 'INBOUND')).toBeDefined();
    });
  });

  it('counts a call by the list from the moment it ends, and by the real price once it is known', async () => {
    const company = await relais.addCompany('Ended SARL');
    const { phoneNumber } = await buyCallNumber(relais, 'telnyx', company.api);
    const { id } = await budget(company.api, { name: 'Calls', kind: 'call', amount: '10' });
    const phones = telephones(relais);
    const answer = await company.api.post('/api/calls/initiate', {
      ...{ from: phoneNumber, to: '+14155550881', agentPhone: '+14155559821' },
    });
    expect(answer.status).toBeLessThan(300);
    await phones.picksUp('+14155559821');
    const line = await phones.picksUp('+14155550881');
    await phones.hangUp(line);
    await eventually(async () => {
      const now = await budgetNow(company.api, id);
      expect(Number(now.spent)).toBeGreaterThan(0);
      expect(now.held).toBe('0.00');
    });
    await eventually(async () => {
      const { calls } = (await company.api.get('/api/calls')).body;
      expect(calls[0].cost).toMatchObject({ estimated: false });
      expect(Number((await budgetNow(company.api, id)).spent)).toBeCloseTo(Number(calls[0].cost.amount), 6);
    }, 30_000);
  });
});

describe('a budget for numbers', () => {
  it('refuses a purchase before the provider is asked, and lets one of two through', async () => {
    const company = await relais.addCompany('Numbers SARL');
    const { numbers } = (await company.api.get('/api/phone-numbers/search?countryCode=US')).body;
    const price = Number(numbers[0].monthlyCost.amount) + Number(numbers[0].upfrontCost?.amount ?? 0);
    const { id } = await budget(company.api, {
      name: 'Numbers',
      kind: 'number',
      amount: (price / 2).toFixed(4),
    });
    const buy = (index: number) =>
      company.api.post('/api/phone-numbers/purchase', { phoneNumber: numbers[index].phoneNumber });
    expect(await buy(0)).toMatchObject({ status: 402, body: { code: 'budget_reached' } });
    expect((await company.api.get('/api/phone-numbers')).body.numbers).toEqual([]);
    await company.api.put(`/api/budgets/${id}`, {
      ...{ ...BUDGET, name: 'Numbers', kind: 'number' },
      amount: (price * 1.5).toFixed(4),
    });
    const answers = await Promise.all([buy(0), buy(1), buy(2)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 402, 402]);
    await eventually(async () =>
      expect(Number((await budgetNow(company.api, id)).spent)).toBeCloseTo(price, 6),
    );
  });
});

describe('thresholds', () => {
  it('are told once each: in the console, to programs, and by mail', async () => {
    const company = await texting('Warned SARL');
    const hook = { url: `${receiver.url}/hook`, events: ['budget.reached'] };
    expect((await company.api.post('/api/webhook-endpoints', hook)).status).toBe(201);
    const { id } = await budget(company.api, {
      ...{ name: 'Été “prudent”', amount: '0.0150', hardStop: false, mailTo: ['lead@example.test'] },
    });
    const check = () => Promise.all([1, 2, 3].map(() => checkBudgets(relais.kernel)));
    const alerts = async () =>
      (await company.api.get('/api/budgets')).body.alerts.map(
        (each: { threshold: number }) => each.threshold,
      );
    await check();
    expect(await alerts()).toEqual([]);
    const send = async (text: string) =>
      expect((await company.api.post(company.path, { text })).status).toBeLessThan(300);
    await send('Half');
    await check();
    await check();
    expect(await alerts()).toEqual([50]);
    await send('More');
    await send('All of it');
    await check();
    await check();
    expect((await alerts()).sort()).toEqual([100, 50, 80]);
    await eventually(async () => {
      await sendNews(relais.kernel);
      expect(receiver.received).toHaveLength(3);
    });
    const told = receiver.received.map(({ body }) => JSON.parse(body.toString()));
    expect(told.map(({ data }) => data.threshold).sort()).toEqual([100, 50, 80]);
    expect(told[0]).toMatchObject({ type: 'budget.reached', data: { budgetId: id, currency: 'USD' } });
    // One mail for each time that somebody looked, not for each threshold.
    await eventually(() => expect(mails.letters).toHaveLength(2));
    expect(mails.letters[1]!.to).toBe('lead@example.test');
    // Another sum is another budget: what it has reached is told anew.
    await company.api.put(`/api/budgets/${id}`, { ...BUDGET, hardStop: false, amount: '0.0300' });
    await check();
    expect((await alerts()).sort()).toEqual([100, 50, 50, 80]);
    const { rows } = await relais.kernel.db.ownerPool.query(
      `select count(*)::int as count from live_events where company_id = $1 and topic = 'budget_alert'`,
      [company.companyId],
    );
    expect(rows[0].count).toBe(4);
  });
});

describe('budgets', () => {
  const wrong: [what: string, change: object][] = [
    ['no amount', { amount: '0' }],
    ['a threshold of nothing', { amount: '1', thresholds: [0] }],
    ['a number that is none', { amount: '1', number: 'hello' }],
    ['an address that is none', { amount: '1', mailTo: ['nobody'] }],
    ['a period of a year', { amount: '1', period: 'year' }],
  ];
  for (const [what, change] of wrong)
    it(`are refused with ${what}`, async () => {
      expect(await relais.api.post('/api/budgets', { ...BUDGET, ...change })).toMatchObject({ status: 400 });
    });

  it('are removed with what they told', async () => {
    const { id } = await budget(relais.api, { amount: '1' });
    expect((await relais.api.delete(`/api/budgets/${id}`)).status).toBe(200);
    expect(await relais.api.put(`/api/budgets/${id}`, { ...BUDGET, amount: '1' })).toMatchObject({
      status: 404,
    });
  });
});
