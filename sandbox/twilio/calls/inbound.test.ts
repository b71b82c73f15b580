import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buyTwilioNumber, callIn, lineOf, onLine } from '../../testkit.ts';
import { AGENT, CALLER, type CallBench, formOf, OTHER, openCallBench } from './bench.ts';

let bench: CallBench;
beforeEach(async () => {
  bench = await openCallBench();
});
afterEach(() => bench.close());

describe('a call that comes in', () => {
  test('asks the number for a document, signed, and does what it says', async () => {
    bench.receiver.document('/voice', '<Say language="fr-FR">Bonjour &amp; merci</Say><Pause length="2"/>');
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    const [request] = bench.receiver.received;
    const params = formOf(request!);
    expect(params).toMatchObject({
      ...{ From: CALLER, To: bench.ours, Caller: CALLER, Called: bench.ours, CallStatus: 'ringing' },
      ...{ Direction: 'inbound', ApiVersion: '2010-04-01', AccountSid: bench.sandbox.twilio.accountSid },
      FromCountry: 'FR',
    });
    const signature = String(request!.headers['x-twilio-signature']);
    const url = `${bench.receiver.url}/voice?a=1`;
    expect(twilio.validateRequest(bench.sandbox.twilio.authToken, signature, url, params)).toBe(true);
    expect(await lineOf(bench.sandbox, CALLER)).toMatchObject({
      state: 'ended',
      way: 'calls',
      peer: bench.ours,
    });
    expect(await bench.heardBy(CALLER)).toEqual(['Bonjour & merci']);
    const [leg] = await bench.client.calls.list();
    expect(leg).toMatchObject({
      ...{ status: 'completed', direction: 'inbound', duration: '1', price: '-0.00850', priceUnit: 'USD' },
      phoneNumberSid: expect.stringMatching(/^PN/),
    });
    expect(bench.formsAt('/ended')).toMatchObject([
      { CallStatus: 'completed', CallDuration: '1', Duration: '1', SequenceNumber: '0' },
    ]);
  });

  test('rings our people at once: the first to answer talks, the others are let go', async () => {
    const nouns = [AGENT, OTHER].map(
      (to, index) =>
        `<Number statusCallback="/status?ref=${index}" statusCallbackEvent="initiated ringing answered completed">${to}</Number>`,
    );
    bench.receiver.document(
      '/voice',
      `<Dial timeout="20" answerOnBridge="true" callerId="${bench.ours}" action="/after?step=1" record="record-from-answer-dual" recordingStatusCallback="/recorded">${nouns.join('')}</Dial><Say>never</Say>`,
    );
    bench.receiver.document('/after', '<Say>Au revoir</Say><Hangup/>');
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    expect(await lineOf(bench.sandbox, CALLER)).toMatchObject({ state: 'ringing' });
    expect(await lineOf(bench.sandbox, AGENT)).toMatchObject({
      state: 'ringing',
      peer: bench.ours,
      way: 'rings',
    });
    await onLine(bench.sandbox, OTHER, 'answer');
    expect(await lineOf(bench.sandbox, CALLER)).toMatchObject({ state: 'talking' });
    expect(await lineOf(bench.sandbox, AGENT)).toMatchObject({ state: 'ended' });
    await onLine(bench.sandbox, CALLER, 'say', { words: 'Allô ?' });
    await onLine(bench.sandbox, OTHER, 'press', { digits: '1' });
    expect(await bench.heardBy(OTHER)).toEqual(['Allô ?']);
    expect(await bench.heardBy(CALLER)).toEqual(['tones 1']);
    await onLine(bench.sandbox, OTHER, 'hangup');
    await bench.advance();

    const statuses = bench.formsAt('/status').map(({ To, CallStatus, SequenceNumber, ParentCallSid }) => {
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
    const [after] = bench.formsAt('/after');
    expect(after).toMatchObject({
      ...{ CallStatus: 'in-progress', DialCallStatus: 'completed', DialBridged: 'true', From: CALLER },
      ...{ DialCallSid: expect.stringMatching(/^CA/), DialCallDuration: '1' },
      RecordingUrl: expect.stringContaining('/Recordings/RE'),
    });
    expect(await bench.heardBy(CALLER)).toEqual(['tones 1', 'Au revoir']);
    expect(await lineOf(bench.sandbox, CALLER)).toMatchObject({ state: 'ended' });
    const [parent] = (await bench.client.calls.list()).filter(({ direction }) => direction === 'inbound');
    expect(bench.formsAt('/recorded')).toMatchObject([
      {
        ...{ CallSid: parent!.sid, RecordingStatus: 'completed', RecordingChannels: '2' },
        RecordingSource: 'DialVerb',
      },
    ]);
    expect(await bench.client.calls.list({ parentCallSid: parent!.sid })).toHaveLength(2);
  });

  test.each([
    ['busy', '+33639989001', 'busy'],
    ['never answers', '+33639989002', 'no-answer'],
    ['does not exist', '+33639989003', 'failed'],
    ['is none', '12', 'failed'],
  ])('goes on when whoever is rung %s', async (_name, to, status) => {
    bench.receiver.document('/voice', `<Dial action="/after" answerOnBridge="true">${to}</Dial>`);
    bench.receiver.document('/after', '<Reject reason="busy"/>');
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    await bench.advance({ timers: true });
    expect(bench.formsAt('/after')).toMatchObject([{ DialCallStatus: status, CallStatus: 'ringing' }]);
    const line = await lineOf(bench.sandbox, CALLER);
    expect(line).toMatchObject({ state: 'ended', answeredAt: null });
    expect((await bench.client.calls.list({ from: CALLER, to: bench.ours }))[0]).toMatchObject({
      status: 'busy',
      price: null,
    });
  });

  test('is recorded after the tone, until its caller hangs up', async () => {
    bench.receiver.document(
      '/voice',
      '<Say>Après le bip</Say><Record maxLength="60" action="/message" recordingStatusCallback="/recorded"/>',
    );
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    expect(await bench.heardBy(CALLER)).toEqual(['Après le bip', '(beep)']);
    await onLine(bench.sandbox, CALLER, 'say', { words: 'Rappelez-moi' });
    await onLine(bench.sandbox, CALLER, 'hangup');
    await bench.advance();
    expect(bench.formsAt('/message')).toMatchObject([
      { Digits: 'hangup', CallStatus: 'completed', RecordingSid: expect.stringMatching(/^RE/) },
    ]);
    const [recorded] = bench.formsAt('/recorded');
    const { RecordingUrl: url = '', CallSid: callSid = '' } = recorded ?? {};
    expect(recorded).toMatchObject({ RecordingStatus: 'completed', RecordingDuration: '1' });
    const basic = `${bench.sandbox.twilio.accountSid}:${bench.sandbox.twilio.authToken}`;
    const authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
    const sound = await fetch(`${url}.wav`, { headers: { authorization } });
    expect(sound.headers.get('content-type')).toBe('audio/x-wav');
    expect(
      Buffer.from(await sound.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF');
    const small = await fetch(`${url}.mp3?RequestedChannels=2`, { headers: { authorization } });
    expect(small.headers.get('content-type')).toBe('audio/mpeg');
    expect([...new Uint8Array(await small.arrayBuffer()).subarray(0, 2)]).toEqual([0xff, 0xf3]);
    expect((await fetch(`${url}.wav`)).status).toBe(401);
    expect(await bench.client.recordings.list({ callSid })).toMatchObject([{ source: 'RecordVerb' }]);
  });

  test('that says nothing leaves no recording', async () => {
    bench.receiver.document(
      '/voice',
      '<Record action="/message" recordingStatusCallback="/recorded" recordingStatusCallbackEvent="completed absent"/><Say>Rien</Say>',
    );
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    await bench.advance({ timers: true });
    expect(await bench.heardBy(CALLER)).toEqual(['(beep)', 'Rien']);
    expect(bench.formsAt('/message')).toEqual([]);
    expect(bench.formsAt('/recorded')).toMatchObject([{ RecordingStatus: 'absent', ErrorCode: '16102' }]);
  });

  test('is asked for keys', async () => {
    bench.receiver.document(
      '/voice',
      '<Gather numDigits="2" action="keys?x=1"><Say>Tapez</Say></Gather><Say>Rien</Say>',
    );
    bench.receiver.document('/keys', '<Redirect>/again</Redirect>');
    bench.receiver.document('/again', '<Gather><Say>Encore</Say></Gather><Say>Rien</Say>');
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    await onLine(bench.sandbox, CALLER, 'press', { digits: '42' });
    await bench.advance();
    expect(bench.formsAt('/keys')).toMatchObject([{ Digits: '42', CallStatus: 'in-progress' }]);
    await bench.advance({ timers: true });
    expect(await bench.heardBy(CALLER)).toEqual(['Tapez', 'Encore', 'Rien']);
  });

  test('of somebody who gives up is over, and so is what it began', async () => {
    bench.receiver.document('/voice', `<Dial action="/after" answerOnBridge="true">${AGENT}</Dial>`);
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    await onLine(bench.sandbox, CALLER, 'hangup');
    await bench.advance();
    expect(await lineOf(bench.sandbox, AGENT)).toMatchObject({ state: 'ended', answeredAt: null });
    expect(bench.formsAt('/after')).toMatchObject([{ CallStatus: 'no-answer', DialCallStatus: 'canceled' }]);
    expect((await bench.client.calls.list({ status: 'canceled' })).map(({ to }) => to)).toEqual([AGENT]);
  });

  test('hears the fallback, or an error', async () => {
    const [{ sid } = { sid: '' }] = await bench.client.incomingPhoneNumbers.list({ phoneNumber: bench.ours });
    const number = bench.client.incomingPhoneNumbers(sid);
    bench.receiver.answerWith(500, 200, 500);
    bench.receiver.document('/fallback', '<Say>Fallback</Say>');
    await number.update({ voiceFallbackUrl: `${bench.receiver.url}/fallback` });
    await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
    await bench.advance();
    expect(await bench.heardBy(CALLER)).toEqual(['Fallback']);
    expect(bench.formsAt('/fallback')).toMatchObject([{ ErrorCode: '11200' }]);
    await number.update({ voiceFallbackUrl: '' });
    await callIn(bench.sandbox, { from: OTHER, to: bench.ours });
    await bench.advance();
    expect(await bench.heardBy(OTHER)).toEqual([expect.stringContaining('application error')]);
  });

  test('to a number that nobody has, or that has no address, is told so', async () => {
    expect(await callIn(bench.sandbox, { from: CALLER, to: '+33123456789' })).toMatchObject({
      state: 'ended',
    });
    const silent = await buyTwilioNumber(bench.client);
    expect(await callIn(bench.sandbox, { from: CALLER, to: silent })).toMatchObject({
      state: 'ended',
      legId: '',
    });
  });
});
