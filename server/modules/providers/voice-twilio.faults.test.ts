import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../kernel/clock.ts';
import { portDeps, START_MS } from './fixture.ts';
import type { ProviderPort } from './port.ts';
import { type Answer, type StandIn, startStandIn } from './stand-in.ts';
import { createTwilioPort } from './twilio/index.ts';
import type { Dial, RemoteRecording } from './voice.ts';

const SID = `AC${'1'.repeat(32)}`;
const CALL = `CA${'2'.repeat(32)}`;

let twilio: StandIn;
let port: ProviderPort;
const pausesMs: number[] = [];

beforeAll(async () => {
  twilio = await startStandIn();
  const deps = { ...portDeps({ clock: manualClock(START_MS) }, pausesMs), timeoutMs: 1500 };
  const account = { accountId: 'acc-1', accountSid: SID, authToken: 'x'.repeat(32), baseUrl: twilio.url };
  port = createTwilioPort({ ...account, voiceUrl: null, statusUrl: null }, deps);
});
afterAll(() => twilio.close());
beforeEach(() => {
  pausesMs.length = 0;
});

const dial: Dial = {
  ...{ from: '+33100000000', to: { kind: 'phone', phoneNumber: '+33612345678' }, timeoutSeconds: 25 },
  ...{ limitSeconds: 7200, reference: 'leg 1&x', room: null, linkTo: null },
};
const refusal = (status: number, code: number) => ({ status, body: { code, message: 'No.', status } });
const call = (over: object = {}) => ({
  ...{ sid: CALL, status: 'queued', from: dial.from, to: '+33612345678', direction: 'outbound-api' },
  ...{ date_created: 'Sun, 01 Mar 2026 10:00:00 +0000', price: null, price_unit: 'USD' },
  ...over,
});
const hang = () => {};
const breakOff = (response: ServerResponse) => {
  response.writeHead(201, { 'content-length': '500' }).write('{"sid":');
  setImmediate(() => response.destroy());
};
const noJson = (response: ServerResponse) => response.writeHead(201).end('<html>');

describe('a leg is placed one time', () => {
  it('with addresses that carry our reference and account, which Twilio signs', async () => {
    twilio.answers({ status: 201, body: call() });
    await port.dial(dial);
    const { target, body } = twilio.got[0]!;
    expect(target).toBe(`/2010-04-01/Accounts/${SID}/Calls.json`);
    const params = new URLSearchParams(body);
    expect(Object.fromEntries(params)).toMatchObject({
      ...{ From: dial.from, To: '+33612345678', Timeout: '25', TimeLimit: '7200' },
      Url: 'https://relais.example.test/webhook/voice?ref=leg%201%26x&account=acc-1',
      StatusCallback: 'https://relais.example.test/webhook/voice/status?ref=leg%201%26x&account=acc-1',
    });
    expect(params.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
  });

  it.each<[string, Answer]>([
    ['no answer', hang],
    ['an error of the server', refusal(500, 20500)],
    ['a gateway that gave up', { status: 504 }],
    ['a time-out of the server', { status: 408 }],
    ['an answer that breaks off', breakOff],
    ['an answer that is no JSON', noJson],
    ['an answer that names no call', { status: 201, body: { status: 'queued' } }],
    ['a call whose id no column can hold', { status: 201, body: call({ sid: 'CA\u0000' }) }],
  ])('after %s nobody knows, and it is not placed again', async (_name, answer) => {
    twilio.answers(answer);
    expect(await port.dial(dial)).toEqual({ kind: 'unanswered' });
    expect(twilio.got).toHaveLength(1);
    expect(pausesMs).toEqual([]);
  });

  it.each([
    [400, 21211, 'invalid_number'],
    [400, 21215, 'region_blocked'],
    [400, 21210, 'caller_not_allowed'],
    [403, 20005, 'insufficient_funds'],
    [429, 10004, 'too_many_calls'],
    [401, 20003, 'account_problem'],
    [402, 99999, 'insufficient_funds'],
    [403, 99999, 'account_problem'],
    [400, 99999, 'unknown'],
  ])('HTTP %i with code %i is refused as %s', async (status, code, reason) => {
    twilio.answers(refusal(status, code));
    const failure = { reason, providerCode: String(code), providerMessage: 'No.' };
    expect(await port.dial(dial)).toEqual({ kind: 'refused', failure });
  });

  it('too many requests are told with the pause that is asked for', async () => {
    twilio.answers({ ...refusal(429, 20430), headers: { 'retry-after': '7' } });
    expect(await port.dial(dial)).toEqual({ kind: 'rate_limited', retryAfterMs: 7000 });
    twilio.answers({ status: 429 });
    expect(await port.dial(dial)).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
  });

  it('into a room as a participant that carries our reference', async () => {
    twilio.answers({ status: 201, body: { call_sid: CALL, status: 'queued' } });
    const room = { name: 'relais-1', roomId: null };
    expect(await port.dial({ ...dial, room })).toMatchObject({ kind: 'accepted', leg: { legId: CALL } });
    expect(twilio.got[0]!.target).toContain('/Conferences/relais-1/Participants.json');
    expect(new URLSearchParams(twilio.got[0]!.body).get('Label')).toBe(dial.reference);
  });
});

describe('a leg is looked for', () => {
  const found = (...calls: object[]) => ({ status: 200, body: { calls, next_page_uri: null, page: 0 } });
  const since = new Date('2026-03-01T10:00:02Z');

  it('among those of its numbers and time that are none of our others: the earliest', async () => {
    const sids = [3, 4, 5, 6].map((digit) => `CA${String(digit).repeat(32)}`);
    const [newest, earliest, known, old] = sids;
    twilio.answers(
      found(
        call({ sid: `CA${'7'.repeat(32)}`, direction: 'outbound-dial' }),
        call({ sid: newest, date_created: 'Sun, 01 Mar 2026 10:00:09 +0000' }),
        call({ sid: earliest, status: 'in-progress' }),
        call({ sid: known }),
        call({ sid: old, date_created: 'Sun, 01 Mar 2026 09:59:50 +0000' }),
      ),
    );
    expect(await port.findDial(dial, since, [known!])).toMatchObject({ legId: earliest, state: 'answered' });
    const query = new URLSearchParams(twilio.got[0]!.target.split('?')[1]);
    expect([query.get('From'), query.get('To')]).toEqual([dial.from, '+33612345678']);
  });

  it('and is not found in what holds nothing', async () => {
    twilio.answers(found());
    expect(await port.findDial(dial, since)).toBeNull();
    twilio.answers(refusal(500, 20500));
    await expect(port.findDial(dial, since)).rejects.toMatchObject({ code: 'provider_error' });
  });
});

describe('what Twilio says of a leg', () => {
  it.each([
    [{ status: 'busy' }, { state: 'ended', failure: { reason: 'busy' } }],
    [
      { status: 'completed', duration: '61' },
      { state: 'ended', failure: null, durationSeconds: 61 },
    ],
    [
      { status: 'in-progress', duration: '61' },
      { state: 'answered', durationSeconds: null },
    ],
    [{ price: '-0.0300' }, { price: { amount: '0.0300', currency: 'USD' } }],
    [{ price: 'cheap' }, { price: null }],
    [{ price: '-1', price_unit: 'dollars' }, { price: null }],
    [{ duration: 'x', status: 'completed' }, { durationSeconds: null }],
    [
      { from: 'a\u0000b', to: 7 },
      { from: 'a\uFFFDb', to: '7' },
    ],
    [{ status: 'a_word_of_2030' }, { state: 'initiated', providerStatus: 'a_word_of_2030' }],
  ])('%j is read', async (said, expected) => {
    twilio.answers({ status: 200, body: call(said) });
    expect(await port.getLeg(CALL)).toMatchObject(expected);
  });
});

describe('a room that does not come about', () => {
  const participants = (...sids: string[]) => ({
    status: 200,
    body: { participants: sids.map((sid) => ({ call_sid: sid, status: 'connected' })), page: 0 },
  });
  const other = `CA${'3'.repeat(32)}`;
  const conferences = (...list: object[]) => ({ status: 200, body: { conferences: list, page: 0 } });
  const open = { sid: `CF${'4'.repeat(32)}`, status: 'in-progress', friendly_name: 'r' };

  it('is given up after a while, and after every leg was asked for', async () => {
    twilio.answers(
      conferences(),
      { status: 200, body: call({ status: 'in-progress' }) },
      (response: ServerResponse) => {
        const target = twilio.got.at(-1)!.target;
        const answer = target.includes('/Participants')
          ? participants(other)
          : target.includes('/Conferences')
            ? conferences({ ...open, status: 'completed' }, open)
            : { status: 200, body: call({ status: 'in-progress' }) };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      },
    );
    const waiting = port.openRoom({ name: 'r', roomId: null }, { root: CALL, other });
    await expect(waiting).rejects.toMatchObject({ code: 'provider_timeout' });
    expect(pausesMs.length).toBeLessThan(30);
    const moves = twilio.got.filter(({ method }) => method === 'POST');
    expect(moves).toHaveLength(1);
    expect(moves[0]!.target).toContain(other);
    const document = new URLSearchParams(moves[0]!.body).get('Twiml');
    expect(document).toContain('<Conference');
    expect(document).toContain('>r</Conference>');
  });

  it('tells tones once, whatever becomes of the answer', async () => {
    const place = { room: { name: 'r', roomId: open.sid }, legId: CALL };
    twilio.answers(refusal(500, 20500));
    await expect(port.sendDigits(place, '1')).rejects.toMatchObject({ code: 'provider_error' });
    expect(twilio.got).toHaveLength(1);
    await expect(port.sendDigits({ room: null, legId: CALL }, '1')).rejects.toThrow();
    twilio.answers(refusal(404, 20404));
    expect(await port.sendDigits(place, '1')).toBe('gone');
  });
});

describe('a recording', () => {
  const recording: RemoteRecording = {
    ...{ recordingId: 'RE1', recordId: CALL, reference: null, status: 'completed', channels: 'mono' },
    ...{ durationSeconds: 1, startedAt: null, reason: null, url: 'http://169.254.169.254/latest/meta-data' },
  };

  it('is fetched from the account itself, wherever its news points', async () => {
    twilio.answers({ status: 200, body: {}, headers: { 'content-type': 'audio/x-wav' } });
    expect(await port.fetchRecording(recording, { bytesMax: 20_000 })).toMatchObject({ kind: 'fetched' });
    expect(twilio.got[0]!.target).toBe(`/2010-04-01/Accounts/${SID}/Recordings/RE1.wav`);
    expect(twilio.got[0]!.headers.authorization).toMatch(/^Basic /);
  });

  it('comes as MP3 where the WAV would be too large, with both sides, and is asked for once', async () => {
    const got = () => twilio.got.map(({ target }) => target.split('/').at(-1));
    const sound = { status: 200, body: {}, headers: { 'content-type': 'audio/mpeg' } };
    twilio.answers(sound);
    const long = { ...recording, durationSeconds: 7200 };
    // 82 minutes of two sides are 150 MB of WAV.
    const fetched = await port.fetchRecording({ ...long, channels: 'dual' }, { bytesMax: 150 * 1024 * 1024 });
    expect(fetched).toMatchObject({ kind: 'fetched', contentType: 'audio/mpeg' });
    expect(got()).toEqual(['RE1.mp3?RequestedChannels=2']);
    await port.fetchRecording(long, { bytesMax: 100 * 1024 * 1024 });
    expect(got().at(-1)).toBe('RE1.mp3');
  });

  it('comes as MP3 where the WAV was too large after all', async () => {
    twilio.answers({
      status: 200,
      body: { large: 'x'.repeat(5000) },
      headers: { 'content-type': 'audio/x-wav' },
    });
    expect(await port.fetchRecording({ ...recording, durationSeconds: null }, { bytesMax: 1000 })).toEqual({
      kind: 'too_large',
    });
    expect(twilio.got.map(({ target }) => target.split('/').at(-1))).toEqual(['RE1.wav', 'RE1.mp3']);
  });

  it.each(['../../Balance', 'RE1/../..', '', 'http://x.test'])('named %j is none', async (recordingId) => {
    twilio.answers({ status: 200 });
    expect(await port.fetchRecording({ ...recording, recordingId }, { bytesMax: 1000 })).toEqual({
      kind: 'gone',
    });
    expect(twilio.got).toEqual([]);
  });

  it('is not there, or not now', async () => {
    twilio.answers(refusal(404, 20404));
    expect(await port.fetchRecording(recording, { bytesMax: 1000 })).toEqual({ kind: 'gone' });
    twilio.answers({ status: 302, headers: { location: 'http://127.0.0.1:1/x' } });
    expect(await port.fetchRecording(recording, { bytesMax: 1000 })).toEqual({ kind: 'gone' });
    twilio.answers({ status: 503 });
    await expect(port.fetchRecording(recording, { bytesMax: 1000 })).rejects.toMatchObject({
      code: 'provider_error',
    });
  });
});

describe('figures', () => {
  const leg = { legId: CALL, recordId: CALL };

  it.each([401, 403, 404])('are none for an account that is not measured: HTTP %i', async (status) => {
    twilio.answers(refusal(status, 20003));
    expect(await port.quality(leg)).toBeNull();
  });

  it.each([
    [{}, null],
    [{ carrier_edge: {}, sdk_edge: null }, null],
    [{ carrier_edge: { metrics: { inbound: { jitter: 'x', mos: -1 } } } }, null],
    [
      { sdk_edge: { metrics: { inbound: { mos: { avg: 4.2 }, rtt: { avg: 80 }, jitter: { avg: '3.5' } } } } },
      { edge: 'sdk_edge', inbound: { mos: 4.2, latencyMs: 40, jitterMs: 3.5, packets: null } },
    ],
  ])('are read from %j', async (body, expected) => {
    twilio.answers({ status: 200, body });
    const read = await port.quality(leg);
    if (expected === null) expect(read).toBeNull();
    else expect(read).toMatchObject(expected);
  });

  it('of money are none when Twilio does not say', async () => {
    twilio.answers({ status: 200, body: { outbound_call_prices: null, price_unit: 'USD' } });
    expect(await port.minutePrice('+33600000001')).toBeNull();
    const listed = [{ current_price: '0.01' }, { current_price: '0.04' }, { base_price: 'x' }];
    twilio.answers({ status: 200, body: { outbound_call_prices: listed, price_unit: 'usd' } });
    expect(await port.minutePrice('+33600000002')).toEqual({ amount: '0.04', currency: 'USD' });
    twilio.answers(refusal(404, 20404));
    expect(await port.minutePrice('+33600000003')).toBeNull();
  });
});
