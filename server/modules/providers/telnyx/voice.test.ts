import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PUBLIC_URL, START_MS } from '../fixture.ts';
import type { ProviderPort } from '../port.ts';
import type { Answer, StandIn } from '../stand-in.ts';
import type { Dial } from '../voice.ts';
import { refusal, startVoiceBench, type VoiceBench } from './voice-fixture.ts';

// What Telnyx does rarely, by a server that does nothing else. What it does every day is tested in the sandbox.

let bench: VoiceBench;
let standIn: StandIn;
let port: ProviderPort;

beforeAll(async () => {
  bench = await startVoiceBench();
  ({ standIn } = bench);
});
afterAll(() => standIn.close());
beforeEach(() => {
  port = bench.open();
});

const sent = () => bench.sent();

const APPLICATION: Answer = {
  status: 200,
  body: {
    data: {
      ...{ id: '77', application_name: 'Ours', webhook_api_version: '2', call_cost_in_webhooks: true },
      webhook_event_url: `${PUBLIC_URL}/api/telnyx/webhooks/calls?account=ours`,
      outbound: { outbound_voice_profile_id: '5' },
    },
  },
};
const PROFILE: Answer = { status: 200, body: { data: { id: '5', name: 'Theirs' } } };
const REFERENCE = '0198c0de-0000-7000-8000-000000000001';
const STATE = Buffer.from(REFERENCE).toString('base64');
const DIAL: Dial = {
  ...{ from: '+14155550100', to: { kind: 'phone', phoneNumber: '+13129457420' }, reference: REFERENCE },
  ...{ timeoutSeconds: 25, limitSeconds: 7200, room: null, linkTo: null },
};
const CALL = { call_control_id: 'v3:a/b=+c', call_leg_id: 'leg-1', call_session_id: 'session-1' };
const placed: Answer = { status: 200, body: { data: { ...CALL, record_type: 'call', is_alive: false } } };

/** The connection is looked at first; then comes what the test is about. */
async function dial(over: Partial<Dial> = {}, ...answers: Answer[]) {
  standIn.answers(APPLICATION, PROFILE, ...(answers.length > 0 ? answers : [placed]));
  return port.dial({ ...DIAL, ...over });
}

describe('a leg placed', () => {
  it('carries our reference in everything that can bring it back', async () => {
    expect(await dial({ linkTo: 'v3:root' })).toEqual({
      kind: 'accepted',
      leg: {
        ...{ legId: 'v3:a/b=+c', recordId: 'leg-1', sessionId: 'session-1', reference: REFERENCE },
        ...{ direction: 'outbound', from: '+14155550100', to: '+13129457420', state: 'initiated' },
        ...{ providerStatus: 'alive', failure: null, endedBy: null, durationSeconds: null, price: null },
        ...{ quality: null, at: null, sequence: null },
      },
    });
    expect(standIn.got.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /v2/call_control_applications/77',
      'GET /v2/outbound_voice_profiles/5',
      'POST /v2/calls',
    ]);
    expect(sent()).toEqual({
      ...{ connection_id: '77', from: '+14155550100', to: '+13129457420', link_to: 'v3:root' },
      ...{ command_id: REFERENCE, client_state: STATE, webhook_url_method: 'POST' },
      webhook_url: `${PUBLIC_URL}/api/telnyx/webhooks/calls?ref=${REFERENCE}&account=ours`,
      ...{ timeout_secs: 25, time_limit_secs: 7200 },
    });
  });

  it('goes into a room when it is to, and rings as long as Telnyx allows', async () => {
    await dial({ room: { name: 'relais-1', roomId: null }, timeoutSeconds: 1, limitSeconds: 99_999 });
    const place = { early_media: true, beep_enabled: 'never', end_conference_on_exit: false };
    expect(sent()).toMatchObject({
      ...{ timeout_secs: 5, time_limit_secs: 14_400 },
      conference_config: { conference_name: 'relais-1', start_conference_on_create: true, ...place },
    });
    await port.dial({ ...DIAL, room: { name: 'relais-1', roomId: 'room-1' } });
    expect(sent().conference_config).toEqual({ id: 'room-1', start_conference_on_create: true, ...place });
  });

  it.each([
    { kind: 'phone', phoneNumber: '+13129457420,,900' },
    { kind: 'phone', phoneNumber: '13129457420' },
    { kind: 'phone', phoneNumber: 'sip:x@sip.telnyx.com' },
    { kind: 'browser', address: 'sip:me@evil.test' },
    { kind: 'browser', address: 'sip:me@sip.telnyx.com;secure=srtp' },
    { kind: 'browser', address: '+13129457420' },
  ] as const)('rings nothing but a number or a browser of ours: $kind $phoneNumber$address', async (to) => {
    expect(await dial({ to })).toMatchObject({ kind: 'refused', failure: { reason: 'invalid_number' } });
    expect(standIn.got).toEqual([]);
  });

  it.each([
    [422, '10016', 'The to number is no number', 'invalid_number', '10016'],
    [403, '10010', 'Dialed number is not included in whitelisted countries D13', 'region_blocked', 'D13'],
    [403, '10010', 'Caller Origination Number is Invalid D35', 'caller_not_allowed', 'D35'],
    [403, '10010', 'User channel limit exceeded D1', 'too_many_calls', 'D1'],
    [429, '90041', 'Channel limit', 'too_many_calls', '90041'],
    [403, '20100', 'Insufficient funds', 'insufficient_funds', '20100'],
    [402, '1', 'Pay', 'insufficient_funds', '1'],
    [401, '10009', 'Who are you', 'account_problem', '10009'],
    [422, '10015', 'No such connection', 'account_problem', '10015'],
    [422, '99999', 'Something new', 'unknown', '99999'],
  ])('that is refused (%i %s, %s) is so for the reason %s', async (status, code, detail, reason, said) => {
    expect(await dial({}, refusal(status, code, detail))).toEqual({
      kind: 'refused',
      failure: { reason, providerCode: said, providerMessage: `No: ${detail}` },
    });
  });

  it.each<[string, Answer]>([
    ['a 500', refusal(500, '10007')],
    ['a 503 of a proxy', (response) => response.writeHead(503).end('<html>')],
    ['a 408', refusal(408, '10008')],
    ['a connection that breaks', (response) => response.destroy()],
    ['an answer that never comes', () => undefined],
    [
      'an answer that breaks off',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"data":', () => response.destroy());
      },
    ],
    ['an answer that names no leg', { status: 200, body: { data: { record_type: 'call' } } }],
    ['an answer without data', { status: 200, body: {} }],
  ])('leaves it open after %s, and is placed once', async (_what, answer) => {
    expect(await dial({}, answer)).toEqual({ kind: 'unanswered' });
    expect(standIn.got.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('is put off when there are too many requests', async () => {
    const headers = { 'x-ratelimit-reset': '3' };
    expect(await dial({}, refusal(429, '10011', 'Too many', headers))).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 3000,
    });
    standIn.answers(refusal(429, '10011'));
    expect(await port.dial(DIAL)).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
  });

  it('is refused when nothing can be placed, because then nothing was', async () => {
    standIn.answers(refusal(401, '10009'));
    expect(await port.dial(DIAL)).toMatchObject({
      kind: 'refused',
      failure: { reason: 'account_problem', providerMessage: 'No: No, really' },
    });
    standIn.answers(() => undefined);
    expect(await port.dial(DIAL)).toMatchObject({ kind: 'refused', failure: { reason: 'unknown' } });
    expect(standIn.got.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('is placed on a connection that is looked at again once Telnyx does not know it', async () => {
    await dial();
    await port.dial(DIAL);
    expect(standIn.got).toHaveLength(4);
    standIn.answers(refusal(422, '10015'), APPLICATION, PROFILE, placed);
    expect(await port.dial(DIAL)).toMatchObject({ kind: 'refused' });
    expect(await port.dial(DIAL)).toMatchObject({ kind: 'accepted' });
    expect(standIn.got.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'POST']);
  });
});

describe('a leg whose answer never came', () => {
  const page = (items: object[], after?: string): Answer => ({
    status: 200,
    body: { data: items, meta: { total_items: items.length, cursors: { after: after ?? null } } },
  });

  it('is found among the calls under way, on whatever page', async () => {
    const other = { ...CALL, client_state: 'b3RoZXI=', call_duration: 1 };
    const ours = { ...CALL, client_state: STATE, call_duration: 0 };
    standIn.answers(APPLICATION, PROFILE, page([other], 'next'), page([other, ours]));
    expect(await port.findDial(DIAL, new Date(START_MS))).toMatchObject({
      ...{ legId: 'v3:a/b=+c', reference: REFERENCE, state: 'initiated', to: '+13129457420' },
    });
    const [, , first, second] = standIn.got.map(({ target }) => decodeURIComponent(target));
    expect(first).toBe('/v2/connections/77/active_calls?page[limit]=250');
    expect(second).toBe('/v2/connections/77/active_calls?page[limit]=250&page[after]=next');
  });

  it('is not found where it is not, and a list without end is left', async () => {
    standIn.answers(APPLICATION, PROFILE, page([]));
    expect(await port.findDial(DIAL, new Date(START_MS))).toBeNull();
    standIn.answers(page([{ ...CALL, client_state: 'b3RoZXI=' }], 'again'));
    expect(await port.findDial(DIAL, new Date(START_MS))).toBeNull();
    expect(standIn.got).toHaveLength(20);
  });
});

describe('a leg asked for', () => {
  const get = async (answer: Answer) => {
    standIn.answers(answer);
    return port.getLeg('v3:a/b=+c');
  };
  const status = (over: object): Answer => ({ status: 200, body: { data: { ...CALL, ...over } } });

  it('is told by what Telnyx still knows', async () => {
    expect(await get(status({ is_alive: true, client_state: STATE, call_duration: 0 }))).toMatchObject({
      ...{ state: 'initiated', reference: REFERENCE, direction: 'outbound' },
    });
    expect(standIn.got[0]!.target).toBe('/v2/calls/v3:a%2Fb=+c');
    expect(await get(status({ is_alive: true, call_duration: 12 }))).toMatchObject({
      ...{ state: 'answered', reference: null, direction: 'inbound', durationSeconds: null },
    });
    const end_time = '2026-03-01T09:59:00.000000Z';
    expect(await get(status({ is_alive: false, call_duration: 12, end_time }))).toMatchObject({
      ...{ state: 'ended', durationSeconds: 12, failure: null, at: new Date(end_time) },
    });
    expect(await get(status({ is_alive: false, call_duration: 0, end_time }))).toMatchObject({
      ...{ state: 'ended', durationSeconds: null, failure: { reason: 'unknown' } },
    });
  });

  it('is none when Telnyx knows it no more, and nothing is said when Telnyx says nothing', async () => {
    expect(await get(refusal(404, '10005'))).toBeNull();
    expect(await get(refusal(422, '90015'))).toBeNull();
    await expect(get(refusal(500, '10007'))).rejects.toMatchObject({ code: 'provider_error' });
    await expect(port.getLeg('')).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
