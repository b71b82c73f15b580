import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueApiKey } from '../../server/modules/identity/index.ts';
import {
  buyCallNumber,
  type CallNumber,
  callIs,
  liftLimits,
  PACE_MS,
  setRule,
  telephones,
} from '../harness/calls.ts';
import { type Client, createClient } from '../harness/client.ts';
import { join, signedIn } from '../harness/people.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Who may call whom, and what a call may cost: the doors of the API and the guard behind them.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
let number: CallNumber;
let telnyx: CallNumber;
let other: Awaited<ReturnType<TestRelais['addCompany']>>;
let foreign: CallNumber;
const AGENT = '+14155559002';
const CALLEE = '+14155550500';

beforeAll(async () => {
  relais = await startRelais({ reviewMs: PACE_MS });
  phones = telephones(relais);
  await liftLimits(relais.api);
  number = await buyCallNumber(relais, 'twilio');
  telnyx = await buyCallNumber(relais, 'telnyx');
  other = await relais.addCompany('Other SARL');
  foreign = await buyCallNumber(relais, 'twilio', other.api);
});
afterAll(() => relais?.stop());

const asked = (
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
  api: Client = relais.api,
) =>
  api.post(
    '/api/calls/initiate',
    { from: number.phoneNumber, to: CALLEE, agentPhone: AGENT, ...more },
    headers,
  );

describe('asking for a call', () => {
  const refusals: [what: string, more: () => Record<string, unknown>, status: number, code: string][] = [
    ['from a number of another company', () => ({ from: foreign.phoneNumber }), 403, 'caller_not_owned'],
    ['from a number that nobody holds', () => ({ from: '+14155550000' }), 403, 'caller_not_owned'],
    ['to what is no number', () => ({ to: 'hello' }), 400, 'invalid_phone_number'],
    ['to a number with an extension', () => ({ to: '+14155550500 x12' }), 400, 'invalid_phone_number'],
    ['to an emergency number', () => ({ to: '112' }), 403, 'emergency_number'],
    ['from an emergency number', () => ({ agentPhone: '17' }), 403, 'emergency_number'],
    ['to one of our own', () => ({ to: telnyx.phoneNumber }), 409, 'call_own_number'],
    ['to the telephone that is rung first', () => ({ to: AGENT }), 400, 'call_same_phone'],
    ['to a country that nobody allowed', () => ({ to: '+37167890123' }), 403, 'call_country_blocked'],
    [
      'over a telephone in such a country',
      () => ({ agentPhone: '+37167890123' }),
      403,
      'call_country_blocked',
    ],
    ['to a premium number', () => ({ to: '+33899123456' }), 403, 'call_premium_blocked'],
    ['over a premium number', () => ({ agentPhone: '+33899123456' }), 403, 'call_premium_blocked'],
    ['to a personal number', () => ({ to: '+15005551234' }), 403, 'call_premium_blocked'],
    ['to a number in no known range', () => ({ to: '+33000000000' }), 403, 'call_range_unknown'],
    ['over one of our own', () => ({ agentPhone: telnyx.phoneNumber }), 409, 'call_own_number'],
    ['by a program without a telephone', () => ({ agentPhone: null }), 400, 'agent_phone_missing'],
    ['in a browser, by a program', () => ({ via: 'browser' }), 400, 'agent_phone_missing'],
    ['with somebody else’s contact', () => ({ contactId: randomUUID() }), 404, 'not_found'],
    ['about nobody’s lead', () => ({ leadId: "x'; drop table calls" }), 404, 'not_found'],
  ];
  for (const [what, more, status, code] of refusals) {
    it(`${what} is refused, in words, and written down`, async () => {
      const before = (await relais.api.get('/api/calls')).body.calls.length;
      const answer = await asked(more());
      expect({ status: answer.status, code: answer.body.code }, JSON.stringify(answer.body)).toEqual({
        status,
        code,
      });
      expect(answer.body.error.length).toBeGreaterThan(10);
      expect((await relais.api.get('/api/calls')).body.calls).toHaveLength(before);
      const { attempts } = (await relais.api.get('/api/calls/attempts?limit=1')).body;
      expect(attempts[0]).toMatchObject({ verdict: code, callId: null });
    });
  }

  it('rings nobody twice under one key; another call under it is refused', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all([asked({}, key), asked({}, key), asked({}, key)]);
    expect(
      new Set(answers.map(({ body }) => body.callId)).size,
      JSON.stringify(answers.map(({ body }) => body)),
    ).toBe(1);
    for (const { status } of answers) expect([201, 202]).toContain(status);
    const again = await asked({}, key);
    expect(again.body.callId).toBe(answers[0]!.body.callId);
    expect(await asked({ to: '+14155550501' }, key)).toMatchObject({
      status: 409,
      body: { code: 'call_key_reused' },
    });
    expect((await phones.linesOf(AGENT, '0')).length).toBe(1);
    await relais.api.post(`/api/calls/${again.body.callId}/hangup`);
    await callIs(relais.api, again.body.callId, { status: 'CANCELED' });
    expect((await asked({}, { 'idempotency-key': 'x'.repeat(256) })).status).toBe(400);
  });

  it('numbers are read as people write them, and who is called becomes a contact, once', async () => {
    const ids = [];
    for (const to of ['06 12 34 56 99', '+33612345699', '0033 6 12 34 56 99']) {
      const { status, body } = await asked({ to, agentPhone: '+14155551002' });
      expect(status, JSON.stringify(body)).toBe(201);
      expect(body.call).toMatchObject({ to: '+33612345699', leadId: body.call.contact.id, via: 'phone' });
      ids.push(body.call.contact.id);
      await relais.api.post(`/api/calls/${body.callId}/hangup`);
    }
    expect(new Set(ids).size).toBe(1);
  });
});

describe('limits', () => {
  async function withSettings(change: Record<string, unknown>, work: () => Promise<void>) {
    const { settings, version } = (await relais.api.get('/api/calls/settings')).body;
    const changed = await relais.api.put('/api/calls/settings', {
      settings: { ...settings, ...change },
      version,
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const stale = await relais.api.put('/api/calls/settings', { settings, version });
    expect(stale.body.code).toBe('changed_meanwhile');
    await work();
    await relais.api.put('/api/calls/settings', { settings, version: changed.body.version });
  }
  const refused = async (code: string, status: number, more: Record<string, unknown> = {}) => {
    const answer = await asked(more);
    expect({ code: answer.body.code, status: answer.status }).toEqual({ code, status });
    return answer;
  };

  it('hold for calls under way, also when many are asked for at once', async () => {
    await withSettings({ maxConcurrent: 2, perMinutePerUser: 1000 }, async () => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          asked({ to: `+1415555060${index}`, agentPhone: `+1415555${index}001` }),
        ),
      );
      const taken = answers.filter(({ status }) => status === 201);
      expect(taken.length, JSON.stringify(answers.map(({ body }) => body.code))).toBe(2);
      for (const { status, body } of answers.filter((answer) => answer.status !== 201))
        expect({ status, code: body.code }).toEqual({ status: 429, code: 'call_limit_reached' });
      for (const { body } of taken) {
        await relais.api.post(`/api/calls/${body.callId}/hangup`);
        await callIs(relais.api, body.callId, { endedAt: expect.any(String) });
      }
    });
  });

  it('hold for a minute, a day, a prefix and a budget', async () => {
    await withSettings({ perMinutePerUser: 1 }, async () => {
      const { headers } = await refused('rate_limited', 429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    });
    await withSettings(
      { perMinutePerUser: 1000, perUserPerDay: 1 },
      async () => void (await refused('call_limit_reached', 429)),
    );
    await withSettings(
      { perMinutePerUser: 1000, perNumberPerDay: 1 },
      async () => void (await refused('call_limit_reached', 429)),
    );
    await withSettings(
      { perMinutePerUser: 1000, blockedPrefixes: ['+1415555'] },
      async () => void (await refused('call_prefix_blocked', 403)),
    );
    await withSettings(
      { perMinutePerUser: 1000, dailySpendMax: { amount: 0, currency: 'USD' } },
      async () => void (await refused('call_spend_reached', 402)),
    );
  });

  it('a budget in a currency that nothing is billed in holds everything up, and says which one is right', async () => {
    const { ownerPool } = relais.kernel.db;
    await ownerPool.query(
      `update calls set price_amount = 0.5, price_currency = 'USD' where id = (select max(id::text)::uuid from calls where company_id = $1)`,
      [relais.companyId],
    );
    await withSettings(
      { perMinutePerUser: 1000, dailySpendMax: { amount: 20, currency: 'EUR' } },
      async () => {
        const { body } = await refused('call_budget_currency', 402);
        expect(body.error).toContain('USD');
        const { spentToday } = (await relais.api.get('/api/calls/settings')).body;
        expect(spentToday).toEqual([{ amount: '0.5', currency: 'USD', limit: null }]);
      },
    );
    const budgets = (amount: number) => ['EUR', 'USD'].map((currency) => ({ amount, currency }));
    await withSettings(
      { perMinutePerUser: 1000, dailySpendMax: budgets(0.5) },
      async () => void (await refused('call_spend_reached', 402)),
    );
    await withSettings({ perMinutePerUser: 1000, dailySpendMax: budgets(5) }, async () => {
      const { settings, version, spentToday } = (await relais.api.get('/api/calls/settings')).body;
      expect(spentToday).toEqual([{ amount: '0.5', currency: 'USD', limit: 5 }]);
      const twice = { ...settings, dailySpendMax: [...budgets(5), ...budgets(6)] };
      expect((await relais.api.put('/api/calls/settings', { settings: twice, version })).status).toBe(400);
    });
  });

  it('a budget that is used up stops calls, and neither rules nor telephones that are saved', async () => {
    const owner = await signedIn(relais, relais.owner);
    const mine = createClient(relais.baseUrl, { origin: relais.baseUrl, cookie: owner.cookie() });
    await withSettings({ dailySpendMax: { amount: 0, currency: 'USD' } }, async () => {
      const saved = await mine.put('/api/calls/me/phone', { phoneNumber: '+14155551017', available: false });
      expect(saved.status, JSON.stringify(saved.body)).toBe(200);
      await setRule(relais.api, number.id, {
        ...{ language: 'en', closed: { kind: 'reject', reason: 'busy' } },
        open: {
          kind: 'forward',
          to: '+14155551018',
          timeoutSeconds: 20,
          otherwise: { kind: 'reject', reason: 'busy' },
        },
      });
    });
    await relais.api.delete(`/api/calls/routes/${number.id}`);
  });
});

describe('what others see of it', () => {
  it('another company: nothing', async () => {
    const { body } = await asked({ agentPhone: '+14155551003' });
    for (const path of [`/api/calls/${body.callId}`])
      expect(await other.api.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const action of ['hangup', 'mute', 'hold', 'transfer/cancel'])
      expect((await other.api.post(`/api/calls/${body.callId}/${action}`)).status, action).toBe(404);
    expect((await other.api.get('/api/calls')).body.calls).toEqual([]);
    expect((await other.api.get('/api/calls/live')).body.calls).toEqual([]);
    expect((await other.api.get('/api/calls/attempts')).body.attempts).toEqual([]);
    expect((await other.api.get(`/api/calls/routes/${number.id}`)).status).toBe(404);
    await relais.api.post(`/api/calls/${body.callId}/hangup`);
  });

  it('somebody who may not see whole numbers: masked ones, in the list, in one call, and in a file', async () => {
    const { secret } = await issueApiKey(relais.kernel, {
      companyId: relais.companyId,
      name: 'reader',
      scopes: ['calls:read'],
    });
    const reader = createClient(relais.baseUrl, { 'x-api-key': secret });
    const { calls } = (await reader.get('/api/calls')).body;
    expect(calls.length).toBeGreaterThan(3);
    const one = (await reader.get(`/api/calls/${calls[0].id}`)).body.call;
    const file = (await reader.get('/api/calls/export')).body as string;
    for (const text of [JSON.stringify(calls), JSON.stringify(one), file]) {
      expect(text).not.toContain(CALLEE);
      expect(text).not.toContain(AGENT);
      expect(text).toContain('•');
    }
    expect((await reader.get(`/api/calls?number=${CALLEE.slice(-8)}`)).body.calls).toHaveLength(calls.length);
    expect((await reader.post('/api/calls/initiate', {})).status).toBe(403);
  });

  it('lists are filtered, paged both ways, and exported', async () => {
    const get = async (query: string) => (await relais.api.get(`/api/calls?${query}`)).body;
    const all = await get('limit=100');
    expect(all).toMatchObject({ limit: 100, offset: 0, nextCursor: null });
    const first = await get('limit=2');
    expect((await get(`limit=2&cursor=${first.nextCursor}`)).calls[0].id).toBe(all.calls[2].id);
    expect((await get('limit=2&offset=2')).calls[0].id).toBe(all.calls[2].id);
    expect((await get('direction=INBOUND')).calls).toEqual([]);
    expect((await get('status=CANCELED')).calls.length).toBeGreaterThan(0);
    expect((await get('missed=true')).calls).toEqual([]);
    expect((await get(`number=0612345699`)).calls).toHaveLength(3);
    expect(
      (await get(`contactId=${(await get('number=0612345699')).calls[0].contact.id}`)).calls,
    ).toHaveLength(3);
    expect((await get('contactId=nobody')).calls).toEqual([]);
    expect((await get(`userId=${randomUUID()}`)).calls).toEqual([]);
    expect((await get('since=2099-01-01T00:00:00Z')).calls).toEqual([]);
    expect((await get(`search=nobody-is-called-this`)).calls).toEqual([]);
    const file = await relais.api.get('/api/calls/export');
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect((file.body as string).split('\r\n').length).toBe(all.calls.length + 2);
  });

  it('a call can be linked to another contact, and follows when contacts are merged or deleted', async () => {
    const contact = async (phoneNumber: string) =>
      (await relais.api.post('/api/contacts', { name: 'Ada', phones: [{ phoneNumber }] })).body.contact.id;
    const [kept, gone] = [await contact('+33612340001'), await contact('+33612340002')];
    const { calls } = (await relais.api.get('/api/calls?limit=1')).body;
    const url = `/api/calls/${calls[0].id}`;
    const linked = await relais.api.patch(url, { contactId: gone, leadId: gone, note: 'Rappeler jeudi' });
    expect(linked.body.call).toMatchObject({
      contact: { id: gone, name: 'Ada' },
      leadId: gone,
      note: 'Rappeler jeudi',
    });
    expect((await relais.api.get('/api/calls?search=Ada')).body.calls).toHaveLength(1);
    await relais.api.post(`/api/contacts/${kept}/merge`, { otherId: gone });
    await callIs(relais.api, calls[0].id, { contact: { id: kept, name: 'Ada' }, leadId: kept });
    await relais.api.delete(`/api/contacts/${kept}`);
    await callIs(relais.api, calls[0].id, { contact: null, leadId: null, note: 'Rappeler jeudi' });
    expect((await relais.api.patch(url, { contactId: randomUUID() })).status).toBe(404);
  });
});

describe('the older door for Telnyx', () => {
  it('calls, silences and ends through Telnyx only, in its own words', async () => {
    const body = { from: telnyx.phoneNumber, to: CALLEE, agent_phone: '+14155551004' };
    expect(
      (await relais.api.post('/api/telnyx/calls', { ...body, from: number.phoneNumber })).body.code,
    ).toBe('caller_not_owned');
    const made = await relais.api.post('/api/telnyx/calls', body);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.call).toMatchObject({
      call_control_id: expect.any(String),
      to: CALLEE,
      lead_id: expect.any(String),
    });
    const url = `/api/telnyx/calls/${made.body.call.id}`;
    expect((await relais.api.post(`${url}/mute`)).body.code).toBe('call_not_talking');
    expect((await relais.api.post(`${url}/hangup`)).status).toBe(200);
    const { calls } = (await relais.api.get('/api/telnyx/calls?limit=50')).body;
    expect(calls.map(({ id }: { id: string }) => id)).toEqual([made.body.call.id]);
    const twilioCall = (await relais.api.get('/api/calls?limit=100')).body.calls.find(
      (each: { provider: string }) => each.provider === 'twilio',
    );
    expect((await relais.api.post(`/api/telnyx/calls/${twilioCall.id}/hangup`)).status).toBe(404);
  });
});

describe('a person', () => {
  it('saves a telephone, is rung there, and gets a telephone in the browser', async () => {
    const owner = await signedIn(relais, relais.owner);
    const { person } = await join(relais, owner, 'agent');
    const mine = createClient(relais.baseUrl, { origin: relais.baseUrl, cookie: person.cookie() });
    expect(await asked({ agentPhone: undefined }, {}, mine)).toMatchObject({
      body: { code: 'own_phone_missing' },
    });
    for (const [phoneNumber, code] of [
      ['112', 'emergency_number'],
      ['+33899123456', 'call_premium_blocked'],
      [number.phoneNumber, 'call_own_number'],
    ])
      expect((await mine.put('/api/calls/me/phone', { phoneNumber, available: true })).body.code).toBe(code);
    expect(
      (await mine.put('/api/calls/me/phone', { phoneNumber: '+14155551005', available: true })).body,
    ).toMatchObject({
      ...{ phoneNumber: '+14155551005', available: true, browserListens: false },
    });
    const call = await asked({ agentPhone: undefined }, {}, mine);
    expect(call.body.call, JSON.stringify(call.body)).toMatchObject({
      via: 'phone',
      author: { kind: 'user' },
    });
    expect(call.body.call.user.id).toBe(call.body.call.author.id);
    await phones.rings('+14155551005');
    await mine.post(`/api/calls/${call.body.callId}/hangup`);

    const { softphones } = (await mine.post('/api/calls/softphone')).body;
    expect(softphones.map(({ provider }: { provider: string }) => provider).sort()).toEqual([
      'telnyx',
      'twilio',
    ]);
    expect(await asked({ via: 'browser', agentPhone: undefined }, {}, mine)).toMatchObject({
      body: { code: 'own_phone_missing' },
    });
    expect((await mine.post('/api/calls/me/presence', {})).body.until).toEqual(expect.any(String));
    for (const from of [number, telnyx]) {
      const ringing = await asked(
        { from: from.phoneNumber, via: 'browser', agentPhone: undefined },
        {},
        mine,
      );
      expect(ringing.body.call, JSON.stringify(ringing.body)).toMatchObject({ via: 'browser' });
      const { identity } = softphones.find(
        ({ provider }: { provider: string }) => provider === from.provider,
      );
      await phones.rings(identity);
      await mine.post(`/api/calls/${ringing.body.callId}/hangup`);
      await callIs(mine, ringing.body.callId, { status: 'CANCELED' });
    }
    const again = (await mine.post('/api/calls/softphone')).body.softphones;
    expect(again.map(({ identity }: { identity: string }) => identity)).toEqual(
      softphones.map(({ identity }: { identity: string }) => identity),
    );
    await mine.post('/api/calls/me/presence', { state: 'left' });
    expect((await mine.get('/api/calls/me/phone')).body.browserListens).toBe(false);
  });

  it('is what an API key is not', async () => {
    for (const request of [relais.api.get('/api/calls/me/phone'), relais.api.post('/api/calls/softphone')])
      expect((await request).body.code).toBe('person_needed');
  });
});
