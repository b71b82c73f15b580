import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PUBLIC_URL, START_MS } from '../fixture.ts';
import type { ProviderPort } from '../port.ts';
import type { Answer, StandIn } from '../stand-in.ts';
import type { RemoteRecording } from '../voice.ts';
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
    standIn.answers(refusal(404, '10005'));
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
    standIn.answers(refusal(404, '10005'));
    expect(await port.deleteRecording('rec-1')).toBe('gone');
    standIn.answers(refusal(500, '1'));
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
    practiceUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
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
    standIn.answers(refusal(404, '10005'), nothing, connection, nothing, credential, token);
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
