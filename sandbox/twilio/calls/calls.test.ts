import twilio, { type Twilio } from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  buyTwilioNumber,
  callIn,
  lineOf,
  onLine,
  openReceiver,
  openSandbox,
  type Received,
  type Receiver,
  type TestSandbox,
  twilioClient,
} from '../../testkit.ts';

const CALLER = '+33612345678';
const AGENT = '+33639980001';
const OTHER = '+33639980002';

let sandbox: TestSandbox;
let client: Twilio;
let receiver: Receiver;
let ours: string;

beforeEach(async () => {
  sandbox = await openSandbox();
  client = twilioClient(sandbox);
  receiver = await openReceiver();
  ours = await buyTwilioNumber(client, '', {
    voiceUrl: `${receiver.url}/voice?a=1`,
    statusCallback: `${receiver.url}/ended`,
  });
});

afterEach(async () => {
  await receiver.close();
  await sandbox.dispose();
});

const advance = (more: object = {}) => sandbox.admin('POST', 'advance', { webhooks: true, ...more });
const formOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));
/** The forms that came to a path, in order. */
const formsAt = (path: string) =>
  receiver.received.filter((each) => each.path.split('?')[0] === path).map(formOf);
const heardBy = async (handset: string) => (await lineOf(sandbox, handset)).heard.map(({ what }) => what);
const legs = async (filter: object = {}) => client.calls.list(filter);

const refusal = async (work: Promise<unknown>) => {
  const error = (await work.catch((reason: unknown) => reason)) as { status: number; code: number };
  return [error.status, error.code];
};

describe('a call that comes in', () => {
  test('asks the number for a document, signed, and does what it says', async () => {
    receiver.document('/voice', '<Say language="fr-FR">Bonjour &amp; merci</Say><Pause length="2"/>');
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    const [request] = receiver.received;
    const params = formOf(request!);
    expect(params).toMatchObject({
      ...{ From: CALLER, To: ours, Caller: CALLER, Called: ours, CallStatus: 'ringing' },
      ...{ Direction: 'inbound', ApiVersion: '2010-04-01', AccountSid: sandbox.twilio.accountSid },
      FromCountry: 'FR',
    });
    const signature = String(request!.headers['x-twilio-signature']);
    const url = `${receiver.url}/voice?a=1`;
    expect(twilio.validateRequest(sandbox.twilio.authToken, signature, url, params)).toBe(true);
    expect(await lineOf(sandbox, CALLER)).toMatchObject({ state: 'ended', way: 'calls', peer: ours });
    expect(await heardBy(CALLER)).toEqual(['Bonjour & merci']);
    const [leg] = await legs();
    expect(leg).toMatchObject({
      ...{ status: 'completed', direction: 'inbound', duration: '1', price: '-0.00850', priceUnit: 'USD' },
      phoneNumberSid: expect.stringMatching(/^PN/),
    });
    expect(formsAt('/ended')).toMatchObject([
      { CallStatus: 'completed', CallDuration: '1', Duration: '1', SequenceNumber: '0' },
    ]);
  });

  test('rings our people at once: the first to answer talks, the others are let go', async () => {
    const nouns = [AGENT, OTHER].map(
      (to, index) =>
        `<Number statusCallback="/status?ref=${index}" statusCallbackEvent="initiated ringing answered completed">${to}</Number>`,
    );
    receiver.document(
      '/voice',
      `<Dial timeout="20" answerOnBridge="true" callerId="${ours}" action="/after?step=1" record="record-from-answer-dual" recordingStatusCallback="/recorded">${nouns.join('')}</Dial><Say>never</Say>`,
    );
    receiver.document('/after', '<Say>Au revoir</Say><Hangup/>');
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    expect(await lineOf(sandbox, CALLER)).toMatchObject({ state: 'ringing' });
    expect(await lineOf(sandbox, AGENT)).toMatchObject({ state: 'ringing', peer: ours, way: 'rings' });
    await onLine(sandbox, OTHER, 'answer');
    expect(await lineOf(sandbox, CALLER)).toMatchObject({ state: 'talking' });
    expect(await lineOf(sandbox, AGENT)).toMatchObject({ state: 'ended' });
    await onLine(sandbox, CALLER, 'say', { words: 'Allô ?' });
    await onLine(sandbox, OTHER, 'press', { digits: '1' });
    expect(await heardBy(OTHER)).toEqual(['Allô ?']);
    expect(await heardBy(CALLER)).toEqual(['tones 1']);
    await onLine(sandbox, OTHER, 'hangup');
    await advance();

    const statuses = formsAt('/status').map(({ To, CallStatus, SequenceNumber, ParentCallSid }) => {
      expect(ParentCallSid).toMatch(/^CA/);
      return `${To === AGENT ? 'agent' : 'other'} ${CallStatus} ${SequenceNumber}`;
    });
    expect(statuses.filter((each) => each.startsWith('agent')).sort()).toEqual([
      'agent canceled 2',
      'agent initiated 0',
      'agent ringing 1',
    ]);
    expect(statuses.filter((each) => each.startsWith('other')).sort()).toEqual([
      'other completed 3',
      'other in-progress 2',
      'other initiated 0',
      'other ringing 1',
    ]);
    const [after] = formsAt('/after');
    expect(after).toMatchObject({
      ...{ CallStatus: 'in-progress', DialCallStatus: 'completed', DialBridged: 'true', From: CALLER },
      ...{ DialCallSid: expect.stringMatching(/^CA/), DialCallDuration: '1' },
      RecordingUrl: expect.stringContaining('/Recordings/RE'),
    });
    expect(await heardBy(CALLER)).toEqual(['tones 1', 'Au revoir']);
    expect(await lineOf(sandbox, CALLER)).toMatchObject({ state: 'ended' });
    const [parent] = (await legs()).filter(({ direction }) => direction === 'inbound');
    expect(formsAt('/recorded')).toMatchObject([
      {
        ...{ CallSid: parent!.sid, RecordingStatus: 'completed', RecordingChannels: '2' },
        RecordingSource: 'DialVerb',
      },
    ]);
    expect(await legs({ parentCallSid: parent!.sid })).toHaveLength(2);
  });

  test.each([
    ['busy', '+33639989001', 'busy'],
    ['never answers', '+33639989002', 'no-answer'],
    ['does not exist', '+33639989003', 'failed'],
    ['is none', '12', 'failed'],
  ])('goes on when whoever is rung %s', async (_name, to, status) => {
    receiver.document('/voice', `<Dial action="/after" answerOnBridge="true">${to}</Dial>`);
    receiver.document('/after', '<Reject reason="busy"/>');
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    await advance({ timers: true });
    expect(formsAt('/after')).toMatchObject([{ DialCallStatus: status, CallStatus: 'ringing' }]);
    const line = await lineOf(sandbox, CALLER);
    expect(line).toMatchObject({ state: 'ended', answeredAt: null });
    expect((await legs({ from: CALLER, to: ours }))[0]).toMatchObject({ status: 'busy', price: null });
  });

  test('is recorded after the tone, until its caller hangs up', async () => {
    receiver.document(
      '/voice',
      '<Say>Après le bip</Say><Record maxLength="60" action="/message" recordingStatusCallback="/recorded"/>',
    );
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    expect(await heardBy(CALLER)).toEqual(['Après le bip', '(beep)']);
    await onLine(sandbox, CALLER, 'say', { words: 'Rappelez-moi' });
    await onLine(sandbox, CALLER, 'hangup');
    await advance();
    expect(formsAt('/message')).toMatchObject([
      { Digits: 'hangup', CallStatus: 'completed', RecordingSid: expect.stringMatching(/^RE/) },
    ]);
    const [recorded] = formsAt('/recorded');
    const { RecordingUrl: url = '', CallSid: callSid = '' } = recorded ?? {};
    expect(recorded).toMatchObject({ RecordingStatus: 'completed', RecordingDuration: '1' });
    const basic = `${sandbox.twilio.accountSid}:${sandbox.twilio.authToken}`;
    const authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
    const sound = await fetch(`${url}.wav`, { headers: { authorization } });
    expect(sound.headers.get('content-type')).toBe('audio/x-wav');
    expect(
      Buffer.from(await sound.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF');
    expect((await fetch(`${url}.wav`)).status).toBe(401);
    expect(await client.recordings.list({ callSid })).toMatchObject([{ source: 'RecordVerb' }]);
  });

  test('that says nothing leaves no recording', async () => {
    receiver.document(
      '/voice',
      '<Record action="/message" recordingStatusCallback="/recorded" recordingStatusCallbackEvent="completed absent"/><Say>Rien</Say>',
    );
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    await advance({ timers: true });
    expect(await heardBy(CALLER)).toEqual(['(beep)', 'Rien']);
    expect(formsAt('/message')).toEqual([]);
    expect(formsAt('/recorded')).toMatchObject([{ RecordingStatus: 'absent', ErrorCode: '16102' }]);
  });

  test('is asked for keys', async () => {
    receiver.document(
      '/voice',
      '<Gather numDigits="2" action="keys?x=1"><Say>Tapez</Say></Gather><Say>Rien</Say>',
    );
    receiver.document('/keys', '<Redirect>/again</Redirect>');
    receiver.document('/again', '<Gather><Say>Encore</Say></Gather><Say>Rien</Say>');
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    await onLine(sandbox, CALLER, 'press', { digits: '42' });
    await advance();
    expect(formsAt('/keys')).toMatchObject([{ Digits: '42', CallStatus: 'in-progress' }]);
    await advance({ timers: true });
    expect(await heardBy(CALLER)).toEqual(['Tapez', 'Encore', 'Rien']);
  });

  test('of somebody who gives up is over, and so is what it began', async () => {
    receiver.document('/voice', `<Dial action="/after" answerOnBridge="true">${AGENT}</Dial>`);
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    await onLine(sandbox, CALLER, 'hangup');
    await advance();
    expect(await lineOf(sandbox, AGENT)).toMatchObject({ state: 'ended', answeredAt: null });
    expect(formsAt('/after')).toMatchObject([{ CallStatus: 'no-answer', DialCallStatus: 'canceled' }]);
    expect((await legs({ status: 'canceled' })).map(({ to }) => to)).toEqual([AGENT]);
  });

  test('hears the fallback, or an error', async () => {
    const [{ sid }] = (await client.incomingPhoneNumbers.list({ phoneNumber: ours })) as [{ sid: string }];
    const number = client.incomingPhoneNumbers(sid);
    receiver.answerWith(500, 200, 500);
    receiver.document('/fallback', '<Say>Fallback</Say>');
    await number.update({ voiceFallbackUrl: `${receiver.url}/fallback` });
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    expect(await heardBy(CALLER)).toEqual(['Fallback']);
    expect(formsAt('/fallback')).toMatchObject([{ ErrorCode: '11200' }]);
    await number.update({ voiceFallbackUrl: '' });
    await callIn(sandbox, { from: OTHER, to: ours });
    await advance();
    expect(await heardBy(OTHER)).toEqual([expect.stringContaining('application error')]);
  });

  test('to a number that nobody has, or that has no address, is told so', async () => {
    expect(await callIn(sandbox, { from: CALLER, to: '+33123456789' })).toMatchObject({ state: 'ended' });
    const silent = await buyTwilioNumber(client);
    expect(await callIn(sandbox, { from: CALLER, to: silent })).toMatchObject({ state: 'ended', legId: '' });
  });
});

describe('a call that is placed', () => {
  const place = (to: string, more: object = {}) =>
    client.calls.create({
      ...{ from: ours, to, url: `${receiver.url}/answered?ref=1`, statusCallback: `${receiver.url}/status` },
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      ...more,
    });

  test('rings, is answered, and is given its document', async () => {
    receiver.document('/answered', `<Dial callerId="${ours}"><Client>bob</Client></Dial>`);
    const placed = await place(AGENT);
    expect(placed).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      price: null,
      duration: null,
    });
    await advance();
    expect((await client.calls(placed.sid).fetch()).status).toBe('ringing');
    await onLine(sandbox, AGENT, 'answer');
    await advance();
    expect(await lineOf(sandbox, 'client:bob')).toMatchObject({ state: 'ringing', peer: ours });
    await onLine(sandbox, 'client:bob', 'answer');
    await client.calls(placed.sid).update({ status: 'completed' });
    await advance();
    expect(await lineOf(sandbox, 'client:bob')).toMatchObject({ state: 'ended' });
    const forms = formsAt('/status').filter(({ CallSid }) => CallSid === placed.sid);
    expect(forms.map(({ CallStatus, SequenceNumber }) => `${SequenceNumber} ${CallStatus}`).sort()).toEqual([
      '0 initiated',
      '1 ringing',
      '2 in-progress',
      '3 completed',
    ]);
    expect(forms.find(({ SequenceNumber }) => SequenceNumber === '3')).toMatchObject({
      ...{ CallDuration: '1', SipResponseCode: '200', CallbackSource: 'call-progress-events' },
      Timestamp: expect.stringMatching(/\+0000$/),
    });
    expect(formsAt('/answered')).toMatchObject([{ CallStatus: 'in-progress', Direction: 'outbound-api' }]);
    expect(await refusal(client.calls(placed.sid).update({ status: 'completed' }))).toEqual([400, 21220]);
  });

  test.each([
    ['+33639989001', 'busy', '486'],
    ['+33639989002', 'no-answer', '487'],
    ['+33639989003', 'failed', '404'],
  ])('to %s ends as %s', async (to, status, sip) => {
    const placed = await place(to);
    await advance();
    await advance({ timers: true });
    expect(await client.calls(placed.sid).fetch()).toMatchObject({ status, price: null, duration: '0' });
    expect(formsAt('/status').at(-1)).toMatchObject({ CallStatus: status, SipResponseCode: sip });
  });

  test('to handsets that answer by themselves talks, and ends as they like', async () => {
    receiver.document('/answered', '<Pause length="60"/><Redirect>/answered</Redirect>');
    const stays = await place('+33639989004', { twiml: undefined });
    await place('+33639989006');
    const ends = await place('+33639989005');
    await advance();
    expect((await client.calls(stays.sid).fetch()).status).toBe('in-progress');
    expect((await client.calls(ends.sid).fetch()).status).toBe('completed');
  });

  test('can be called off, and survives a restart', async () => {
    const first = await place(AGENT);
    await client.calls(first.sid).update({ status: 'canceled' });
    const second = await place(OTHER, { url: undefined, twiml: '<Response><Say>Salut</Say></Response>' });
    sandbox = await sandbox.restart();
    client = twilioClient(sandbox);
    await advance();
    expect(await client.calls(first.sid).fetch()).toMatchObject({ status: 'canceled' });
    await onLine(sandbox, OTHER, 'answer');
    await advance();
    expect(await heardBy(OTHER)).toEqual(['Salut']);
    expect(await client.calls(second.sid).fetch()).toMatchObject({ status: 'completed' });
  });

  test('is refused as Twilio refuses it', async () => {
    const refusals = await Promise.all([
      refusal(place('+15005550001')),
      refusal(place('+15005550002')),
      refusal(place('+15005550003')),
      refusal(place('+15005550004')),
      refusal(place('12')),
      refusal(place(AGENT, { from: '+15005550001' })),
      refusal(place(AGENT, { from: '+33123456789' })),
      refusal(place(AGENT, { from: 'anonymous' })),
      refusal(place(AGENT, { url: undefined })),
      refusal(place('+33639987013')),
      refusal(place('+33639987020')),
      refusal(place('+33639987021')),
      refusal(place('+33639987023')),
    ]);
    expect(refusals.map(([, code]) => code)).toEqual([
      ...[21217, 21214, 21215, 21216, 21211, 21212, 21210, 21212, 21205, 20429, 20005, 21215, 10004],
    ]);
    expect(await legs()).toEqual([]);
    await sandbox.admin('PUT', `accounts/${sandbox.twilio.accountSid}`, { balance: '0' });
    expect(await refusal(place(AGENT))).toEqual([403, 20005]);
  });

  test('is listed by its parties, its status and its time, page by page', async () => {
    for (const to of [AGENT, OTHER, AGENT]) await place(to);
    expect(await legs({ to: AGENT })).toHaveLength(2);
    expect(await legs({ from: ours, to: OTHER, status: 'queued' })).toHaveLength(1);
    expect(await legs({ startTimeAfter: new Date(0) })).toHaveLength(0);
    await advance();
    expect(await legs({ startTimeAfter: new Date(Date.now() - 60_000) })).toHaveLength(3);
    expect(await legs({ startTimeBefore: new Date(Date.now() - 60_000) })).toHaveLength(0);
    const page = await client.calls.page({ pageSize: 2 });
    expect(page.instances).toHaveLength(2);
    expect((await page.nextPage())?.instances).toHaveLength(1);
  });

  test('to a number of an account comes in there', async () => {
    receiver.document('/voice', `<Dial>${OTHER}</Dial>`);
    receiver.document('/answered', '<Pause length="60"/>');
    const from = await buyTwilioNumber(client);
    const placed = await place(ours, {
      from,
      url: undefined,
      twiml: '<Response><Dial>+33639980003</Dial></Response>',
    });
    await advance();
    expect(await lineOf(sandbox, OTHER)).toMatchObject({ state: 'ringing' });
    expect((await client.calls(placed.sid).fetch()).status).toBe('in-progress');
    await onLine(sandbox, OTHER, 'answer');
    await onLine(sandbox, '+33639980003', 'answer');
    await onLine(sandbox, OTHER, 'say', { words: 'Qui est là ?' });
    expect(await heardBy('+33639980003')).toEqual(['Qui est là ?']);
    await onLine(sandbox, OTHER, 'hangup');
    await advance();
    expect((await client.calls(placed.sid).fetch()).status).toBe('completed');
    expect(await lineOf(sandbox, '+33639980003')).toMatchObject({ state: 'ended' });
  });

  test.each([
    ['7007', 'three times', 12],
    ['7010', 'never', 0],
  ])('tells of a handset with %s %s', async (digits, _name, count) => {
    await place(`+3363998${digits}`);
    await advance();
    await onLine(sandbox, `+3363998${digits}`, 'decline', { how: 'busy' });
    await advance();
    expect(formsAt('/status')).toHaveLength(count - count / 4);
  });
});

describe('a talk', () => {
  async function talk(record = ''): Promise<{ root: string; child: string }> {
    receiver.document('/voice', `<Dial action="/after"${record}>${AGENT}</Dial>`);
    await callIn(sandbox, { from: CALLER, to: ours });
    await advance();
    await onLine(sandbox, AGENT, 'answer');
    await advance();
    const { legId: root } = await lineOf(sandbox, CALLER);
    const { legId: child } = await lineOf(sandbox, AGENT);
    return { root, child };
  }

  const conference =
    '<Dial><Conference beep="false" statusCallback="/room" statusCallbackEvent="start end join leave mute hold">room-1</Conference></Dial>';

  async function intoRoom() {
    const both = await talk();
    receiver.document('/after', conference);
    const twiml = `<Response>${conference.replaceAll('="/', `="${receiver.url}/`)}</Response>`;
    await client.calls(both.child).update({ twiml });
    await advance();
    const [room] = await client.conferences.list({ friendlyName: 'room-1', status: 'in-progress' });
    return { ...both, room: room!.sid };
  }

  test('moves into a conference: the child is redirected, and the parent follows by its action', async () => {
    const { root, child, room } = await intoRoom();
    expect(formsAt('/after')).toMatchObject([
      { CallSid: root, DialCallStatus: 'completed', DialCallSid: child },
    ]);
    const participants = await client.conferences(room).participants.list();
    expect(participants.map(({ callSid, status }) => [callSid, status])).toEqual([
      [child, 'connected'],
      [root, 'connected'],
    ]);
    await onLine(sandbox, CALLER, 'say', { words: 'Toujours là ?' });
    expect(await heardBy(AGENT)).toContain('Toujours là ?');
    expect(
      formsAt('/room')
        .map(({ StatusCallbackEvent }) => StatusCallbackEvent)
        .sort(),
    ).toEqual(['conference-start', 'participant-join', 'participant-join']);
  });

  test('can be muted, held, heard by nobody else, and left', async () => {
    const { root, child, room } = await intoRoom();
    const seat = client.conferences(room).participants(root);
    expect(await seat.update({ muted: true })).toMatchObject({ muted: true, hold: false });
    await onLine(sandbox, CALLER, 'say', { words: 'unheard' });
    await seat.update({ muted: false, hold: true });
    await onLine(sandbox, AGENT, 'say', { words: 'on hold' });
    receiver.document('/tones', '<Play digits="12"/>');
    await seat.update({ hold: false, announceUrl: `${receiver.url}/tones` });
    await advance();
    expect(await heardBy(AGENT)).not.toContain('unheard');
    expect(await heardBy(CALLER)).not.toContain('on hold');
    expect(await heardBy(CALLER)).toEqual(expect.arrayContaining(['♪ hold music', 'tones 12']));
    expect(formsAt('/tones')).toMatchObject([{ ConferenceSid: room, CallSid: root }]);
    await client.conferences(room).participants(child).remove();
    await advance();
    expect(await client.calls(child).fetch()).toMatchObject({ status: 'completed' });
    expect(await client.calls(root).fetch()).toMatchObject({ status: 'in-progress' });
    expect(await refusal(client.conferences(room).participants(child).fetch())).toEqual([404, 20404]);
    await onLine(sandbox, CALLER, 'hangup');
    await advance();
    expect(await client.conferences(room).fetch()).toMatchObject({
      ...{
        status: 'completed',
        reasonConferenceEnded: 'last-participant-left',
        callSidEndingConference: root,
      },
    });
    const events = formsAt('/room').map(({ StatusCallbackEvent }) => StatusCallbackEvent);
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
    const added = await client.conferences(room).participants.create({
      ...{ from: ours, to: OTHER, label: 'leg-9', statusCallback: `${receiver.url}/status` },
    });
    expect(added).toMatchObject({ status: 'queued', label: 'leg-9', conferenceSid: room });
    await advance();
    await onLine(sandbox, OTHER, 'answer');
    await client.conferences(room).participants(child).remove();
    await advance();
    await onLine(sandbox, OTHER, 'say', { words: 'Je reprends' });
    expect(await heardBy(CALLER)).toContain('Je reprends');
    expect(await client.conferences(room).participants('leg-9').fetch()).toMatchObject({
      callSid: added.callSid,
      status: 'connected',
    });
    await client.conferences(room).update({ status: 'completed' });
    await advance();
    for (const sid of [root, added.callSid])
      expect(await client.calls(sid).fetch()).toMatchObject({ status: 'completed' });
  });

  test('is recorded, paused and stopped', async () => {
    const { root } = await talk(' record="record-from-answer"');
    const current = client.calls(root).recordings('Twilio.CURRENT');
    expect(await current.update({ status: 'paused', pauseBehavior: 'silence' })).toMatchObject({
      status: 'paused',
      source: 'DialVerb',
    });
    expect(await current.update({ status: 'in-progress' })).toMatchObject({ status: 'in-progress' });
    const second = await client.calls(root).recordings.create({ recordingChannels: 'dual' });
    expect(second).toMatchObject({ source: 'StartCallRecordingAPI', channels: 2 });
    await client.calls(root).recordings(second.sid).update({ status: 'stopped' });
    await advance();
    expect(await client.recordings(second.sid).fetch()).toMatchObject({ status: 'completed', duration: '1' });
    await client.recordings(second.sid).remove();
    expect(await client.recordings.list({ callSid: root })).toHaveLength(1);
  });

  test('is measured once it is over, badly where the handset says so', async () => {
    const { child } = await talk();
    expect(await refusal(client.insights.v1.calls(child).summary().fetch())).toEqual([404, 20404]);
    await onLine(sandbox, AGENT, 'hangup');
    await advance();
    const summary = await client.insights.v1.calls(child).summary().fetch();
    expect(summary).toMatchObject({ processingState: 'complete', callState: 'completed', tags: [] });
    expect(await client.insights.v1.calls(child).metrics.list()).toHaveLength(1);
  });
});

test('a browser is a telephone, with the token that the server made', async () => {
  const { sid, secret } = await client.newKeys.create({ friendlyName: 'softphones' });
  const { AccessToken } = twilio.jwt;
  const mint = (key: string, allow = true) => {
    const token = new AccessToken(sandbox.twilio.accountSid, sid, key, { identity: 'u1' });
    token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: allow }));
    return token.toJwt();
  };
  const phone = async (method: string, path: string, token = mint(secret), body?: object) => {
    const response = await fetch(`${sandbox.url}/softphone/${path}`, {
      ...{ method, headers: { authorization: `Bearer ${token}`, origin: 'https://relais.example' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    return { status: response.status, body: (await response.json()) as { items: { id: string }[] } };
  };
  for (const bad of [mint('x'.repeat(32)), mint(secret, false), 'a.b.c', 'x'])
    expect((await phone('GET', 'lines', bad)).status).toBe(401);
  receiver.document('/answered', '<Pause length="60"/>');
  const placed = await client.calls.create({ from: ours, to: 'client:u1', url: `${receiver.url}/answered` });
  await advance();
  const { body } = await phone('GET', 'lines');
  expect(body.items).toMatchObject([{ handset: 'client:u1', state: 'ringing', legId: placed.sid }]);
  const [line] = body.items;
  expect(await phone('POST', `lines/${line!.id}/answer`)).toMatchObject({ body: { state: 'talking' } });
  expect(await phone('POST', `lines/${line!.id}/answer`)).toMatchObject({ status: 404 });
  expect(await phone('POST', `lines/${line!.id}/press`, undefined, { digits: '1' })).toMatchObject({
    status: 200,
  });
  const stream = await fetch(`${sandbox.url}/softphone/lines`, {
    headers: { authorization: `Bearer ${mint(secret)}`, accept: 'text/event-stream' },
  });
  const reader = stream.body!.getReader();
  const told = async () => Buffer.from((await reader.read()).value ?? []).toString();
  expect(await told()).toContain('"state":"talking"');
  await phone('POST', `lines/${line!.id}/hangup`);
  expect(await told()).toContain('"state":"ended"');
  await reader.cancel();
  await client.keys(sid).remove();
  expect((await phone('GET', 'lines')).status).toBe(401);
});
