import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buyTwilioNumber, lineOf, onLine } from '../../testkit.ts';
import { AGENT, type CallBench, OTHER, openCallBench, refusal } from './bench.ts';

let bench: CallBench;
beforeEach(async () => {
  bench = await openCallBench();
});
afterEach(() => bench.close());

describe('a call that is placed', () => {
  const place = (to: string, more: object = {}) =>
    bench.client.calls.create({
      ...{
        from: bench.ours,
        to,
        url: `${bench.receiver.url}/answered?ref=1`,
        statusCallback: `${bench.receiver.url}/status`,
      },
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      ...more,
    });

  test('rings, is answered, and is given its document', async () => {
    bench.receiver.document('/answered', `<Dial callerId="${bench.ours}"><Client>bob</Client></Dial>`);
    const placed = await place(AGENT);
    expect(placed).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      price: null,
      duration: null,
    });
    await bench.advance();
    expect((await bench.client.calls(placed.sid).fetch()).status).toBe('ringing');
    await onLine(bench.sandbox, AGENT, 'answer');
    await bench.advance();
    expect(await lineOf(bench.sandbox, 'client:bob')).toMatchObject({ state: 'ringing', peer: bench.ours });
    await onLine(bench.sandbox, 'client:bob', 'answer');
    await bench.client.calls(placed.sid).update({ status: 'completed' });
    await bench.advance();
    expect(await lineOf(bench.sandbox, 'client:bob')).toMatchObject({ state: 'ended' });
    const forms = bench.formsAt('/status').filter(({ CallSid }) => CallSid === placed.sid);
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
    expect(bench.formsAt('/answered')).toMatchObject([
      { CallStatus: 'in-progress', Direction: 'outbound-api' },
    ]);
    expect(await refusal(bench.client.calls(placed.sid).update({ status: 'completed' }))).toEqual([
      400, 21220,
    ]);
  });

  test.each([
    ['+33639989001', 'busy', '486'],
    ['+33639989002', 'no-answer', '487'],
    ['+33639989003', 'failed', '404'],
  ])('to %s ends as %s', async (to, status, sip) => {
    const placed = await place(to);
    await bench.advance();
    await bench.advance({ timers: true });
    expect(await bench.client.calls(placed.sid).fetch()).toMatchObject({
      status,
      price: null,
      duration: '0',
    });
    expect(bench.formsAt('/status').at(-1)).toMatchObject({ CallStatus: status, SipResponseCode: sip });
  });

  test('to handsets that answer by themselves talks, and ends as they like', async () => {
    bench.receiver.document('/answered', '<Pause length="60"/><Redirect>/answered</Redirect>');
    const stays = await place('+33639989004', { twiml: undefined });
    await place('+33639989006');
    const ends = await place('+33639989005');
    await bench.advance();
    expect((await bench.client.calls(stays.sid).fetch()).status).toBe('in-progress');
    expect((await bench.client.calls(ends.sid).fetch()).status).toBe('completed');
  });

  test('can be called off, and survives a restart', async () => {
    const first = await place(AGENT);
    await bench.client.calls(first.sid).update({ status: 'canceled' });
    const second = await place(OTHER, { url: undefined, twiml: '<Response><Say>Salut</Say></Response>' });
    await bench.restart();
    await bench.advance();
    expect(await bench.client.calls(first.sid).fetch()).toMatchObject({ status: 'canceled' });
    await onLine(bench.sandbox, OTHER, 'answer');
    await bench.advance();
    expect(await bench.heardBy(OTHER)).toEqual(['Salut']);
    expect(await bench.client.calls(second.sid).fetch()).toMatchObject({ status: 'completed' });
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
    expect(await bench.client.calls.list()).toEqual([]);
    await bench.sandbox.admin('PUT', `accounts/${bench.sandbox.twilio.accountSid}`, { balance: '0' });
    expect(await refusal(place(AGENT))).toEqual([403, 20005]);
  });

  test('is listed by its parties, its status and its time, page by page', async () => {
    for (const to of [AGENT, OTHER, AGENT]) await place(to);
    expect(await bench.client.calls.list({ to: AGENT })).toHaveLength(2);
    expect(await bench.client.calls.list({ from: bench.ours, to: OTHER, status: 'queued' })).toHaveLength(1);
    expect(await bench.client.calls.list({ startTimeAfter: new Date(0) })).toHaveLength(0);
    await bench.advance();
    expect(await bench.client.calls.list({ startTimeAfter: new Date(Date.now() - 60_000) })).toHaveLength(3);
    expect(await bench.client.calls.list({ startTimeBefore: new Date(Date.now() - 60_000) })).toHaveLength(0);
    const page = await bench.client.calls.page({ pageSize: 2 });
    expect(page.instances).toHaveLength(2);
    expect((await page.nextPage())?.instances).toHaveLength(1);
  });

  test('to a number of an account comes in there', async () => {
    bench.receiver.document('/voice', `<Dial>${OTHER}</Dial>`);
    bench.receiver.document('/answered', '<Pause length="60"/>');
    const from = await buyTwilioNumber(bench.client);
    const placed = await place(bench.ours, {
      from,
      url: undefined,
      twiml: '<Response><Dial>+33639980003</Dial></Response>',
    });
    await bench.advance();
    expect(await lineOf(bench.sandbox, OTHER)).toMatchObject({ state: 'ringing' });
    expect((await bench.client.calls(placed.sid).fetch()).status).toBe('in-progress');
    await onLine(bench.sandbox, OTHER, 'answer');
    await onLine(bench.sandbox, '+33639980003', 'answer');
    await onLine(bench.sandbox, OTHER, 'say', { words: 'Qui est là ?' });
    expect(await bench.heardBy('+33639980003')).toEqual(['Qui est là ?']);
    await onLine(bench.sandbox, OTHER, 'hangup');
    await bench.advance();
    expect((await bench.client.calls(placed.sid).fetch()).status).toBe('completed');
    expect(await lineOf(bench.sandbox, '+33639980003')).toMatchObject({ state: 'ended' });
  });

  test.each([
    ['7007', 'three times', 12],
    ['7010', 'never', 0],
  ])('tells of a handset with %s %s', async (digits, _name, count) => {
    await place(`+3363998${digits}`);
    await bench.advance();
    await onLine(bench.sandbox, `+3363998${digits}`, 'decline', { how: 'busy' });
    await bench.advance();
    expect(bench.formsAt('/status')).toHaveLength(count - count / 4);
  });
});
