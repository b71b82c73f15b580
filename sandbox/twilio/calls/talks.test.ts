import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callIn, lineOf, onLine } from '../../testkit.ts';
import { AGENT, CALLER, type CallBench, OTHER, openCallBench, refusal } from './bench.ts';

let bench: CallBench;
beforeEach(async () => {
  bench = await openCallBench();
});
afterEach(() => bench.close());

describe('a talk', () => {
  async function talk(record = ''): Promise<{ root: string; child: string }> {
    bench.receiver.document('/voice', `<Dial action="/after"${record}>${AGENT}</Dial>`);
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    await onLine(bench.sandbox, AGENT, 'answer');
    await bench.advance();
    const { legId: root } = await lineOf(bench.sandbox, CALLER);
    const { legId: child } = await lineOf(bench.sandbox, AGENT);
    return { root, child };
  }

  const conference =
    '<Dial><Conference beep="false" statusCallback="/room" statusCallbackEvent="start end join leave mute hold">room-1</Conference></Dial>';

  async function intoRoom() {
    const both = await talk();
    bench.receiver.document('/after', conference);
    const twiml = `<Response>${conference.replaceAll('="/', `="${bench.receiver.url}/`)}</Response>`;
    await bench.client.calls(both.child).update({ twiml });
    await bench.advance();
    const [room] = await bench.client.conferences.list({ friendlyName: 'room-1', status: 'in-progress' });
    return { ...both, room: room!.sid };
  }

  test('moves into a conference: the child is redirected, and the parent follows by its action', async () => {
    const { root, child, room } = await intoRoom();
    expect(bench.formsAt('/after')).toMatchObject([
      { CallSid: root, DialCallStatus: 'completed', DialCallSid: child },
    ]);
    const participants = await bench.client.conferences(room).participants.list();
    expect(participants.map(({ callSid, status }) => [callSid, status])).toEqual([
      [child, 'connected'],
      [root, 'connected'],
    ]);
    await onLine(bench.sandbox, CALLER, 'say', { words: 'Toujours là ?' });
    expect(await bench.heardBy(AGENT)).toContain('Toujours là ?');
    expect(
      bench
        .formsAt('/room')
        .map(({ StatusCallbackEvent }) => StatusCallbackEvent)
        .sort(),
    ).toEqual(['conference-start', 'participant-join', 'participant-join']);
  });

  test('can be muted, held, heard by nobody else, and left', async () => {
    const { root, child, room } = await intoRoom();
    const seat = bench.client.conferences(room).participants(root);
    expect(await seat.update({ muted: true })).toMatchObject({ muted: true, hold: false });
    await onLine(bench.sandbox, CALLER, 'say', { words: 'unheard' });
    await seat.update({ muted: false, hold: true });
    await onLine(bench.sandbox, AGENT, 'say', { words: 'on hold' });
    bench.receiver.document('/tones', '<Play digits="12"/>');
    await seat.update({ hold: false, announceUrl: `${bench.receiver.url}/tones` });
    await bench.advance();
    expect(await bench.heardBy(AGENT)).not.toContain('unheard');
    expect(await bench.heardBy(CALLER)).not.toContain('on hold');
    expect(await bench.heardBy(CALLER)).toEqual(expect.arrayContaining(['♪ hold music', 'tones 12']));
    expect(bench.formsAt('/tones')).toMatchObject([{ ConferenceSid: room, CallSid: root }]);
    await bench.client.conferences(room).participants(child).remove();
    await bench.advance();
    expect(await bench.client.calls(child).fetch()).toMatchObject({ status: 'completed' });
    expect(await bench.client.calls(root).fetch()).toMatchObject({ status: 'in-progress' });
    expect(await refusal(bench.client.conferences(room).participants(child).fetch())).toEqual([404, 20404]);
    await onLine(bench.sandbox, CALLER, 'hangup');
    await bench.advance();
    expect(await bench.client.conferences(room).fetch()).toMatchObject({
      ...{
        status: 'completed',
        reasonConferenceEnded: 'last-participant-left',
        callSidEndingConference: root,
      },
    });
    const events = bench.formsAt('/room').map(({ StatusCallbackEvent }) => StatusCallbackEvent);
    expect(events).toEqual(
      expect.arrayContaining([
        'participant-mute',
        'participant-hold',
        'participant-unhold',
        'conference-end',
      ]),
    );
  });

  test('is handed over: somebody is rung into the conference', async () => {
    const { root, child, room } = await intoRoom();
    const added = await bench.client.conferences(room).participants.create({
      ...{ from: bench.ours, to: OTHER, label: 'leg-9', statusCallback: `${bench.receiver.url}/status` },
    });
    expect(added).toMatchObject({ status: 'queued', label: 'leg-9', conferenceSid: room });
    await bench.advance();
    await onLine(bench.sandbox, OTHER, 'answer');
    await bench.client.conferences(room).participants(child).remove();
    await bench.advance();
    await onLine(bench.sandbox, OTHER, 'say', { words: 'Je reprends' });
    expect(await bench.heardBy(CALLER)).toContain('Je reprends');
    expect(await bench.client.conferences(room).participants('leg-9').fetch()).toMatchObject({
      callSid: added.callSid,
      status: 'connected',
    });
    await bench.client.conferences(room).update({ status: 'completed' });
    await bench.advance();
    for (const sid of [root, added.callSid])
      expect(await bench.client.calls(sid).fetch()).toMatchObject({ status: 'completed' });
  });

  test('is recorded, paused and stopped', async () => {
    const { root } = await talk(' record="record-from-answer"');
    const current = bench.client.calls(root).recordings('Twilio.CURRENT');
    expect(await current.update({ status: 'paused', pauseBehavior: 'silence' })).toMatchObject({
      status: 'paused',
      source: 'DialVerb',
    });
    expect(await current.update({ status: 'in-progress' })).toMatchObject({ status: 'in-progress' });
    const second = await bench.client.calls(root).recordings.create({ recordingChannels: 'dual' });
    expect(second).toMatchObject({ source: 'StartCallRecordingAPI', channels: 2 });
    await bench.client.calls(root).recordings(second.sid).update({ status: 'stopped' });
    await bench.advance();
    expect(await bench.client.recordings(second.sid).fetch()).toMatchObject({
      status: 'completed',
      duration: '1',
    });
    await bench.client.recordings(second.sid).remove();
    expect(await bench.client.recordings.list({ callSid: root })).toHaveLength(1);
  });

  test('is measured once it is over, badly where the handset says so', async () => {
    const { child } = await talk();
    expect(await refusal(bench.client.insights.v1.calls(child).summary().fetch())).toEqual([404, 20404]);
    await onLine(bench.sandbox, AGENT, 'hangup');
    await bench.advance();
    const summary = await bench.client.insights.v1.calls(child).summary().fetch();
    expect(summary).toMatchObject({ processingState: 'complete', callState: 'completed', tags: [] });
    expect(await bench.client.insights.v1.calls(child).metrics.list()).toHaveLength(1);
  });
});

test('a browser is a telephone, with the token that the server made', async () => {
  const { sid, secret } = await bench.client.newKeys.create({ friendlyName: 'softphones' });
  const { AccessToken } = twilio.jwt;
  const mint = (key: string, allow = true) => {
    const token = new AccessToken(bench.sandbox.twilio.accountSid, sid, key, { identity: 'u1' });
    token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: allow }));
    return token.toJwt();
  };
  const phone = async (method: string, path: string, token = mint(secret), body?: object) => {
    const response = await fetch(`${bench.sandbox.url}/softphone/${path}`, {
      ...{ method, headers: { authorization: `Bearer ${token}`, origin: 'https://relais.example' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    return { status: response.status, body: (await response.json()) as { items: { id: string }[] } };
  };
  for (const bad of [mint('x'.repeat(32)), mint(secret, false), 'a.b.c', 'x'])
    expect((await phone('GET', 'lines', bad)).status).toBe(401);
  bench.receiver.document('/answered', '<Pause length="60"/>');
  const placed = await bench.client.calls.create({
    from: bench.ours,
    to: 'client:u1',
    url: `${bench.receiver.url}/answered`,
  });
  await bench.advance();
  const { body } = await phone('GET', 'lines');
  expect(body.items).toMatchObject([{ handset: 'client:u1', state: 'ringing', legId: placed.sid }]);
  const [line] = body.items;
  expect(await phone('POST', `lines/${line!.id}/answer`)).toMatchObject({ body: { state: 'talking' } });
  expect(await phone('POST', `lines/${line!.id}/answer`)).toMatchObject({ status: 404 });
  expect(await phone('POST', `lines/${line!.id}/press`, undefined, { digits: '1' })).toMatchObject({
    status: 200,
  });
  const stream = await fetch(`${bench.sandbox.url}/softphone/lines`, {
    headers: { authorization: `Bearer ${mint(secret)}`, accept: 'text/event-stream' },
  });
  const reader = stream.body!.getReader();
  const told = async () => Buffer.from((await reader.read()).value ?? []).toString();
  expect(await told()).toContain('"state":"talking"');
  await phone('POST', `lines/${line!.id}/hangup`);
  expect(await told()).toContain('"state":"ended"');
  await reader.cancel();
  await bench.client.keys(sid).remove();
  expect((await phone('GET', 'lines')).status).toBe(401);
});
