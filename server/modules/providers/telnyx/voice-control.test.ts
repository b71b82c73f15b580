import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderPort } from '../port.ts';
import type { Answer, StandIn } from '../stand-in.ts';
import { refusal, startVoiceBench, type VoiceBench } from './voice-fixture.ts';

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
    standIn.answers(refusal(500, '10007'), { status: 200, body: { data: { result: 'ok' } } });
    expect(await send()).toBe('done');
    expect(standIn.got).toHaveLength(2);
    expect(standIn.got[0]!.body).toBe(standIn.got[1]!.body);
    for (const gone of [
      refusal(422, '90018'),
      refusal(422, '90015'),
      refusal(404, '10005'),
      refusal(422, '90019'),
    ]) {
      standIn.answers(gone);
      expect(await send()).toBe('gone');
    }
    standIn.answers(refusal(422, '90034', 'not answered yet'));
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
    standIn.answers(refusal(422, '90033'), listed, listed, done);
    expect(await port.commands!.join(fresh, 'L', 'c1')).toEqual(opened);
    expect(sent()).toEqual({ call_control_id: 'L', beep_enabled: 'never', command_id: 'c1' });
    standIn.answers(refusal(422, '90033'), listed, listed, refusal(422, '90044'));
    expect(await port.commands!.join(fresh, 'L', 'c1')).toEqual(opened);
    standIn.answers(refusal(422, '90044'));
    expect(await port.commands!.join(opened, 'L', 'c1')).toEqual(opened);
    expect(steps()).toEqual(['POST /v2/conferences/room-1/actions/join']);
  });

  it('that a repeated command does not name is found by its name', async () => {
    standIn.answers(done, listed, done);
    expect(await port.commands!.join(fresh, 'L', 'c1')).toEqual(opened);
  });

  it('is none when the leg has ended, and a refusal is a refusal', async () => {
    standIn.answers(refusal(422, '90018'));
    expect(await port.commands!.join(fresh, 'L', 'c1')).toBe('gone');
    standIn.answers(made, refusal(422, '90018'));
    expect(await port.openRoom(fresh, { root: 'R', other: 'O' })).toBe('gone');
    standIn.answers(refusal(422, '90034'), none);
    await expect(port.commands!.join(fresh, 'L', 'c1')).rejects.toMatchObject({ code: 'provider_rejected' });
  });
});
