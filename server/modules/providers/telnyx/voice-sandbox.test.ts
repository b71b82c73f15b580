import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConformance, type RecordedExchange } from '../../../../sandbox/conformance/index.ts';
import {
  callIn,
  lineOf,
  onLine,
  openReceiver,
  openSandbox,
  type Receiver,
  type TestSandbox,
} from '../../../../sandbox/testkit.ts';
import { eventually } from '../../../../tests/harness/eventually.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { newId } from '../../../kernel/ids.ts';
import { portDeps } from '../fixture.ts';
import { newsOf } from '../news.ts';
import { referenceOf, time } from '../parse.ts';
import type { ProviderPort } from '../port.ts';
import type { CallCommands, CallNews, Dial, RemoteLeg } from '../voice.ts';
import { createTelnyxPort } from './index.ts';

// Calls as they go every day, and on the bad days that the sandbox knows. A second of a call lasts 10 ms here.

let sandbox: TestSandbox;
let receiver: Receiver;
let port: ProviderPort;
let commands: CallCommands;
let ours: string;

beforeAll(async () => {
  [sandbox, receiver] = await Promise.all([openSandbox({ reviewMs: 20 }), openReceiver()]);
  const deps = { ...portDeps({ clock: systemClock }), timeoutMs: 600, publicBaseUrl: receiver.url };
  port = createTelnyxPort({ accountId: 'ours', connectionId: null, ...sandbox.telnyx }, deps);
  commands = port.commands!;
  ours = await buy();
});
afterAll(async () => {
  await sandbox.dispose();
  await receiver.close();
});

/** A number whose calls come to us. */
async function buy(): Promise<string> {
  const [found] = await port.searchNumbers({ country: 'US', type: 'local', limit: 1, features: ['voice'] });
  const { phoneNumber } = found!;
  await port.placeOrder({
    ...{ phoneNumber, reference: phoneNumber, country: 'US', type: 'local', groupId: null },
    ...{ connectionId: null, messagingProfileId: null },
  });
  const { numberId } = await eventually(async () => {
    const number = await port.findNumber(phoneNumber);
    expect(number).toMatchObject({ status: 'active' });
    return number!;
  });
  for (const _time of [1, 2]) await port.configureCalls({ numberId, phoneNumber });
  return phoneNumber;
}

/** What the deliveries say, as they would be read after the door. */
function heard(): CallNews[] {
  return receiver.received.flatMap(({ body }) => {
    const { data, meta } = JSON.parse(body);
    const news = newsOf({
      ...{ id: '1', provider: 'telnyx', topic: 'telnyx.call', type: data.event_type, accountId: null },
      ...{ accountSid: null, companyId: null, eventId: data.id, occurredAt: time(data.occurred_at) },
      ...{ reference: referenceOf(meta.delivered_to), payload: data.payload, receivedAt: new Date(0) },
    });
    return news.kind === 'call' ? [news.news] : [];
  });
}

const legs = (): RemoteLeg[] => heard().flatMap((news) => (news.kind === 'leg' ? [news.leg] : []));
/** What is said of a leg in a state. */
const leg = (legId: string, state: RemoteLeg['state']) =>
  eventually(() => {
    const found = legs().find((one) => one.legId === legId && one.state === state);
    expect(found, state).toBeDefined();
    return found!;
  });
const news = <Kind extends CallNews['kind']>(kind: Kind, fits: (news: CallNews) => boolean = () => true) =>
  eventually(() => {
    const found = heard().find((one) => one.kind === kind && fits(one));
    expect(found, kind).toBeDefined();
    return found as Extract<CallNews, { kind: Kind }>;
  });

let count = 0;
/** A leg to a handset that is told by its digits. */
function to(handset: string, over: Partial<Dial> = {}): Dial {
  return {
    ...{ from: ours, to: { kind: 'phone', phoneNumber: handset }, reference: newId(systemClock) },
    ...{ timeoutSeconds: 600, limitSeconds: 7200, room: null, linkTo: null, ...over },
  };
}
const handset = () => `+1312942${String(1000 + count++)}`;

async function placed(dial: Dial): Promise<RemoteLeg> {
  const outcome = await port.dial(dial);
  expect(outcome).toMatchObject({ kind: 'accepted' });
  return outcome.kind === 'accepted' ? outcome.leg : expect.unreachable();
}

/** A leg that is answered. */
async function talking(over: Partial<Dial> = {}) {
  const number = handset();
  const dial = to(number, over);
  const { legId, recordId, sessionId } = await placed(dial);
  await onLine(sandbox, number, 'answer');
  await leg(legId, 'answered');
  return { number, legId, recordId, sessionId, reference: dial.reference };
}
const hears = (number: string, what: string) =>
  eventually(async () =>
    expect((await lineOf(sandbox, number)).heard.map((one) => one.what)).toContain(what),
  );

describe('a leg that goes out', () => {
  it('rings, is answered, ends and is paid, and all that is told of it carries our reference', async () => {
    const number = handset();
    const dial = to(number);
    const { legId, recordId, sessionId } = await placed(dial);
    expect(await port.getLeg(legId)).toMatchObject({ state: 'initiated', reference: dial.reference });
    await onLine(sandbox, number, 'answer');
    await leg(legId, 'answered');
    await onLine(sandbox, number, 'hangup');
    const ended = await leg(legId, 'ended');
    expect(ended).toMatchObject({
      ...{ recordId, sessionId, from: ours, to: number, direction: 'outbound', failure: null },
      ...{ endedBy: 'callee', providerStatus: 'normal_clearing', at: expect.any(Date) },
      quality: { source: 'telnyx', inbound: { mos: expect.any(Number), jitterMs: expect.any(Number) } },
    });
    const { price } = await news('leg_price', (one) => one.kind === 'leg_price' && one.legId === legId);
    expect(price).toEqual({ amount: expect.stringMatching(/^0\.\d{4}$/), currency: 'USD' });
    expect(await port.legPrice({ legId, recordId, sessionId })).toEqual(price);
    expect(await port.getLeg(legId)).toMatchObject({ state: 'ended' });
    expect(await port.quality({ legId, recordId })).toBeNull();
    const told = legs().filter((one) => one.legId === legId);
    expect(told.map(({ state }) => state).toSorted()).toEqual(['answered', 'ended', 'ringing']);
    expect(told.every(({ reference }) => reference === dial.reference)).toBe(true);
    expect(await port.hangUp(legId)).toBe('gone');
  });

  it.each([
    ['9001', 'busy'],
    ['9002', 'no_answer'],
    ['9003', 'invalid_number'],
  ])('to %s ends for the reason %s', async (lastDigits, reason) => {
    const { legId } = await placed(to(`+1312555${lastDigits}`, { timeoutSeconds: 5 }));
    expect(await leg(legId, 'ended')).toMatchObject({ failure: { reason }, quality: null });
  });

  it('that nobody took yet is hung up', async () => {
    const { legId } = await placed(to(handset()));
    expect(await port.hangUp(legId)).toBe('done');
    expect(await leg(legId, 'ended')).toMatchObject({ failure: { reason: 'canceled' }, endedBy: 'caller' });
  });

  it.each([
    ['7020', 'insufficient_funds'],
    ['7021', 'region_blocked'],
    ['7023', 'too_many_calls'],
  ])('to %s is refused: %s', async (lastDigits, reason) => {
    expect(await port.dial(to(`+1312555${lastDigits}`))).toMatchObject({
      kind: 'refused',
      failure: { reason },
    });
  });

  it('from a number that is not ours, or to none, is refused', async () => {
    expect(await port.dial(to(handset(), { from: '+14155550199' }))).toMatchObject({
      ...{ kind: 'refused', failure: { reason: 'caller_not_allowed', providerCode: 'D51' } },
    });
    expect(await port.dial(to('+15555'))).toMatchObject({ failure: { reason: 'invalid_number' } });
  });

  it('that is one too many in a second is put off', async () => {
    const dial = to('+13125557013');
    expect(await port.dial(dial)).toEqual({ kind: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect(await port.findDial(dial, new Date())).toBeNull();
  });

  it.each([
    ['7014', true],
    ['7015', true],
    ['7016', false],
    ['7017', false],
  ])('whose answer does not come (%s) rings: %s, and that is found out', async (lastDigits, rings) => {
    const dial = to(`+1312555${lastDigits}`);
    expect(await port.dial(dial)).toEqual({ kind: 'unanswered' });
    const found = await port.findDial(dial, new Date());
    expect(found === null).toBe(!rings);
    if (found) expect(found).toMatchObject({ reference: dial.reference, state: 'initiated' });
    if (found) expect(await leg(found.legId, 'ringing')).toMatchObject({ reference: dial.reference });
    expect(await port.findDial(to(`+1312555${lastDigits}`), new Date())).toBeNull();
  });
});

describe('a leg that comes in', () => {
  async function comesIn() {
    const caller = handset();
    await callIn(sandbox, { from: caller, to: ours });
    const { legId } = await eventually(() => {
      const found = legs().find((one) => one.from === caller && one.state === 'ringing');
      expect(found).toMatchObject({ direction: 'inbound', to: ours, reference: null });
      return found!;
    });
    return { caller, legId };
  }

  it('is answered, spoken to once, and recorded', async () => {
    const { caller, legId } = await comesIn();
    await expect(commands.speak(legId, { text: 'Hi', language: 'en' }, 'a')).rejects.toMatchObject({
      details: { providerCode: '90034' },
    });
    for (const _time of [1, 2]) expect(await commands.answer(legId, 'answer')).toBe('done');
    for (const _time of [1, 2])
      expect(await commands.speak(legId, { text: 'Bonjour !', language: 'fr' }, 'speak')).toBe('done');
    await news('spoken', (one) => one.kind === 'spoken' && one.legId === legId);
    expect((await lineOf(sandbox, caller)).heard.filter(({ what }) => what === '“Bonjour !”')).toHaveLength(
      1,
    );
    const order = { channels: 'mono' as const, beep: true, maxSeconds: 120, silenceSeconds: 0 };
    expect(await commands.startRecording(legId, order, 'record')).toBe('done');
    await hears(caller, '♪ beep');
    await onLine(sandbox, caller, 'press', { digits: '5' });
    await news('digits', (one) => one.kind === 'digits' && one.legId === legId && one.digits === '5');
    await onLine(sandbox, caller, 'hangup');
    const { recordId } = await leg(legId, 'ended');
    const { recording } = await news(
      'recording',
      (one) => one.kind === 'recording' && one.recording.recordId === recordId,
    );
    expect(recording).toMatchObject({ recordingId: null, channels: 'mono', status: 'completed' });
    expect(await commands.speak(legId, { text: 'x', language: 'en' }, 'late')).toBe('gone');
  });

  it.each([
    ['busy', 'busy'],
    ['rejected', 'rejected'],
  ] as const)('is rejected: %s', async (reason, expected) => {
    const { caller, legId } = await comesIn();
    expect(await commands.reject(legId, reason, 'r')).toBe('done');
    expect(await leg(legId, 'ended')).toMatchObject({ failure: { reason: expected } });
    expect(await lineOf(sandbox, caller)).toMatchObject({ state: 'ended' });
  });

  it('is given up by its caller', async () => {
    const { caller, legId } = await comesIn();
    await onLine(sandbox, caller, 'hangup');
    expect(await leg(legId, 'ended')).toMatchObject({ failure: { reason: 'canceled' }, endedBy: 'caller' });
    expect(await commands.answer(legId, 'late')).toBe('gone');
  });
});

describe('two legs that talk', () => {
  it('sit in a room, and are muted, held, given tones and recorded one by one', async () => {
    const root = await talking();
    const target = await talking({ linkTo: root.legId });
    expect(target.sessionId).toBe(root.sessionId);
    const name = `relais-${root.reference}`;
    const room = await commands.join({ name, roomId: null }, root.legId, 'join-1');
    expect(room).toEqual({ name, roomId: expect.any(String) });
    if (room === 'gone') return;
    expect(await commands.join({ name, roomId: null }, target.legId, 'join-2')).toEqual(room);
    expect(await commands.join(room, target.legId, 'join-3')).toEqual(room);
    expect(await port.openRoom({ name, roomId: null }, { root: root.legId, other: target.legId })).toEqual(
      room,
    );
    await onLine(sandbox, root.number, 'say', { words: 'Allô ?' });
    await hears(target.number, 'Allô ?');
    expect(await port.setMuted(room, root.legId, true)).toBe('done');
    await onLine(sandbox, root.number, 'say', { words: 'Nobody hears this' });
    expect(await port.setMuted({ name, roomId: null }, root.legId, false)).toBe('done');
    expect(await port.setHeld(room, target.legId, true)).toBe('done');
    await hears(target.number, '♪ hold music');
    expect(await port.setHeld(room, target.legId, false)).toBe('done');
    expect(await port.sendDigits({ room, legId: target.legId }, '1w2')).toBe('done');
    await hears(target.number, '♪ tones 1w2');
    const words = (await lineOf(sandbox, target.number)).heard.map(({ what }) => what);
    expect(words).not.toContain('Nobody hears this');
    expect((await lineOf(sandbox, root.number)).heard.map(({ what }) => what)).not.toContain('♪ hold music');
    expect(await port.removeFromRoom(room, target.legId)).toBe('done');
    await leg(target.legId, 'ended');
    expect((await port.getLeg(root.legId))?.state).not.toBe('ended');
    await port.hangUp(root.legId);
    expect(await port.setMuted(room, root.legId, true)).toBe('gone');
  });

  it('are joined by a third that is dialled into their room', async () => {
    const root = await talking();
    const room = await commands.join({ name: `relais-${root.reference}`, roomId: null }, root.legId, 'j');
    if (room === 'gone') return expect.unreachable();
    const third = await talking({ room });
    await onLine(sandbox, third.number, 'say', { words: 'Me voilà' });
    await hears(root.number, 'Me voilà');
    await hears(root.number, '♪ ring-back tone');
    for (const { legId } of [root, third]) await port.hangUp(legId);
  });

  it('are recorded, with pauses, and the recording is fetched and deleted', async () => {
    const { legId, recordId, reference } = await talking();
    const order = { channels: 'dual' as const, beep: false, maxSeconds: 3600, silenceSeconds: 0 };
    expect(await commands.startRecording(legId, order, 'r')).toBe('done');
    const place = { room: null, legId };
    expect(await port.pauseRecording(place, true)).toBe('done');
    expect(await port.pauseRecording(place, false)).toBe('done');
    expect(await commands.stopRecording(legId, 's')).toBe('done');
    const { recording } = await news(
      'recording',
      (one) => one.kind === 'recording' && one.recording.recordId === recordId,
    );
    expect(recording).toMatchObject({ reference, channels: 'dual', url: expect.any(String) });
    const fetched = await port.fetchRecording(recording, { bytesMax: 5_000_000 });
    expect(fetched).toMatchObject({ kind: 'fetched', contentType: 'audio/mpeg' });
    const over = { ...recording, url: `${sandbox.url}/_telnyx/recordings/over.mp3` };
    expect(await port.fetchRecording(over, { bytesMax: 5_000_000 })).toMatchObject({ kind: 'fetched' });
    const [found] = await port.findRecordings([recordId]);
    expect(found).toMatchObject({ recordingId: expect.any(String), recordId, channels: 'dual' });
    expect(await port.deleteRecording(found!.recordingId!)).toBe('done');
    expect(await port.deleteRecording(found!.recordingId!)).toBe('gone');
    expect(await port.fetchRecording(found!, { bytesMax: 5_000_000 })).toEqual({ kind: 'gone' });
    await port.hangUp(legId);
  });
});

describe('a browser', () => {
  it('is somebody’s telephone, the same one every time', async () => {
    const first = await port.softphone('user_1', null);
    expect(first).toMatchObject({
      provider: 'telnyx',
      address: expect.stringMatching(/^sip:gencred\w+@sip/),
    });
    const again = await port.softphone('user_1', first.keep);
    expect(again).toMatchObject({ address: first.address, keep: null });
    expect((await port.softphone('user_1', null)).address).toBe(first.address);
    expect((await port.softphone('user_2', null)).address).not.toBe(first.address);
    expect(again.expiresAt.getTime()).toBeGreaterThan(systemClock.nowMs() + 23 * 3_600_000);
    const { legId } = await placed(to('', { to: { kind: 'browser', address: first.address } }));
    await onLine(sandbox, first.address, 'answer');
    await leg(legId, 'answered');
    await port.hangUp(legId);
    expect(await leg(legId, 'ended')).toMatchObject({ to: first.address, failure: null });
  });
});

it('one connection is made, however many ask for it at once', async () => {
  const account = { accountId: 'another', connectionId: null, ...sandbox.telnyx };
  const fresh = createTelnyxPort(account, {
    ...portDeps({ clock: systemClock }),
    publicBaseUrl: receiver.url,
  });
  await Promise.all([
    ...[
      fresh.ensurePlumbing(),
      fresh.dial(to('+13125559002')),
      fresh.softphone('a', null),
      fresh.softphone('b', null),
    ],
  ]);
  const named = (await fresh.listConnections()).filter(({ name }) => name.includes('another'));
  expect(named.map(({ kind }) => kind).toSorted()).toEqual(['call_control_application', 'credential']);
});

// In CI the folder is given; elsewhere the published files are not at hand.
it.runIf(process.env.PROVIDER_SPECS)('every request made here fits the published description', async () => {
  const { items } = await sandbox.admin<{ items: RecordedExchange[] }>('GET', 'requests?limit=1000');
  expect(items.length).toBeGreaterThan(50);
  const violations = createConformance(process.env.PROVIDER_SPECS!)
    .checkAll(items)
    .filter(({ where }) => where.startsWith('request'));
  expect([
    ...new Set(violations.map(({ operation, where, message }) => `${operation}: ${where} ${message}`)),
  ]).toEqual([]);
});
