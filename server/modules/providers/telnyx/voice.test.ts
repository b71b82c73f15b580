import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../kernel/clock.ts';
import { PUBLIC_URL, portDeps, START_MS } from '../fixture.ts';
import type { ProviderPort } from '../port.ts';
import { type Answer, type StandIn, startStandIn } from '../stand-in.ts';
import type { Dial, RemoteRecording } from '../voice.ts';
import { createTelnyxPort } from './index.ts';

// What Telnyx does rarely, by a server that does nothing else. What it does every day is tested in the sandbox.

const clock = manualClock(START_MS);
let standIn: StandIn;
let port: ProviderPort;

beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());
beforeEach(async () => {
  const account = { accountId: 'ours', apiKey: 'KEY', baseUrl: `${standIn.url}/v2`, connectionId: '77' };
  port = createTelnyxPort(account, { ...portDeps({ clock }), timeoutMs: 200 });
});

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
const REFERENCE = '0198c0de-0000-7000-8000-000000000001';
const STATE = Buffer.from(REFERENCE).toString('base64');
const DIAL: Dial = {
  ...{ from: '+14155550100', to: { kind: 'phone', phoneNumber: '+13129457420' }, reference: REFERENCE },
  ...{ timeoutSeconds: 25, limitSeconds: 7200, room: null, linkTo: null },
};
const CALL = { call_control_id: 'v3:a/b=+c', call_leg_id: 'leg-1', call_session_id: 'session-1' };
const placed: Answer = { status: 200, body: { data: { ...CALL, record_type: 'call', is_alive: false } } };
const error = (status: number, code: string, detail = 'No, really', headers = {}): Answer => ({
  ...{ status, headers, body: { errors: [{ code, title: 'No', detail }] } },
});
const sent = () => JSON.parse(standIn.got.at(-1)!.body);

/** The connection is looked at first; then comes what the test is about. */
async function dial(over: Partial<Dial> = {}, ...answers: Answer[]) {
  standIn.answers(APPLICATION, ...(answers.length > 0 ? answers : [placed]));
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
    expect(await dial({}, error(status, code, detail))).toEqual({
      kind: 'refused',
      failure: { reason, providerCode: said, providerMessage: `No: ${detail}` },
    });
  });

  it.each<[string, Answer]>([
    ['a 500', error(500, '10007')],
    ['a 503 of a proxy', (response) => response.writeHead(503).end('<html>')],
    ['a 408', error(408, '10008')],
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
    expect(await dial({}, error(429, '10011', 'Too many', headers))).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 3000,
    });
    standIn.answers(error(429, '10011'));
    expect(await port.dial(DIAL)).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
  });

  it('is refused when nothing can be placed, because then nothing was', async () => {
    standIn.answers(error(401, '10009'));
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
    expect(standIn.got).toHaveLength(3);
    standIn.answers(error(422, '10015'), APPLICATION, placed);
    expect(await port.dial(DIAL)).toMatchObject({ kind: 'refused' });
    expect(await port.dial(DIAL)).toMatchObject({ kind: 'accepted' });
    expect(standIn.got.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
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
    standIn.answers(APPLICATION, page([other], 'next'), page([other, ours]));
    expect(await port.findDial(DIAL, new Date(START_MS))).toMatchObject({
      ...{ legId: 'v3:a/b=+c', reference: REFERENCE, state: 'initiated', to: '+13129457420' },
    });
    const [, first, second] = standIn.got.map(({ target }) => decodeURIComponent(target));
    expect(first).toBe('/v2/connections/77/active_calls?page[limit]=250');
    expect(second).toBe('/v2/connections/77/active_calls?page[limit]=250&page[after]=next');
  });

  it('is not found where it is not, and a list without end is left', async () => {
    standIn.answers(APPLICATION, page([]));
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
    expect(await get(error(404, '10005'))).toBeNull();
    expect(await get(error(422, '90015'))).toBeNull();
    await expect(get(error(500, '10007'))).rejects.toMatchObject({ code: 'provider_error' });
    await expect(port.getLeg('')).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('commands', () => {
  const room = { name: 'relais-1', roomId: 'room-1' };
  const each: [string, () => Promise<unknown>, string, object][] = [
    ['answer', () => port.commands!.answer('L', 'c1'), '/v2/calls/L/actions/answer', { command_id: 'c1' }],
    [
      'reject',
      () => port.commands!.reject('L', 'busy', 'c1'),
      '/v2/calls/L/actions/reject',
      { cause: 'USER_BUSY', command_id: 'c1' },
    ],
    [
      'speak',
      () => port.commands!.speak('L', { text: 'Bonjour', language: 'fr' }, 'c1'),
      '/v2/calls/L/actions/speak',
      {
        ...{ payload: 'Bonjour', payload_type: 'text', voice: 'AWS.Polly.Lea-Neural', language: 'fr-FR' },
        command_id: 'c1',
      },
    ],
    [
      'startRecording',
      () =>
        port.commands!.startRecording(
          'L',
          { channels: 'dual', beep: true, maxSeconds: 120, silenceSeconds: 5 },
          'c1',
        ),
      '/v2/calls/L/actions/record_start',
      {
        ...{ channels: 'dual', format: 'mp3', play_beep: true, max_length: 120, timeout_secs: 5 },
        command_id: 'c1',
      },
    ],
    [
      'stopRecording',
      () => port.commands!.stopRecording('L', 'c1'),
      '/v2/calls/L/actions/record_stop',
      { command_id: 'c1' },
    ],
    ['hangUp', () => port.hangUp('L'), '/v2/calls/L/actions/hangup', {}],
    ['removeFromRoom', () => port.removeFromRoom(room, 'L'), '/v2/calls/L/actions/hangup', {}],
    [
      'setMuted',
      () => port.setMuted(room, 'L', true),
      '/v2/conferences/room-1/actions/mute',
      { call_control_ids: ['L'] },
    ],
    [
      'setMuted, by the name of the room',
      () => port.setMuted({ ...room, roomId: null }, 'L', false),
      '/v2/conferences/relais-1/actions/unmute',
      { call_control_ids: ['L'] },
    ],
    [
      'setHeld',
      () => port.setHeld(room, 'L', true),
      '/v2/conferences/room-1/actions/hold',
      { call_control_ids: ['L'] },
    ],
    [
      'setHeld, no more',
      () => port.setHeld(room, 'L', false),
      '/v2/conferences/room-1/actions/unhold',
      { call_control_ids: ['L'] },
    ],
    [
      'sendDigits',
      () => port.sendDigits({ room, legId: 'L' }, '1w#'),
      '/v2/calls/L/actions/send_dtmf',
      { digits: '1w#', command_id: expect.any(String) },
    ],
    [
      'pauseRecording',
      () => port.pauseRecording({ room, legId: 'L' }, true),
      '/v2/calls/L/actions/record_pause',
      {},
    ],
    [
      'pauseRecording, no more',
      () => port.pauseRecording({ room, legId: 'L' }, false),
      '/v2/calls/L/actions/record_resume',
      {},
    ],
  ];

  it.each(each)('%s says what it means', async (_name, send, target, body) => {
    standIn.answers({ status: 200, body: { data: { result: 'ok' } } });
    expect(await send()).toBe('done');
    expect(standIn.got).toHaveLength(1);
    expect(standIn.got[0]!.target).toBe(target);
    expect(sent()).toEqual(body);
  });

  it.each(each)('%s is sent again under the same id, and is over when the leg is', async (_name, send) => {
    standIn.answers(error(500, '10007'), { status: 200, body: { data: { result: 'ok' } } });
    expect(await send()).toBe('done');
    expect(standIn.got).toHaveLength(2);
    expect(standIn.got[0]!.body).toBe(standIn.got[1]!.body);
    for (const gone of [error(422, '90018'), error(422, '90015'), error(404, '10005'), error(422, '90019')]) {
      standIn.answers(gone);
      expect(await send()).toBe('gone');
    }
    standIn.answers(error(422, '90034', 'not answered yet'));
    await expect(send()).rejects.toMatchObject({
      code: 'provider_rejected',
      details: { providerCode: '90034' },
    });
  });

  it('never go to everybody, nor to another address, because a leg has no name', async () => {
    standIn.answers({ status: 200, body: { data: { result: 'ok' } } });
    const invalid = { code: 'invalid_request' };
    await expect(port.setMuted(room, '', true)).rejects.toMatchObject(invalid);
    await expect(port.setHeld(room, '', true)).rejects.toMatchObject(invalid);
    await expect(port.setHeld({ name: '', roomId: null }, 'L', true)).rejects.toMatchObject(invalid);
    await expect(port.hangUp('')).rejects.toMatchObject(invalid);
    await expect(async () => port.sendDigits({ room, legId: 'L' }, '1;2')).rejects.toMatchObject(invalid);
    expect(standIn.got).toEqual([]);
  });
});

describe('a room', () => {
  const fresh = { name: 'relais-1', roomId: null };
  const made: Answer = { status: 200, body: { data: { id: 'room-1', name: 'relais-1' } } };
  const listed: Answer = {
    status: 200,
    body: { data: [{ id: 'room-1', name: 'relais-1', status: 'in_progress' }], meta: { total_results: 1 } },
  };
  const none: Answer = { status: 200, body: { data: [] } };
  const done: Answer = { status: 200, body: { data: { result: 'ok' } } };
  const opened = { name: 'relais-1', roomId: 'room-1' };
  const steps = () => standIn.got.map(({ method, target }) => `${method} ${target.split('?')[0]}`);

  it('is made of two legs', async () => {
    standIn.answers(made, done);
    expect(await port.openRoom(fresh, { root: 'R', other: 'O' })).toEqual(opened);
    expect(steps()).toEqual(['POST /v2/conferences', 'POST /v2/conferences/room-1/actions/join']);
    expect(JSON.parse(standIn.got[0]!.body)).toEqual({
      ...{ call_control_id: 'R', name: 'relais-1', beep_enabled: 'never', start_conference_on_create: true },
    });
  });

  it('that is there already is joined, and who sits in it stays', async () => {
    standIn.answers(error(422, '90033'), listed, listed, done);
    expect(await port.commands!.join(fresh, 'L', 'c1')).toEqual(opened);
    expect(sent()).toEqual({ call_control_id: 'L', beep_enabled: 'never', command_id: 'c1' });
    standIn.answers(error(422, '90033'), listed, listed, error(422, '90044'));
    expect(await port.commands!.join(fresh, 'L', 'c1')).toEqual(opened);
    standIn.answers(error(422, '90044'));
    expect(await port.commands!.join(opened, 'L', 'c1')).toEqual(opened);
    expect(steps()).toEqual(['POST /v2/conferences/room-1/actions/join']);
  });

  it('that a repeated command does not name is found by its name', async () => {
    standIn.answers(done, listed, done);
    expect(await port.commands!.join(fresh, 'L', 'c1')).toEqual(opened);
  });

  it('is none when the leg has ended, and a refusal is a refusal', async () => {
    standIn.answers(error(422, '90018'));
    expect(await port.commands!.join(fresh, 'L', 'c1')).toBe('gone');
    standIn.answers(made, error(422, '90018'));
    expect(await port.openRoom(fresh, { root: 'R', other: 'O' })).toBe('gone');
    standIn.answers(error(422, '90034'), none);
    await expect(port.commands!.join(fresh, 'L', 'c1')).rejects.toMatchObject({ code: 'provider_rejected' });
  });
});

describe('a recording', () => {
  const audio: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3 music');
  };
  const recording: RemoteRecording = {
    ...{ recordingId: 'rec-1', recordId: 'leg-1', reference: null, status: 'completed', channels: 'dual' },
    ...{ url: null, durationSeconds: 9, startedAt: null, reason: null },
  };
  const known = (mp3: string): Answer => ({
    status: 200,
    body: { data: { id: 'rec-1', download_urls: { mp3 } } },
  });

  it('is fetched from an address that is over by asking for another', async () => {
    const old = `${standIn.url}/old.mp3`;
    standIn.answers({ status: 403 }, known(`${standIn.url}/new.mp3`), audio);
    expect(await port.fetchRecording({ ...recording, url: old }, { bytesMax: 100 })).toMatchObject({
      ...{ kind: 'fetched', contentType: 'audio/mpeg', bytes: Buffer.from('ID3 music') },
    });
    expect(standIn.got.map(({ target }) => target)).toEqual(['/old.mp3', '/v2/recordings/rec-1', '/new.mp3']);
  });

  it('is never fetched from elsewhere', async () => {
    for (const url of [
      'http://169.254.169.254/x.mp3',
      'https://ec2-1.compute.amazonaws.com/x.mp3',
      'https://evil.test/',
      'file:///etc/passwd',
    ]) {
      standIn.answers(known(url));
      expect(await port.fetchRecording({ ...recording, url }, { bytesMax: 100 })).toEqual({ kind: 'gone' });
      expect(standIn.got.map(({ target }) => target)).toEqual(['/v2/recordings/rec-1']);
    }
  });

  it('that is gone, too large, or not to be had now, is just that', async () => {
    standIn.answers(error(404, '10005'));
    expect(await port.fetchRecording(recording, { bytesMax: 100 })).toEqual({ kind: 'gone' });
    standIn.answers(audio);
    const url = `${standIn.url}/x.mp3`;
    expect(await port.fetchRecording({ ...recording, url }, { bytesMax: 3 })).toEqual({ kind: 'too_large' });
    standIn.answers({ status: 503 });
    await expect(port.fetchRecording({ ...recording, url }, { bytesMax: 9 })).rejects.toMatchObject({
      code: 'provider_error',
    });
  });

  it('whose name nobody told is the one of its leg that began at that time', async () => {
    const item = (id: string, recording_started_at: string) => ({
      ...{ id, call_leg_id: 'leg-1', channels: 'dual', duration_millis: 8600, recording_started_at },
      download_urls: { mp3: `${standIn.url}/${id}.mp3` },
    });
    const first = '2026-03-01T09:00:00.000000Z';
    const data = [item('a', first), item('b', '2026-03-01T09:05:00Z'), { id: 'c' }];
    standIn.answers({ status: 200, body: { data } });
    expect(await port.findRecordings(['leg-1', 'leg-1', ''])).toMatchObject([
      ...[
        { recordingId: 'a', recordId: 'leg-1', channels: 'dual', durationSeconds: 9 },
        { recordingId: 'b' },
      ],
    ]);
    expect(standIn.got).toHaveLength(1);
    standIn.answers({ status: 200, body: { data } }, audio);
    const unnamed = { ...recording, recordingId: null, startedAt: new Date(first) };
    expect(await port.fetchRecording(unnamed, { bytesMax: 100 })).toMatchObject({ kind: 'fetched' });
    expect(standIn.got.at(-1)!.target).toBe('/a.mp3');
  });

  it('is deleted once', async () => {
    standIn.answers({ status: 200, body: { data: {} } });
    expect(await port.deleteRecording('rec-1')).toBe('done');
    standIn.answers(error(404, '10005'));
    expect(await port.deleteRecording('rec-1')).toBe('gone');
    standIn.answers(error(500, '1'));
    expect(await port.deleteRecording('')).toBe('gone');
    expect(standIn.got).toEqual([]);
  });
});

describe('the price of a leg', () => {
  const records = (...data: object[]): Answer => ({ status: 200, body: { data } });
  const record = (cost: string, over = {}) => ({ call_leg_id: 'leg-1', cost, currency: 'USD', ...over });
  const ask = () => port.legPrice({ legId: 'L', recordId: 'leg-1', sessionId: null });

  it('is what its records come to', async () => {
    standIn.answers(
      records(record('0.0020')),
      records(record('0.0071'), record('9', { call_leg_id: 'x' })),
      records(),
    );
    expect(await ask()).toEqual({ amount: '0.0091', currency: 'USD' });
    expect(
      standIn.got.map(({ target }) => new URL(target, 'http://x').searchParams.get('filter[record_type]')),
    ).toEqual([...['call-control', 'sip-trunking', 'webrtc']]);
    standIn.answers(records(record('1')), records(), records(record('0.25')));
    expect(await ask()).toEqual({ amount: '1.25', currency: 'USD' });
    standIn.answers(records(record('0.002')), records());
    expect(await ask()).toEqual({ amount: '0.002', currency: 'USD' });
    standIn.answers(records(record('0.002')), records(record('5', { currency: 'EUR' })), records());
    expect(await ask()).toEqual({ amount: '0.002', currency: 'USD' });
  });

  it('is not known before Telnyx has counted', async () => {
    standIn.answers(records());
    expect(await ask()).toBeNull();
    standIn.answers(records({ call_leg_id: 'leg-1', cost: null, currency: 'USD' }));
    expect(await ask()).toBeNull();
  });
});

describe('a softphone', () => {
  const connection: Answer = { status: 200, body: { data: { id: '88' } } };
  const nothing: Answer = { status: 200, body: { data: [] } };
  const credential: Answer = { status: 201, body: { data: { id: 'cred-1', sip_username: 'gencredABC' } } };
  const token: Answer = (response) => {
    response.writeHead(201, { 'content-type': 'text/plain' }).end('not.a-real.token');
  };
  const keep = JSON.stringify({ credentialId: 'cred-1', sipUsername: 'gencredABC' });
  const grant = {
    ...{ provider: 'telnyx', token: 'not.a-real.token', address: 'sip:gencredABC@sip.telnyx.com' },
    expiresAt: new Date(START_MS + 86_400_000),
  };

  it('is made once, and cannot call by itself', async () => {
    standIn.answers(nothing, connection, nothing, credential, token);
    expect(await port.softphone('user_1', null)).toEqual({ ...grant, keep });
    const [, made, , cred] = standIn.got;
    expect(JSON.parse(made!.body)).toEqual({
      ...{ connection_name: 'Relais a1b2c3d4 ours browsers', active: true, webhook_api_version: '2' },
      webhook_event_url: `${PUBLIC_URL}/api/telnyx/webhooks/calls?account=ours`,
      ...{ call_cost_in_webhooks: true, sip_uri_calling_preference: 'internal' },
      outbound: { call_parking_enabled: true },
      user_name: expect.stringMatching(/^relais[a-zA-Z0-9]{10,26}$/),
      password: expect.stringMatching(/^.{20,128}$/),
    });
    expect(JSON.parse(cred!.body)).toEqual({
      ...{ connection_id: '88', name: 'Relais a1b2c3d4 ours user_1', tag: 'Relais a1b2c3d4 ours' },
    });
    standIn.answers(token);
    expect(await port.softphone('user_1', keep)).toEqual({ ...grant, keep: null });
  });

  it('is made again when Telnyx has lost it, or what was kept is no such thing', async () => {
    standIn.answers(error(404, '10005'), nothing, connection, nothing, credential, token);
    expect(await port.softphone('user_1', keep)).toEqual({ ...grant, keep });
    for (const kept of ['{', '{}', 'null', '{"credentialId":"x","sipUsername":"a@b"}']) {
      standIn.answers(nothing, credential, token);
      expect(await port.softphone('user_1', kept)).toEqual({ ...grant, keep });
    }
  });

  it('ends when its token says so', async () => {
    const claims = Buffer.from(JSON.stringify({ exp: 1_900_000_000 })).toString('base64url');
    standIn.answers((response) => {
      response.writeHead(201, { 'content-type': 'text/plain' }).end(`x.${claims}.y`);
    });
    const { expiresAt } = await port.softphone('user_1', keep);
    expect(expiresAt).toEqual(new Date(1_900_000_000_000));
  });
});
