import type Telnyx from 'telnyx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import {
  buyTelnyxNumber,
  openReceiver,
  openSandbox,
  type Receiver,
  type TestSandbox,
  telnyxClient,
} from '../../testkit.ts';

// A second of a call lasts 10 ms here.
let sandbox: TestSandbox;
let receiver: Receiver;
let client: Telnyx;
let ours: string;
let connectionId: string;

beforeEach(async () => {
  [sandbox, receiver] = await Promise.all([openSandbox({ reviewMs: 20 }), openReceiver()]);
  client = telnyxClient(sandbox);
  connectionId = await makeApplication();
  ours = await buy();
});
afterEach(async () => {
  await sandbox.dispose();
  await receiver.close();
});

async function makeApplication(over: object = {}): Promise<string> {
  const profile = await client.outboundVoiceProfiles.create({
    name: 'p',
    whitelisted_destinations: ['US', 'FR'],
  });
  const { data } = await client.callControlApplications.create({
    ...{ application_name: 'calls', webhook_event_url: `${receiver.url}/app`, webhook_api_version: '2' },
    ...{
      call_cost_in_webhooks: true,
      outbound: { outbound_voice_profile_id: profile.data?.id ?? '' },
      ...over,
    },
  });
  return data?.id ?? '';
}

/** A number on our application. */
async function buy(): Promise<string> {
  const { number } = await buyTelnyxNumber(sandbox, client);
  const { data } = await client.phoneNumbers.list({ filter: { phone_number: number } });
  await client.phoneNumbers.update(data?.[0]?.id ?? '', { connection_id: connectionId });
  return number;
}

interface Event {
  event_type: string;
  id: string;
  occurred_at: string;
  // biome-ignore lint/suspicious/noExplicitAny: the payload of any event
  payload: Record<string, any>;
}

const events = (): Event[] => receiver.received.map(({ body }) => JSON.parse(body).data);
const of = (callControlId: string) =>
  events().filter(({ payload }) => payload.call_control_id === callControlId);
const names = (callControlId: string) => of(callControlId).map(({ event_type }) => event_type);

/** The first event of a kind that fits. */
const event = (type: string, fits: (payload: Event['payload']) => boolean = () => true) =>
  eventually(() => {
    const found = events().find(({ event_type, payload }) => event_type === type && fits(payload));
    expect(found, type).toBeDefined();
    return found!;
  });
const ofLeg = (id: string) => (payload: Event['payload']) => payload.call_control_id === id;

const dial = async (to: string, over: object = {}) => {
  const body = { connection_id: connectionId, from: ours, to, webhook_url: `${receiver.url}/leg?ref=1` };
  return (await client.calls.dial({ ...body, client_state: 'b3Vycw==', ...over })).data!;
};
const refused = (status: number, code: string) => ({ status, error: { errors: [{ code }] } });

describe('a call that goes out', () => {
  test('rings, is answered, ends, and is paid', async () => {
    const leg = await dial('+13125559005');
    expect(leg).toMatchObject({ is_alive: false, client_state: 'b3Vycw==' });
    const hangup = await event('call.hangup');
    expect(hangup.payload).toMatchObject({
      ...{ call_control_id: leg.call_control_id, call_leg_id: leg.call_leg_id, client_state: 'b3Vycw==' },
      ...{ from: ours, to: '+13125559005', hangup_cause: 'normal_clearing', hangup_source: 'callee' },
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
    expect(receiver.received.every(({ path }) => path === '/leg?ref=1')).toBe(true);
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
        connectionId,
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
    expect((await client.connections.listActiveCalls(connectionId)).data).toHaveLength(1);
  });

  test.each<[string, object, number, string]>([
    ['no connection', { connection_id: '1' }, 422, '10015'],
    ['no number', { to: '+1' }, 422, '10016'],
    ['a number that is not ours', { from: '+13125550000' }, 403, '10010'],
    ['a country that is not allowed', { to: '+4915112345678' }, 403, '10010'],
    ['a country that is blocked', { to: '+13125557021' }, 403, '10010'],
    ['no money', { to: '+13125557020' }, 402, '20100'],
    ['too short a ring', { timeout_secs: 4 }, 422, '10033'],
    ['a state that is no Base64', { client_state: 'not base64!' }, 422, '10015'],
    ['a link to nothing', { link_to: 'v3:x' }, 422, '10015'],
  ])('is refused: %s', async (_what, over, status, code) => {
    await expect(dial('+13125559002', over)).rejects.toMatchObject(refused(status, code));
    expect((await client.connections.listActiveCalls(connectionId)).data).toEqual([]);
  });

  test('that is under way survives a restart', async () => {
    const leg = await dial('+13125559002', { timeout_secs: 60 });
    sandbox = await sandbox.restart();
    client = telnyxClient(sandbox);
    expect((await client.calls.retrieveStatus(leg.call_control_id)).data?.is_alive).toBe(true);
    expect((await event('call.hangup')).payload.hangup_cause).toBe('timeout');
  });
});

/** Calls another number of ours: a leg goes out, and one comes in. */
async function callOurselves(over: object = {}) {
  const other = await buy();
  const out = await dial(other, over);
  const { payload } = await event('call.initiated', ({ direction }) => direction === 'incoming');
  return { out: out.call_control_id, inn: payload.call_control_id as string, other };
}

describe('a call that comes in', () => {
  test('is parked, and rings until it is answered', async () => {
    const { out, inn, other } = await callOurselves();
    const [first] = of(inn);
    expect(first?.payload).toMatchObject({ state: 'parked', from: ours, to: other, client_state: null });
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

  test('ends when the caller gives up', async () => {
    const { out, inn } = await callOurselves();
    await client.calls.actions.hangup(out, {});
    expect((await event('call.hangup', ofLeg(inn))).payload).toMatchObject({
      ...{ hangup_cause: 'originator_cancel', hangup_source: 'caller', call_quality_stats: null },
    });
  });
});

describe('a leg that is answered', () => {
  const answered = async (to = '+13125559004', over = {}) => {
    const { call_control_id: id } = await dial(to, over);
    await event('call.answered', ofLeg(id));
    return id;
  };

  test('is spoken to, once for each command', async () => {
    const id = await answered();
    const words = { payload: 'Bonjour à tous', voice: 'AWS.Polly.Lea-Neural', language: 'fr-FR' as const };
    for (const _time of [1, 2]) await client.calls.actions.speak(id, { ...words, command_id: 'same' });
    await client.calls.actions.startPlayback(id, { audio_url: 'https://example.com/a.mp3' });
    await event('call.playback.ended', ofLeg(id));
    expect(names(id).filter((name) => name === 'call.speak.ended')).toHaveLength(1);
    await expect(client.calls.actions.speak(id, { payload: '', voice: 'x' })).rejects.toMatchObject(
      refused(422, '10004'),
    );
  });

  test('is recorded with real audio, without its pauses, and once', async () => {
    const id = await answered();
    await client.calls.actions.startRecording(id, { channels: 'dual', format: 'mp3', play_beep: true });
    await client.calls.actions.pauseRecording(id, {});
    await client.calls.actions.resumeRecording(id, {});
    await client.calls.actions.stopRecording(id, {});
    const { payload } = await event('call.recording.saved');
    expect(payload).toMatchObject({ channels: 'dual', recording_urls: { wav: null } });
    expect(payload).not.toHaveProperty('call_control_id');
    const audio = await fetch(payload.recording_urls.mp3);
    expect(audio.headers.get('content-type')).toBe('audio/mpeg');
    expect(Buffer.from(await audio.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xf3]));
    const filter = { call_leg_id: payload.call_leg_id };
    const [recording] = (await client.recordings.list({ filter })).data;
    expect(recording).toMatchObject({ source: 'call', status: 'completed', call_control_id: id });
    await client.recordings.delete(recording!.id!);
    await expect(client.recordings.retrieve(recording!.id!)).rejects.toMatchObject({ status: 404 });
    expect((await fetch(payload.recording_urls.mp3)).status).toBe(403);
    await expect(client.calls.actions.pauseRecording(id, {})).rejects.toMatchObject(refused(422, '90020'));
  });

  test('is recorded until it falls silent, or as long as it may be', async () => {
    const id = await answered();
    const order = { channels: 'single' as const, format: 'wav' as const };
    await client.calls.actions.startRecording(id, { ...order, timeout_secs: 2 });
    const { payload } = await event('call.recording.saved');
    const bytes = Buffer.from(await (await fetch(payload.recording_urls.wav)).arrayBuffer());
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    await client.calls.actions.startRecording(id, { ...order, max_length: 1 });
    await eventually(() =>
      expect(events().filter((one) => one.event_type === 'call.recording.saved')).toHaveLength(2),
    );
  });

  test('is bridged, and takes the other with it when it ends', async () => {
    const [one, two] = [await answered(), await answered('+13125559006')];
    await client.calls.actions.bridge(one, { call_control_id_to_bridge_with: two });
    for (const id of [one, two]) await event('call.bridged', ofLeg(id));
    await client.calls.actions.hangup(one, {});
    expect((await event('call.hangup', ofLeg(two))).payload.hangup_cause).toBe('normal_clearing');
  });

  test('is transferred: a new leg of the session rings, and both are bridged', async () => {
    const id = await answered();
    await client.calls.actions.transfer(id, { to: '+13125559004', target_leg_client_state: 'dGFyZ2V0' });
    const { payload } = await event('call.initiated', ({ client_state }) => client_state === 'dGFyZ2V0');
    expect(payload.call_session_id).toBe(of(id)[0]?.payload.call_session_id);
    await event('call.bridged', ofLeg(id));
    await event('call.bridged', ofLeg(payload.call_control_id));
  });

  test('gathers nothing when nothing is pressed', async () => {
    const id = await answered();
    await client.calls.actions.gatherUsingSpeak(id, {
      payload: 'Press one',
      voice: 'female',
      timeout_millis: 2000,
    });
    expect((await event('call.gather.ended', ofLeg(id))).payload).toMatchObject({
      status: 'timeout',
      digits: '',
    });
    await client.calls.actions.gather(id, {});
    await client.calls.actions.hangup(id, {});
    await event('call.gather.ended', ({ status }) => status === 'call_hangup');
  });
});

describe('a conference', () => {
  test('holds legs that can be muted and held one by one, and ends when all have left', async () => {
    const { out, inn } = await callOurselves();
    await client.calls.actions.answer(inn, {});
    await event('call.answered', ofLeg(out));
    const room = (await client.conferences.create({ call_control_id: inn, name: 'relais-1' })).data!;
    await expect(client.conferences.create({ call_control_id: out, name: 'relais-1' })).rejects.toMatchObject(
      refused(422, '90033'),
    );
    await client.conferences.actions.join('relais-1', { call_control_id: out });
    await expect(client.conferences.actions.join(room.id, { call_control_id: out })).rejects.toMatchObject(
      refused(422, '90044'),
    );
    await client.conferences.actions.mute(room.id, { call_control_ids: [out] });
    await client.conferences.actions.hold(room.id, { call_control_ids: [inn] });
    const { data } = await client.conferences.listParticipants(room.id);
    expect(data.map(({ call_control_id: id, muted, on_hold }) => [id, muted, on_hold])).toEqual([
      ...[
        [inn, false, true],
        [out, true, false],
      ],
    ]);
    await client.conferences.actions.unmute(room.id, {});
    await client.conferences.actions.unhold(room.id, { call_control_ids: [inn] });
    expect((await client.conferences.listParticipants(room.id, { filter: { muted: true } })).data).toEqual(
      [],
    );
    await client.conferences.actions.leave(room.id, { call_control_id: out });
    await client.calls.actions.hangup(inn, {});
    expect((await event('conference.ended')).payload).toMatchObject({
      conference_id: room.id,
      reason: 'all_left',
    });
    await expect(client.conferences.actions.mute(room.id, {})).rejects.toMatchObject(refused(422, '90019'));
    await expect(client.conferences.actions.mute('nowhere', {})).rejects.toMatchObject(refused(404, '90058'));
    expect(
      (await client.conferences.list({ filter: { name: 'relais-1', status: 'in_progress' } })).data,
    ).toEqual([]);
  });

  test('is what a dial can lead into, and hears it ring', async () => {
    const conference_config = { conference_name: 'relais-2', early_media: true };
    const first = await dial('+13125559004', { conference_config });
    await event('conference.created');
    const second = await dial('+13125559004', { conference_config });
    await event('conference.participant.joined', ofLeg(second.call_control_id));
    const { data } = await client.conferences.listParticipants('relais-2');
    expect(data.map((item) => item.call_control_id)).toEqual([first.call_control_id, second.call_control_id]);
  });
});

describe('a browser', () => {
  const makeCredential = async (sip_uri_calling_preference: 'internal' | 'disabled' = 'internal') => {
    const names = { connection_name: 'browsers', user_name: 'browsers1', password: 'long-enough-1' };
    const connection = await client.credentialConnections.create({ ...names, sip_uri_calling_preference });
    const about = { connection_id: connection.data?.id ?? '', name: 'user 1' };
    return (await client.telephonyCredentials.create(about)).data!;
  };

  test('signs in with a token, and is rung by its SIP name', async () => {
    const credential = await makeCredential();
    const token = await client.telephonyCredentials.createToken(credential.id ?? '');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ sub: credential.id, exp: claims.iat + 86_400 });
    const leg = await dial(`sip:${credential.sip_username}@sip.telnyx.com`, { timeout_secs: 5 });
    expect((await event('call.hangup', ofLeg(leg.call_control_id))).payload.hangup_cause).toBe('timeout');
  });

  test('that is not there, or may not be rung, is not found', async () => {
    const credential = await makeCredential('disabled');
    for (const name of ['nobody', credential.sip_username]) {
      const leg = await dial(`sip:${name}@sip.telnyx.com`);
      expect((await event('call.hangup', ofLeg(leg.call_control_id))).payload.hangup_cause).toBe('not_found');
    }
  });
});

test('events are signed, and go wrong as asked for', async () => {
  await dial('+13125557007');
  await eventually(() =>
    expect(events().filter((one) => one.event_type === 'call.initiated')).toHaveLength(3),
  );
  await client.webhooks.unwrap(receiver.received[0]!.body, {
    headers: receiver.received[0]!.headers as Record<string, string>,
  });
});
