import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buyCallNumber,
  type CallNumber,
  callIs,
  callWith,
  liftLimits,
  PACE_MS,
  setRule,
  telephones,
} from '../harness/calls.ts';
import { type Client, createClient } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Telephones that are rung for callers, or into a talk, cost money: a budget that stops has them not rung, however many come at once.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 2 }, reviewMs: PACE_MS });
  phones = telephones(relais);
});
afterAll(() => relais?.stop());

/** By the list to the United States, for five minutes. */
const HELD = 0.0175;
const amountOf = (calls: number) => (HELD * calls).toFixed(4);
const STOP = { name: 'Calls', period: 'month', kind: 'call', currency: 'USD', hardStop: true };
const otherwise = { kind: 'voicemail', greeting: 'Leave a message.', maxSeconds: 30 };
let handset = 0;
const somebody = () => `+1415559${String(1000 + handset++)}`;

async function budget(api: Client, change: object) {
  const { status, body } = await api.post('/api/budgets', { ...STOP, ...change });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.budget.id as string;
}
const heldNow = async (api: Client, id: string) => {
  const { budgets } = (await api.get('/api/budgets')).body;
  return Number(budgets.find((each: { id: string }) => each.id === id).held);
};
async function limitDay(api: Client, dailySpendMax: object | null) {
  const { settings, version } = (await api.get('/api/calls/settings')).body;
  const changed = { settings: { ...settings, dailySpendMax }, version };
  expect((await api.put('/api/calls/settings', changed)).status).toBe(200);
}
const stopsOf = (call: { events: { kind: string; details: object }[] }) =>
  call.events.filter(({ kind }) => kind === 'budget_stopped').map(({ details }) => details);

describe.each(['telnyx', 'twilio'] as const)('at %s', { timeout: 90_000 }, (provider) => {
  async function company(name: string) {
    const made = await relais.addCompany(`${name} ${provider}`);
    await liftLimits(made.api);
    return { ...made, number: await buyCallNumber(relais, provider, made.api) };
  }
  const forward = (api: Client, number: CallNumber, to: string, more: object = {}) =>
    setRule(api, number.id, {
      language: 'en',
      open: { kind: 'forward', to, timeoutSeconds: 60, otherwise },
      closed: otherwise,
      ...more,
    });

  it('rings for as many callers as fit, however many come at once, and the others leave a message', async () => {
    const { api, number } = await company('Forwarding');
    const colleague = somebody();
    await forward(api, number, colleague);
    const id = await budget(api, { amount: amountOf(2) });
    const callers = Array.from({ length: 6 }, somebody);
    await Promise.all(callers.map((caller) => phones.call(caller, number.phoneNumber)));
    const calls = await Promise.all(callers.map((caller) => callWith(api, caller)));
    const stopped = calls.filter((call) => stopsOf(call).length > 0);
    expect(stopped).toHaveLength(4);
    for (const call of stopped) expect(stopsOf(call)).toEqual([{ to: colleague, budgetId: id }]);
    await eventually(async () => {
      expect(await phones.linesOf(colleague)).toHaveLength(2);
      for (const { from } of stopped)
        expect((await phones.heard(from)).join(' ')).toContain('Leave a message.');
    });
    expect(await heldNow(api, id)).toBeCloseTo(HELD * 2, 6);
    // Who is not answered makes room once they have left, and what was talked about is spent.
    const [line] = await phones.linesOf(colleague);
    await phones.answer(line!);
    await phones.hangUp(line!);
    await eventually(async () => expect(await heldNow(api, id)).toBeCloseTo(HELD, 6));
    const ended = calls.filter((call) => !stopped.includes(call));
    await eventually(async () => {
      const now = await Promise.all(
        ended.map(async (call) => (await api.get(`/api/calls/${call.id}`)).body.call),
      );
      const over = now.find(({ status }) => status === 'COMPLETED');
      expect(Number(over?.cost?.amount)).toBeGreaterThan(0);
    });
  });

  it('takes several telephones for one call once, asks nothing for browsers, and holds nothing for a message', async () => {
    const made = await company('Group');
    const { api, number } = made;
    const owner = await signedIn(relais, made.owner);
    const [one, two] = [somebody(), somebody()];
    const mine = [];
    for (const phoneNumber of [one, two, null]) {
      const { person } = await join(relais, owner, 'agent');
      const client = createClient(relais.baseUrl, { origin: relais.baseUrl, cookie: person.cookie() });
      const saved = await client.put('/api/calls/me/phone', { phoneNumber, available: true });
      expect(saved.status, JSON.stringify(saved.body)).toBe(200);
      mine.push(client);
    }
    const { softphones } = (await mine[2]!.post('/api/calls/softphone')).body;
    const { identity } = softphones.find((each: { provider: string }) => each.provider === provider);
    expect((await mine[2]!.post('/api/calls/me/presence', {})).status).toBe(200);
    await setRule(api, number.id, {
      ...{ language: 'en', greeting: 'Hello.', closed: otherwise },
      open: { kind: 'ring', userIds: 'everyone', timeoutSeconds: 60, otherwise },
    });
    const id = await budget(api, { amount: amountOf(1) });
    const [first, second] = [somebody(), somebody()];
    await phones.call(first, number.phoneNumber);
    const lines = await Promise.all([one, two, identity].map((each) => phones.rings(each)));
    expect(await heldNow(api, id)).toBeCloseTo(HELD, 6);
    // Nothing is left: the next caller reaches the browser, and no telephone.
    for (const line of lines) await phones.decline(line);
    await eventually(async () => {
      expect((await phones.heard(first)).join(' ')).toContain('Leave a message.');
      expect(await heldNow(api, id)).toBe(0);
    });
    await api.put(`/api/budgets/${id}`, { ...STOP, amount: '0.0001' });
    const line = await phones.call(second, number.phoneNumber);
    await phones.picksUp(identity);
    const call = await callWith(api, second, { status: 'IN_PROGRESS' });
    expect(stopsOf(call)).toEqual(
      expect.arrayContaining([
        { to: one, budgetId: id },
        { to: two, budgetId: id },
      ]),
    );
    expect(await heldNow(api, id)).toBe(0);
    await phones.hangUp(line);
  });

  it('is not stopped by another company’s budget, one that only tells, or one of another number', async () => {
    const thrifty = await relais.addCompany(`Thrifty ${provider}`);
    await budget(thrifty.api, { amount: '0.0001' });
    const other = await company('Elsewhere');
    const theirs = somebody();
    await forward(other.api, other.number, theirs);
    await budget(other.api, { amount: '0.0001', hardStop: false });
    await budget(other.api, { amount: '0.0001', number: '+14155550000' });
    await phones.call(somebody(), other.number.phoneNumber);
    await phones.rings(theirs);
  });

  it('refuses a transfer to a telephone, says why, and the talk goes on', async () => {
    const { api, number } = await company('Passing');
    const [agent, callee, outside, second] = [somebody(), somebody(), somebody(), somebody()];
    // Both telephones of the call, and nothing more.
    const id = await budget(api, { amount: amountOf(2) });
    const begun = await api.post('/api/calls/initiate', {
      ...{ from: number.phoneNumber, to: callee, agentPhone: agent },
    });
    expect(begun.status, JSON.stringify(begun.body)).toBe(201);
    await phones.picksUp(agent);
    await phones.picksUp(callee);
    const url = `/api/calls/${begun.body.callId}`;
    await callIs(api, begun.body.callId, { status: 'IN_PROGRESS' });
    await relais.app.callsTold();
    for (const mode of ['blind', 'warm']) {
      const refused = await api.post(`${url}/transfer`, { to: outside, mode });
      expect(refused).toMatchObject({
        status: 402,
        body: { code: 'budget_reached', details: { budgetId: id, needed: String(HELD) } },
      });
    }
    const call = await callIs(api, begun.body.callId, { status: 'IN_PROGRESS', onHold: false });
    expect(stopsOf(call)).toEqual(Array(2).fill({ to: outside, budgetId: id }));
    // Nor does the limit of the day let it go.
    await limitDay(api, { amount: 0, currency: 'USD' });
    const spent = await api.post(`${url}/transfer`, { to: outside, mode: 'blind' });
    expect(spent).toMatchObject({ status: 402, body: { code: 'call_spend_reached' } });
    await limitDay(api, null);
    expect(await phones.linesOf(outside)).toEqual([]);
    // With more to spend it goes, is held, and nothing more fits in beside it.
    await api.put(`/api/budgets/${id}`, { ...STOP, amount: amountOf(3) });
    const passed = await api.post(`${url}/transfer`, { to: outside, mode: 'warm' });
    expect(passed.status, JSON.stringify(passed.body)).toBe(200);
    await phones.picksUp(outside);
    expect(await heldNow(api, id)).toBeCloseTo(HELD * 3, 6);
    await forward(api, number, second);
    const caller = somebody();
    await phones.call(caller, number.phoneNumber);
    expect(stopsOf(await callWith(api, caller))).toEqual([{ to: second, budgetId: id }]);
    expect(await phones.linesOf(second)).toEqual([]);
  });
});
