import type Telnyx from 'telnyx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { lineOf, onLine, type TestSandbox } from '../../testkit.ts';
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

/** Calls another number of bench.ours: a leg goes out, and one comes in. */
async function callOurselves(over: object = {}) {
  const other = await bench.buy();
  const out = await dial(other, over);
  const { payload } = await event('call.initiated', ({ direction }) => direction === 'incoming');
  return { out: out.call_control_id, inn: payload.call_control_id as string, other };
}

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
      expect(bench.events().filter((one) => one.event_type === 'call.recording.saved')).toHaveLength(2),
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
    expect(payload.call_session_id).toBe(bench.of(id)[0]?.payload.call_session_id);
    await event('call.bridged', ofLeg(id));
    await event('call.bridged', ofLeg(payload.call_control_id));
  });

  test('hears the keys and the words of its handset', async () => {
    const [one, two] = [await answered(), await answered('+13125559006')];
    await client.calls.actions.gather(one, { maximum_digits: 4, terminating_digit: '#' });
    await onLine(sandbox, '+13125559004', 'press', { digits: '12#' });
    expect((await event('call.gather.ended', ofLeg(one))).payload).toMatchObject({
      status: 'valid',
      digits: '12',
    });
    const keys = bench.of(one).filter(({ event_type }) => event_type === 'call.dtmf.received');
    expect(keys.map(({ payload }) => payload.digit)).toEqual(expect.arrayContaining(['1', '2', '#']));
    await client.calls.actions.bridge(one, { call_control_id_to_bridge_with: two });
    await onLine(sandbox, '+13125559004', 'say', { words: 'Allô ?' });
    await eventually(async () => {
      const { heard } = await lineOf(sandbox, '+13125559006');
      expect(heard.map(({ what }) => what)).toContain('Allô ?');
    });
    await onLine(sandbox, '+13125559004', 'hangup');
    expect((await event('call.hangup', ofLeg(one))).payload).toMatchObject({ hangup_source: 'callee' });
    expect((await event('call.hangup', ofLeg(two))).payload).toMatchObject({
      hangup_cause: 'normal_clearing',
    });
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

  test('answers with its token alone', async () => {
    const credential = await makeCredential();
    const token = await client.telephonyCredentials.createToken(credential.id ?? '');
    const leg = await dial(`sip:${credential.sip_username}@sip.telnyx.com`, { timeout_secs: 60 });
    const ask = async (path: string, method: string, bearer: string) => {
      const headers = { authorization: `Bearer ${bearer}` };
      return fetch(`${sandbox.url}/softphone/${path}`, { method, headers });
    };
    expect((await ask('lines', 'GET', 'nonsense')).status).toBe(401);
    const { items } = (await (await ask('lines', 'GET', token)).json()) as { items: { id: string }[] };
    expect(items).toHaveLength(1);
    await ask(`lines/${items[0]!.id}/answer`, 'POST', token);
    await event('call.answered', ofLeg(leg.call_control_id));
    await client.telephonyCredentials.delete(credential.id ?? '');
    expect((await ask('lines', 'GET', token)).status).toBe(401);
  });

  test('that is not there, or may not be rung, is not found', async () => {
    const credential = await makeCredential('disabled');
    for (const name of ['nobody', credential.sip_username]) {
      const leg = await dial(`sip:${name}@sip.telnyx.com`);
      expect((await event('call.hangup', ofLeg(leg.call_control_id))).payload.hangup_cause).toBe('not_found');
    }
  });
});
