import type Telnyx from 'telnyx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { buyTelnyxNumber, callIn, lineOf, onLine, type TestSandbox, telnyxClient } from '../../testkit.ts';
import { type CallBench, type CallEvent, openCallBench } from './bench.ts';

let bench: CallBench;
let sandbox: TestSandbox;
let client: Telnyx;

beforeEach(async () => {
  bench = await openCallBench(eventually);
  ({ sandbox, client } = bench);
});
afterEach(async () => {
  await sandbox.dispose();
  await bench.receiver.close();
});

const event: CallBench['event'] = (type, fits) => bench.event(type, fits);
const dial: CallBench['dial'] = (to, over) => bench.dial(to, over);
const ofLeg = (id: string) => (payload: CallEvent['payload']) => payload.call_control_id === id;
const refused = (status: number, code: string) => ({ status, error: { errors: [{ code }] } });
const names = (callControlId: string) => bench.of(callControlId).map(({ event_type }) => event_type);

describe('a call that goes out', () => {
  test('rings, is answered, ends, and is paid', async () => {
    const leg = await dial('+13125559005');
    expect(leg).toMatchObject({ is_alive: false, client_state: 'b3Vycw==' });
    const hangup = await event('call.hangup');
    expect(hangup.payload).toMatchObject({
      ...{ call_control_id: leg.call_control_id, call_leg_id: leg.call_leg_id, client_state: 'b3Vycw==' },
      ...{ from: bench.ours, to: '+13125559005', hangup_cause: 'normal_clearing', hangup_source: 'callee' },
      call_quality_stats: { inbound: { mos: expect.stringMatching(/^[1-4]\.\d\d$/) } },
    });
    const cost = await event('call.cost');
    expect(cost.payload).toMatchObject({
      status: 'success',
      total_cost: expect.stringMatching(/^0\.00\d\d$/),
    });
    expect(names(leg.call_control_id).toSorted()).toEqual([
      ...['call.answered', 'call.cost', 'call.hangup', 'call.initiated'],
    ]);
    expect(bench.receiver.received.every(({ path }) => path === '/leg?ref=1')).toBe(true);
    const { data } = await client.calls.retrieveStatus(leg.call_control_id);
    expect(data).toMatchObject({ is_alive: false, end_time: expect.any(String) });
    const filter = { record_type: 'call-control' as const, call_leg_id: leg.call_leg_id };
    const records = (await client.detailRecords.list({ filter })).data as unknown as { cost: string }[];
    expect(records).toMatchObject([{ cost: '0.0020', currency: 'USD', direction: 'outbound' }]);
    expect((await client.balance.retrieve()).data?.balance).not.toBe('1000.00');
  });

  test.each([
    ['9001', 'user_busy', '486'],
    ['9003', 'not_found', '404'],
    ['9002', 'timeout', 'unspecified'],
  ])('to %s ends as %s', async (lastDigits, cause, sip) => {
    const leg = await dial(`+1312555${lastDigits}`, { timeout_secs: 5 });
    const { payload } = await event('call.hangup');
    expect(payload).toMatchObject({ hangup_cause: cause, sip_hangup_cause: sip, call_quality_stats: null });
    expect(names(leg.call_control_id)).not.toContain('call.answered');
  });

  test('is hung up by its owner, once', async () => {
    const leg = await dial('+13125559002');
    await client.calls.actions.hangup(leg.call_control_id, {});
    expect((await event('call.hangup')).payload).toMatchObject({
      ...{ hangup_cause: 'originator_cancel', hangup_source: 'caller' },
    });
    await expect(client.calls.actions.hangup(leg.call_control_id, {})).rejects.toMatchObject(
      refused(422, '90018'),
    );
    await expect(client.calls.actions.hangup('v3:nonsense', {})).rejects.toMatchObject(refused(422, '90015'));
  });

  test('is listed while it is under way, page by page', async () => {
    const legs = [await dial('+13125559002'), await dial('+13125559002'), await dial('+13125559002')];
    const page = (after?: string) =>
      client.connections.listActiveCalls(
        bench.connectionId,
        {},
        { query: { 'page[limit]': 2, 'page[after]': after } },
      );
    const first = await page();
    const { after } = (first.meta as unknown as { cursors: { after: string } }).cursors;
    const listed = [...first.data, ...(await page(after)).data].map((item) => item.call_control_id);
    expect(listed).toEqual(legs.map((item) => item.call_control_id));
  });

  test('is dialled once, however often the command comes within a minute', async () => {
    const [one, two] = [
      await dial('+13125559002', { command_id: 'c' }),
      await dial('+13125559002', { command_id: 'c' }),
    ];
    expect(two.call_control_id).toBe(one.call_control_id);
    expect((await client.connections.listActiveCalls(bench.connectionId)).data).toHaveLength(1);
  });

  test.each<[string, object, number, string]>([
    ['no connection', { connection_id: '1' }, 422, '10015'],
    ['no number', { to: '+1' }, 422, '10016'],
    ['a number that is not bench.ours', { from: '+13125550000' }, 403, '10010'],
    ['a country that is not allowed', { to: '+4915112345678' }, 403, '10010'],
    ['a country that is blocked', { to: '+13125557021' }, 403, '10010'],
    ['too many calls', { to: '+13125557023' }, 403, '10010'],
    ['no money', { to: '+13125557020' }, 402, '20100'],
    ['too short a ring', { timeout_secs: 4 }, 422, '10033'],
    ['a state that is no Base64', { client_state: 'not base64!' }, 422, '10015'],
    ['a link to nothing', { link_to: 'v3:x' }, 422, '10015'],
  ])('is refused: %s', async (_what, over, status, code) => {
    await expect(dial('+13125559002', over)).rejects.toMatchObject(refused(status, code));
    expect((await client.connections.listActiveCalls(bench.connectionId)).data).toEqual([]);
  });

  test('that is under way survives a restart', async () => {
    const leg = await dial('+13125559002', { timeout_secs: 60 });
    sandbox = await sandbox.restart();
    client = telnyxClient(sandbox);
    expect((await client.calls.retrieveStatus(leg.call_control_id)).data?.is_alive).toBe(true);
    expect((await event('call.hangup')).payload.hangup_cause).toBe('timeout');
  });
});

/** Calls another number of bench.ours: a leg goes out, and one comes in. */
async function callOurselves(over: object = {}) {
  const other = await bench.buy();
  const out = await dial(other, over);
  const { payload } = await event('call.initiated', ({ direction }) => direction === 'incoming');
  return { out: out.call_control_id, inn: payload.call_control_id as string, other };
}

describe('a call that comes in', () => {
  test('is parked, and rings until it is answered', async () => {
    const { out, inn, other } = await callOurselves();
    const [first] = bench.of(inn);
    expect(first?.payload).toMatchObject({
      state: 'parked',
      from: bench.ours,
      to: other,
      client_state: null,
    });
    await expect(client.calls.actions.speak(inn, { payload: 'Hi', voice: 'female' })).rejects.toMatchObject(
      refused(422, '90034'),
    );
    await client.calls.actions.answer(inn, { client_state: 'aW4=' });
    expect((await event('call.answered', ofLeg(inn))).payload).toMatchObject({ client_state: 'aW4=' });
    await event('call.answered', ofLeg(out));
    await expect(client.calls.actions.answer(out, {})).rejects.toMatchObject(refused(422, '90102'));
    await client.calls.actions.hangup(out, {});
    expect((await event('call.hangup', ofLeg(inn))).payload).toMatchObject({
      ...{ hangup_source: 'caller', hangup_cause: 'normal_clearing', client_state: 'aW4=' },
    });
  });

  test.each([
    ['USER_BUSY', 'user_busy'],
    ['CALL_REJECTED', 'call_rejected'],
  ] as const)('is rejected: %s', async (cause, expected) => {
    const { out, inn } = await callOurselves();
    await client.calls.actions.reject(inn, { cause });
    expect((await event('call.hangup', ofLeg(inn))).payload.hangup_cause).toBe(expected);
    expect((await event('call.hangup', ofLeg(out))).payload.hangup_cause).toBe(expected);
  });

  test('of a handset is answered, and the handset talks', async () => {
    const caller = '+13125550009';
    await callIn(sandbox, { from: caller, to: bench.ours });
    const { payload } = await event('call.initiated');
    expect(payload).toMatchObject({ from: caller, to: bench.ours, connection_id: bench.connectionId });
    await client.calls.actions.answer(payload.call_control_id, {});
    expect(await lineOf(sandbox, caller)).toMatchObject({ state: 'talking' });
    await onLine(sandbox, caller, 'hangup');
    expect((await event('call.hangup')).payload).toMatchObject({
      ...{ hangup_source: 'caller', hangup_cause: 'normal_clearing' },
    });
  });

  test('to a number on no connection goes nowhere', async () => {
    const { number } = await buyTelnyxNumber(sandbox, client);
    const line = await callIn(sandbox, { from: '+13125550009', to: number });
    expect(line).toMatchObject({
      state: 'ended',
      heard: [{ what: expect.stringContaining('not be reached') }],
    });
  });

  test('ends when the caller gives up', async () => {
    const { out, inn } = await callOurselves();
    await client.calls.actions.hangup(out, {});
    expect((await event('call.hangup', ofLeg(inn))).payload).toMatchObject({
      ...{ hangup_cause: 'originator_cancel', hangup_source: 'caller', call_quality_stats: null },
    });
  });
});

test('events are signed, and go wrong as asked for', async () => {
  await dial('+13125557007');
  await eventually(() =>
    expect(bench.events().filter((one) => one.event_type === 'call.initiated')).toHaveLength(3),
  );
  await client.webhooks.unwrap(bench.receiver.received[0]!.body, {
    headers: bench.receiver.received[0]!.headers as Record<string, string>,
  });
});
