import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  callIn,
  lineOf,
  onLine,
  openReceiver,
  openSandbox,
  type Receiver,
  type TestSandbox,
  twilioClient,
} from '../../../sandbox/testkit.ts';
import { systemClock } from '../../kernel/clock.ts';
import { portDeps } from './fixture.ts';
import type { ProviderPort } from './port.ts';
import { createTwilioPort } from './twilio/index.ts';
import type { Dial, DialOutcome, RemoteLeg } from './voice.ts';

const AGENT = '+33639980001';
const CALLER = '+33612345678';

let sandbox: TestSandbox;
let relais: Receiver;
let port: ProviderPort;
let ours: { numberId: string; phoneNumber: string };

beforeAll(async () => {
  sandbox = await openSandbox();
  relais = await openReceiver();
  const { accountSid, authToken, baseUrl } = sandbox.twilio;
  const deps = {
    ...portDeps({ clock: systemClock }),
    publicBaseUrl: relais.url,
    // What is waited for happens meanwhile.
    sleep: () => advance(),
  };
  port = createTwilioPort(
    { accountId: null, voiceUrl: null, statusUrl: null, accountSid, authToken, baseUrl },
    deps,
  );
  const [found] = await port.searchNumbers({ country: 'US', type: 'local', limit: 1 });
  const bought = { country: 'US', type: 'local' as const, reference: 'number-1', groupId: null };
  const plumbing = { connectionId: null, messagingProfileId: null };
  const { phoneNumber } = found!;
  const order = await port.placeOrder({ ...bought, ...plumbing, phoneNumber });
  ours = { numberId: order.numberId!, phoneNumber };
  await port.configureCalls(ours);
});
afterAll(async () => {
  await relais.close();
  await sandbox.dispose();
});
beforeEach(() => {
  relais.received.length = 0;
});

async function advance(more: object = {}): Promise<void> {
  await sandbox.admin('POST', 'advance', { webhooks: true, ...more });
}

const dial = (to: string, over: Partial<Dial> = {}): Dial => ({
  ...{ from: ours.phoneNumber, to: { kind: 'phone', phoneNumber: to }, timeoutSeconds: 20 },
  ...{ limitSeconds: 600, reference: 'leg-1', room: null, linkTo: null },
  ...over,
});

function accepted(outcome: DialOutcome): RemoteLeg {
  expect(outcome).toMatchObject({ kind: 'accepted' });
  return (outcome as { leg: RemoteLeg }).leg;
}

const forms = (path: string) =>
  relais.received
    .filter((each) => each.path.split('&')[0] === path)
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

const fault = (kind: string, path = '*/Calls.json', times = 1) =>
  sandbox.admin('PUT', 'faults', { kind, match: { provider: 'twilio', path }, times });

describe('a leg', () => {
  it('is placed, followed to its end, and priced', async () => {
    relais.document('/webhook/voice', '<Dial><Conference>alone</Conference></Dial>');
    const leg = accepted(await port.dial(dial(AGENT)));
    expect(leg).toMatchObject({
      ...{ direction: 'outbound', from: ours.phoneNumber, to: AGENT, state: 'initiated', reference: null },
      ...{ providerStatus: 'queued', failure: null, price: null, sessionId: null, recordId: leg.legId },
    });
    await advance();
    await onLine(sandbox, AGENT, 'answer');
    await advance();
    expect(forms('/webhook/voice?ref=leg-1')).toMatchObject([{ CallSid: leg.legId }]);
    expect(await port.hangUp(leg.legId)).toBe('done');
    expect(await port.hangUp(leg.legId)).toBe('gone');
    expect(await port.legPrice(leg)).toBeNull();
    await advance();
    expect(await port.getLeg(leg.legId)).toMatchObject({
      ...{ state: 'ended', failure: null, durationSeconds: 1, at: expect.any(Date) },
      price: { amount: '0.01860', currency: 'USD' },
    });
    expect(await port.legPrice(leg)).toEqual({ amount: '0.01860', currency: 'USD' });
    expect(forms('/webhook/voice/status?ref=leg-1').map(({ CallStatus }) => CallStatus)).toEqual(
      expect.arrayContaining(['initiated', 'ringing', 'in-progress', 'completed']),
    );
  });

  it('rings a browser by its address', async () => {
    const leg = accepted(await port.dial(dial('', { to: { kind: 'browser', address: 'client:u_1' } })));
    await advance();
    expect(await lineOf(sandbox, 'client:u_1')).toMatchObject({ state: 'ringing', legId: leg.legId });
    await port.hangUp(leg.legId);
    expect(await port.getLeg(leg.legId)).toMatchObject({ state: 'ended', failure: { reason: 'canceled' } });
  });

  it.each([
    ['+33639989001', 'busy'],
    ['+33639989002', 'no_answer'],
    ['+33639989003', 'unreachable'],
  ])('to %s ends with %s', async (to, reason) => {
    const leg = accepted(await port.dial(dial(to)));
    await advance();
    await advance({ timers: true });
    expect(await port.getLeg(leg.legId)).toMatchObject({ state: 'ended', failure: { reason } });
  });

  it.each([
    ['+15005550001', 'invalid_number', '21217'],
    ['+15005550002', 'unreachable', '21214'],
    ['+15005550003', 'region_blocked', '21215'],
    ['+15005550004', 'region_blocked', '21216'],
    ['+33639987020', 'insufficient_funds', '20005'],
    ['+33639987023', 'too_many_calls', '10004'],
  ])('to %s is refused: %s', async (to, reason, providerCode) => {
    expect(await port.dial(dial(to))).toEqual({
      kind: 'refused',
      failure: { reason, providerCode, providerMessage: expect.stringMatching(/.+/) },
    });
  });

  it('from a number that is not ours is refused', async () => {
    expect(await port.dial(dial(AGENT, { from: '+33123456789' }))).toMatchObject({
      failure: { reason: 'caller_not_allowed', providerCode: '21210' },
    });
  });

  it('whose answer never comes is found by its numbers and its time, and never placed again', async () => {
    const to = '+33639980077';
    for (const kind of ['error_after', 'timeout_after']) {
      const since = new Date();
      const earlier = await port.findDial(dial(to), new Date(0));
      const known = earlier ? [earlier.legId] : [];
      await fault(kind);
      expect(await port.dial(dial(to))).toEqual({ kind: 'unanswered' });
      const found = await port.findDial(dial(to), since, known);
      expect(found).toMatchObject({ to, from: ours.phoneNumber, state: 'initiated' });
      expect(known).not.toContain(found!.legId);
      expect(await port.findDial(dial(to), since, [...known, found!.legId])).toBeNull();
    }
    const calls = await twilioClient(sandbox).calls.list({ to });
    expect(calls).toHaveLength(2);
  });

  it('that never came through is not found', async () => {
    const to = '+33639980078';
    await fault('error_before');
    expect(await port.dial(dial(to))).toEqual({ kind: 'unanswered' });
    await fault('rate_limit');
    expect(await port.dial(dial(to))).toMatchObject({ kind: 'rate_limited', retryAfterMs: 1000 });
    expect(await port.findDial(dial(to), new Date(0))).toBeNull();
    expect(await port.getLeg(`CA${'0'.repeat(32)}`)).toBeNull();
    expect(await port.hangUp(`CA${'0'.repeat(32)}`)).toBe('gone');
  });
});

describe('a talk', () => {
  const room = (name: string) => ({ name, roomId: null });
  const conference = (name: string, more = '') =>
    `<Dial><Conference beep="false" statusCallback="/webhook/voice/status" statusCallbackEvent="start end join leave"${more}>${name}</Conference></Dial>`;

  async function talk(record = ''): Promise<{ root: string; other: string }> {
    relais.document('/webhook/voice', `<Dial action="/webhook/voice/completed"${record}>${AGENT}</Dial>`);
    await callIn(sandbox, { from: CALLER, to: ours.phoneNumber });
    await advance();
    await onLine(sandbox, AGENT, 'answer');
    await advance();
    const [root, other] = [await lineOf(sandbox, CALLER), await lineOf(sandbox, AGENT)];
    return { root: root.legId, other: other.legId };
  }

  const end = async () => {
    await onLine(sandbox, CALLER, 'hangup');
    await advance();
  };

  it('is moved into a room, where each side is muted, held, given tones, and let go', async () => {
    const legs = await talk();
    relais.document('/webhook/voice/completed', conference('relais-1'));
    const opened = await port.openRoom(room('relais-1'), legs);
    expect(opened).toEqual({ name: 'relais-1', roomId: expect.stringMatching(/^CF/) });
    if (opened === 'gone') throw new Error('gone');
    // Again: whoever sits there stays.
    const before = relais.received.length;
    expect(await port.openRoom(room('relais-1'), legs)).toEqual(opened);
    await advance();
    expect(relais.received).toHaveLength(before);

    expect(await port.setMuted(opened, legs.root, true)).toBe('done');
    await onLine(sandbox, CALLER, 'say', { words: 'unheard' });
    expect(await port.setMuted(room('relais-1'), legs.root, false)).toBe('done');
    expect(await port.setHeld(opened, legs.root, true)).toBe('done');
    expect(await port.setHeld(opened, legs.root, false)).toBe('done');
    relais.document('/webhook/voice/tones', '<Play digits="12#"/>');
    expect(await port.sendDigits({ room: opened, legId: legs.root }, '12#')).toBe('done');
    await advance();
    expect(forms('/webhook/voice/tones?ref=12%23')).toHaveLength(1);
    const heard = (await lineOf(sandbox, CALLER)).heard.map(({ what }) => what);
    expect(heard).toEqual(expect.arrayContaining(['(you are muted)', '♪ hold music', 'tones 12#']));
    expect((await lineOf(sandbox, AGENT)).heard.map(({ what }) => what)).not.toContain('unheard');
    expect(await port.removeFromRoom(opened, legs.other)).toBe('done');
    await advance();
    expect(await port.getLeg(legs.other)).toMatchObject({ state: 'ended' });
    expect(await port.removeFromRoom(opened, legs.other)).toBe('gone');
    expect(await port.setMuted(opened, legs.other, true)).toBe('gone');
    await end();
    expect(await port.setMuted(room('relais-1'), legs.root, true)).toBe('gone');
    const types = forms('/webhook/voice/status').map(({ StatusCallbackEvent }) => StatusCallbackEvent);
    expect(types).toEqual(
      expect.arrayContaining(['conference-start', 'participant-leave', 'conference-end']),
    );
  });

  it('keeps its limit where it moves to, and says first what the move cut off', async () => {
    const legs = await talk();
    relais.document('/webhook/voice/completed', conference('relais-6'));
    const words = { text: 'This call is recorded.', language: 'en' as const };
    const order = { recorded: null, limitSeconds: 60, words };
    expect(await port.openRoom(room('relais-6'), legs, order)).not.toBe('gone');
    const heard = (await lineOf(sandbox, AGENT)).heard.map(({ what }) => what);
    expect(heard.indexOf(words.text)).toBeGreaterThanOrEqual(0);
    expect(heard.indexOf(words.text)).toBeLessThan(heard.findIndex((what) => /♪|conference/.test(what)));
    await sandbox.admin('POST', 'advance', { timers: true });
    await advance();
    expect(await port.getLeg(legs.other)).toMatchObject({ state: 'ended' });
    await end();
  });

  it('is handed to somebody who is rung into the room', async () => {
    const legs = await talk();
    relais.document('/webhook/voice/completed', conference('relais-2'));
    const opened = await port.openRoom(room('relais-2'), legs);
    if (opened === 'gone') throw new Error('gone');
    const leg = accepted(await port.dial(dial('+33639980009', { room: opened, reference: 'leg-9' })));
    expect(leg).toMatchObject({ state: 'initiated', to: '+33639980009' });
    await advance();
    await onLine(sandbox, '+33639980009', 'answer');
    expect(await port.removeFromRoom(opened, legs.other)).toBe('done');
    await advance();
    await onLine(sandbox, '+33639980009', 'say', { words: 'Bonjour' });
    expect((await lineOf(sandbox, CALLER)).heard.map(({ what }) => what)).toContain('Bonjour');
    expect(forms('/webhook/voice/status?ref=leg-9').length).toBeGreaterThan(1);
    await port.hangUp(leg.legId);
    await end();
  });

  it('that ends meanwhile cannot be moved', async () => {
    const legs = await talk();
    await onLine(sandbox, AGENT, 'hangup');
    expect(await port.openRoom(room('relais-3'), legs)).toBe('gone');
    await end();
    const again = await talk();
    // The root's request is answered with something else, and it is gone.
    relais.document('/webhook/voice/completed', '<Hangup/>');
    expect(await port.openRoom(room('relais-4'), again)).toBe('gone');
  });

  it('is recorded; the recording is paused, found, fetched and deleted', async () => {
    const callback = ' recordingStatusCallback="/webhook/voice/recording?ref=leg-1"';
    const { root } = await talk(` record="record-from-answer-dual"${callback}`);
    relais.document('/webhook/voice/completed', '<Hangup/>');
    const place = { room: null, legId: root };
    expect(await port.pauseRecording(place, true)).toBe('done');
    expect(await port.pauseRecording(place, false)).toBe('done');
    expect(await port.findRecordings([root])).toEqual([]);
    await end();
    expect(await port.pauseRecording(place, true)).toBe('gone');
    const [recording, ...others] = await port.findRecordings([root]);
    expect(others).toEqual([]);
    expect(recording).toMatchObject({
      ...{ recordId: root, status: 'completed', channels: 'dual', durationSeconds: 1, reason: null },
      startedAt: expect.any(Date),
    });
    const fetched = await port.fetchRecording(recording!, { bytesMax: 1_000_000 });
    expect(fetched).toMatchObject({ kind: 'fetched', contentType: 'audio/wav' });
    expect(fetched.kind === 'fetched' && fetched.bytes.subarray(0, 4).toString()).toBe('RIFF');
    const small = await port.fetchRecording(recording!, { bytesMax: 10_000 });
    expect(small).toMatchObject({ kind: 'fetched', contentType: 'audio/mpeg' });
    expect(await port.fetchRecording(recording!, { bytesMax: 100 })).toEqual({ kind: 'too_large' });
    expect(await port.deleteRecording(recording!.recordingId!)).toBe('done');
    expect(await port.deleteRecording(recording!.recordingId!)).toBe('gone');
    expect(await port.fetchRecording(recording!, { bytesMax: 1_000_000 })).toEqual({ kind: 'gone' });
  });

  it('in a room is recorded as the room', async () => {
    const legs = await talk();
    relais.document('/webhook/voice/completed', conference('relais-5'));
    const opened = await port.openRoom(room('relais-5'), legs, {
      recorded: { reference: 'leg-5' },
      ...{ limitSeconds: 3600, words: null },
    });
    if (opened === 'gone') throw new Error('gone');
    const place = { room: opened, legId: legs.root };
    expect(await port.pauseRecording(place, true)).toBe('done');
    expect(await port.pauseRecording(place, false)).toBe('done');
    // Nobody else is in the room when both have left it.
    await port.hangUp(legs.other);
    await end();
    expect(await port.pauseRecording(place, true)).toBe('gone');
    const [recording] = await port.findRecordings([opened.roomId!]);
    expect(recording).toMatchObject({ recordId: opened.roomId, status: 'completed' });
    expect(forms('/webhook/voice/recording?ref=leg-5')).toMatchObject([
      { RecordingSid: recording!.recordingId, ConferenceSid: opened.roomId, RecordingSource: 'Conference' },
    ]);
  });

  it('is measured once it is over', async () => {
    const { other } = await talk();
    relais.document('/webhook/voice/completed', '<Hangup/>');
    const leg = { legId: other, recordId: other };
    expect(await port.quality(leg)).toBeNull();
    await end();
    const figures = {
      ...{
        jitterMs: expect.any(Number),
        latencyMs: expect.any(Number),
        packetLossPercent: expect.any(Number),
      },
      ...{ mos: null, packets: expect.any(Number) },
    };
    expect(await port.quality(leg)).toEqual({
      ...{ source: 'twilio', inbound: figures, outbound: figures, codec: 'pcmu', edge: 'carrier_edge' },
    });
  });
});

it('the price of a minute is asked once in a while', async () => {
  expect(await port.minutePrice('+33612345678')).toEqual({ amount: '0.0186', currency: 'USD' });
  expect(await port.minutePrice('+33612345678')).toEqual({ amount: '0.0186', currency: 'USD' });
  expect(await port.minutePrice('+999')).toBeNull();
  const { items } = await sandbox.admin<{ items: { url: string }[] }>('GET', 'requests?limit=1000');
  expect(items.filter(({ url }) => url.startsWith('/v2/Voice/Numbers/'))).toHaveLength(2);
});

describe('a softphone', () => {
  it('gets a token that lets calls in and none out, signed by a key that is made once', async () => {
    const first = await port.softphone('user_1', null);
    expect(first).toMatchObject({ provider: 'twilio', address: 'client:user_1', keep: expect.any(String) });
    const key = JSON.parse(first.keep!) as { sid: string; secret: string };
    const second = await port.softphone('user_1', first.keep);
    expect(second).toMatchObject({ keep: null });
    const claims = JSON.parse(Buffer.from(second.token.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({
      ...{ iss: key.sid, sub: sandbox.twilio.accountSid },
      grants: { identity: 'user_1', voice: { incoming: { allow: true } } },
    });
    expect(claims.grants.voice.outgoing).toBeUndefined();
    expect(second.expiresAt.getTime() - Date.now()).toBeGreaterThan(3_500_000);
    expect(await twilioClient(sandbox).keys.list()).toHaveLength(1);
    const lines = await fetch(`${sandbox.url}/softphone/lines`, {
      headers: { authorization: `Bearer ${second.token}` },
    });
    expect(await lines.json()).toEqual({ handset: 'client:user_1', items: [] });
    // What was kept and cannot be read is made anew.
    expect(await port.softphone('user_1', 'broken')).toMatchObject({ keep: expect.any(String) });
  });
});

it("a number's calls are pointed at us, whatever stood before, and nothing else of it", async () => {
  const client = twilioClient(sandbox);
  const { sid } = await client.applications.create({ friendlyName: 'other', voiceUrl: 'https://x.test/v' });
  const number = client.incomingPhoneNumbers(ours.numberId);
  await number.update({
    voiceApplicationSid: sid,
    voiceUrl: 'https://x.test/old',
    smsUrl: 'https://x.test/sms',
  });
  await port.configureCalls(ours);
  expect(await number.fetch()).toMatchObject({
    ...{ voiceUrl: `${relais.url}/webhook/voice`, voiceMethod: 'POST', voiceApplicationSid: null },
    ...{ statusCallback: `${relais.url}/webhook/voice/status`, smsUrl: 'https://x.test/sms' },
  });
  const updates = async () =>
    (
      await sandbox.admin<{ items: { method: string; url: string }[] }>('GET', 'requests?limit=1000')
    ).items.filter(({ method, url }) => method === 'POST' && url.includes(ours.numberId)).length;
  const before = await updates();
  await port.configureCalls(ours);
  expect(await updates()).toBe(before);
});
