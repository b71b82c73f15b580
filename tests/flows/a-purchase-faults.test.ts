import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompanyCtx, type Kernel, systemCtx } from '../../server/kernel/ctx.ts';
import { inCompany, sql } from '../../server/kernel/db/index.ts';
import { reconcileOrders } from '../../server/modules/numbers/jobs.ts';
import { purchaseNumber } from '../../server/modules/numbers/purchase.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { answerAll } from '../harness/paperwork.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Flow A under every fault that a purchase can meet. The invariant: one order at most, and the state heals.
let relais: TestRelais;

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600, PROVIDER_TIMEOUT_MS: 400 } });
});
afterAll(() => relais?.stop());

/** A number on sale whose last four digits make the sandbox misbehave; another one at each call. */
const used = new Set<string>();
async function numberEndingIn(
  digits: string,
  path = '/api/phone-numbers/search',
  country = 'US',
): Promise<string> {
  const { body } = await relais.api.get(`${path}?countryCode=${country}&contains=*${digits}&limit=50`);
  const fresh = body.numbers
    .map((number: { phoneNumber: string }) => number.phoneNumber)
    .find((number: string) => number.endsWith(digits) && !used.has(number));
  expect(fresh, `a number on sale that ends in ${digits}`).toBeDefined();
  used.add(fresh);
  return fresh;
}

/** A number on sale that behaves. */
async function plainNumber(): Promise<string> {
  const { body } = await relais.api.get('/api/phone-numbers/search?countryCode=US&limit=100');
  const fresh = body.numbers
    .map((number: { phoneNumber: string }) => number.phoneNumber)
    .find((number: string) => !/90\d\d$/.test(number) && !used.has(number));
  used.add(fresh);
  return fresh;
}

/** What the provider has sold of a number: the truth that counts. */
async function ordersAtTelnyx(phoneNumber: string): Promise<{ status: string }[]> {
  const response = await fetch(`${relais.sandbox.telnyx.baseUrl}/number_orders?page[size]=250`, {
    headers: { authorization: `Bearer ${relais.sandbox.telnyx.apiKey}` },
  });
  const { data } = (await response.json()) as {
    data: { status: string; phone_numbers: { phone_number: string }[] }[];
  };
  return data.filter((order) => order.phone_numbers.some((line) => line.phone_number === phoneNumber));
}

const buy = (phoneNumber: string, extra: object = {}, headers: Record<string, string> = {}) =>
  relais.api.post('/api/phone-numbers/purchase', { phoneNumber, ...extra }, headers);

async function endsAs(id: string, status: string) {
  return eventually(async () => {
    const { body } = await relais.api.get(`/api/phone-numbers/${id}`);
    expect(body.number.status).toBe(status);
    return body;
  });
}

/** The same server seen from later: leases have run out and everything that waits is due. */
function later(kernel: Kernel, minutes: number): Kernel {
  const shiftMs = minutes * 60_000;
  return {
    ...kernel,
    clock: {
      nowMs: () => kernel.clock.nowMs() + shiftMs,
      now: () => new Date(kernel.clock.nowMs() + shiftMs),
    },
  };
}

describe('what the provider refuses', () => {
  it('a number that is taken meanwhile: 404, and it may be tried again under a new id', async () => {
    const phoneNumber = await numberEndingIn('9001');
    const answer = await buy(phoneNumber);
    expect(answer).toMatchObject({
      status: 404,
      body: { success: false, code: 'number_not_available', error: 'This number is no longer available' },
    });
    expect(answer.body.details).toMatchObject({ provider: expect.any(String), providerCode: '85001' });
    expect(await ordersAtTelnyx(phoneNumber)).toHaveLength(0);
  });

  it('an empty account: 402', async () => {
    const answer = await buy(await numberEndingIn('9002'));
    expect(answer).toMatchObject({
      status: 402,
      body: { code: 'insufficient_funds', error: 'Insufficient balance to purchase this number' },
    });
    const french = await relais.api
      .with({ 'accept-language': 'fr' })
      .post('/api/phone-numbers/purchase', { phoneNumber: await numberEndingIn('9002') });
    expect(french.body.error).toBe('Solde insuffisant pour acheter ce numéro');
  });

  it('a number the company has already: 400', async () => {
    const phoneNumber = await plainNumber();
    expect((await buy(phoneNumber)).status).toBe(201);
    expect(await buy(phoneNumber)).toMatchObject({
      status: 400,
      body: { code: 'number_already_registered' },
    });
  });

  it('a number that another company has: 404, as if it were not on sale', async () => {
    const phoneNumber = await plainNumber();
    const other = await relais.addCompany('Rival SA');
    expect((await buy(phoneNumber)).status).toBe(201);
    const answer = await other.api.post('/api/phone-numbers/purchase', { phoneNumber });
    expect(answer).toMatchObject({ status: 404, body: { code: 'number_not_available' } });
    expect((await other.api.get('/api/phone-numbers/')).body.numbers).toHaveLength(0);
  });

  it('an order that fails later ends in error, with the reason', async () => {
    const bought = await buy(await numberEndingIn('9006'));
    expect(bought.status).toBe(201);
    const { number, timeline } = await endsAs(bought.body.number.id, 'error');
    expect(number.statusReason).toBeTruthy();
    expect(timeline.at(-1)).toMatchObject({ kind: 'order_error', source: 'webhook' });
  });
});

describe('answers that are lost', () => {
  it('429 once: waits as told and buys once', async () => {
    const phoneNumber = await numberEndingIn('9003');
    const bought = await buy(phoneNumber);
    expect(bought.status).toBe(201);
    await reconcileOrders(later(relais.kernel, 5));
    await endsAs(bought.body.number.id, 'active');
    expect(await ordersAtTelnyx(phoneNumber)).toHaveLength(1);
  });

  it.each(['9004', '9005'])(
    'no usable answer after the order was taken (%s): looked up, never bought twice',
    async (digits) => {
      const phoneNumber = await numberEndingIn(digits);
      const bought = await buy(phoneNumber);
      // The webhook of an order whose answer never came may be faster than our time-out.
      expect(bought.status).toBe(201);
      expect(bought.body.number.status).toMatch(/^(pending|active)$/);
      await reconcileOrders(later(relais.kernel, 5));
      await endsAs(bought.body.number.id, 'active');
      expect(await ordersAtTelnyx(phoneNumber)).toHaveLength(1);
    },
  );
});

describe('webhooks that go astray', () => {
  it.each([
    ['9007', 'delivered three times'],
    ['9009', 'delivered in the wrong order'],
  ])('%s: %s, and the state only moves forwards', async (digits) => {
    const bought = await buy(await numberEndingIn(digits));
    await endsAs(bought.body.number.id, 'active');
    await relais.app.eventsSettled();
    const { body } = await relais.api.get(`/api/phone-numbers/${bought.body.number.id}`);
    expect(body.number.status).toBe('active');
    expect(body.timeline.filter((event: { kind: string }) => event.kind === 'order_active')).toHaveLength(1);
  });

  it.each([
    ['9010', 'lost'],
    ['9011', 'badly signed'],
  ])('%s: %s, and the timer heals it', async (digits) => {
    const bought = await buy(await numberEndingIn(digits));
    expect(bought.status).toBe(201);
    let minutes = 0;
    await eventually(async () => {
      minutes += 180;
      await reconcileOrders(later(relais.kernel, minutes));
      const { body } = await relais.api.get(`/api/phone-numbers/${bought.body.number.id}`);
      expect(body.number.status).toBe('active');
      expect(body.timeline.find((event: { kind: string }) => event.kind === 'order_active').source).toBe(
        'reconciler',
      );
    });
  });
});

describe('paperwork that does not pass', () => {
  it('comes back with the reason, is corrected, and the order goes on', async () => {
    const { body: made } = await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
    await answerAll(relais.api, made.group);
    const phoneNumber = await numberEndingIn('9012', '/api/phone-numbers/search', 'FR');
    const bought = await buy(phoneNumber);
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    let minutes = 0;
    const ask = () => {
      minutes += 180;
      return reconcileOrders(later(relais.kernel, minutes));
    };
    const returned = await eventually(async () => {
      await ask();
      const { body } = await relais.api.get(`/api/requirement-groups/${made.group.id}`);
      expect(body.group).toMatchObject({ status: 'rejected', reviewStatus: 'rejected' });
      return body.group;
    });
    expect(returned.rejectionReasons[0]).toBeTruthy();
    expect((await relais.api.get(`/api/phone-numbers/${bought.body.number.id}`)).body.number).toMatchObject({
      status: 'pending',
      statusReason: returned.rejectionReasons[0],
    });

    await answerAll(relais.api, returned);
    const validated = await relais.api.post(`/api/requirements/groups/${made.group.id}/validate`);
    expect(validated, JSON.stringify(validated.body)).toMatchObject({ status: 200, body: { isValid: true } });
    await eventually(async () => {
      await ask();
      const { body } = await relais.api.get(`/api/phone-numbers/${bought.body.number.id}`);
      expect(body.number.status).toBe('active');
    });
    expect(await ordersAtTelnyx(phoneNumber)).toHaveLength(1);
  });
});

describe('impatient and competing buyers', () => {
  it('a double click with one id buys once, and both clicks get the same number', async () => {
    const phoneNumber = await plainNumber();
    const id = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => buy(phoneNumber, { id })));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(7);
    expect(new Set(answers.map((answer) => answer.body.number.id)).size).toBe(1);
    expect(await ordersAtTelnyx(phoneNumber)).toHaveLength(1);
  });

  it('the same key for something else is refused', async () => {
    const key = { 'idempotency-key': crypto.randomUUID() };
    const phoneNumber = await plainNumber();
    expect((await buy(phoneNumber, {}, key)).status).toBe(201);
    expect((await buy(phoneNumber, {}, key)).body.replayed).toBe(true);
    expect(await buy(await plainNumber(), {}, key)).toMatchObject({
      status: 409,
      body: { code: 'order_reused' },
    });
  });

  it('two companies race for one number: one has it', async () => {
    const phoneNumber = await plainNumber();
    const rivals = await Promise.all(
      ['Vite SAS', 'Presto SA', 'Allegro SL'].map((name) => relais.addCompany(name)),
    );
    const answers = await Promise.all(
      rivals.map(({ api }) => api.post('/api/phone-numbers/purchase', { phoneNumber })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 404, 404]);
    expect(await ordersAtTelnyx(phoneNumber)).toHaveLength(1);
  });
});

describe('a process that is killed between any two steps', () => {
  const company = (kernel: Kernel): CompanyCtx => systemCtx(kernel, relais.companyId, 'test');

  async function orderRows(phoneNumber: string): Promise<{ state: string; status: string }[]> {
    return inCompany(relais.kernel.db, relais.companyId, async (tx) => {
      const { rows } = await sql<{ state: string; status: string }>`
        select state, numbers.status from number_orders join numbers on numbers.id = number_id
        where phone_number = ${phoneNumber}`.execute(tx);
      return rows;
    });
  }

  it.each(['before', 'after'] as const)(
    'dies right %s each of its transactions: nothing doubled, nothing stuck',
    async (when) => {
      for (let step = 1; ; step++) {
        const phoneNumber = await plainNumber();
        const doomed = killAt(relais.kernel, step, when);
        const purchase = {
          phoneNumber,
          provider: 'telnyx' as const,
          gigId: null,
          requirementGroupId: null,
          idempotencyKey: `kill-${when}-${step}`,
        };
        const outcome = await purchaseNumber(company(doomed.kernel), purchase).catch((error: Error) => error);
        if (!doomed.killed()) {
          expect(outcome).not.toBeInstanceOf(Error);
          expect(step, 'the purchase has at least a handful of steps').toBeGreaterThan(5);
          return;
        }
        await eventually(async () => {
          await reconcileOrders(later(relais.kernel, 120));
          const rows = await orderRows(phoneNumber);
          const sold = await ordersAtTelnyx(phoneNumber);
          // Written: it ends active and is bought once. Not written: nothing was bought.
          expect(sold.length, `step ${step}`).toBe(rows.length);
          for (const row of rows) expect(row, `step ${step}`).toEqual({ state: 'active', status: 'active' });
        });
      }
    },
  );
});
