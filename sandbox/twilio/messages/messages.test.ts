import twilio, { type Twilio } from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  buyTwilioNumber,
  handset,
  openReceiver,
  openSandbox,
  type Receiver,
  type TestSandbox,
  textIn,
  twilioClient,
} from '../../testkit.ts';

const PHONE = '+33612345678';

let sandbox: TestSandbox;
let client: Twilio;
let receiver: Receiver;
let ours: string;

beforeEach(async () => {
  sandbox = await openSandbox();
  client = twilioClient(sandbox);
  receiver = await openReceiver();
  ours = await buyTwilioNumber(client, `${receiver.url}/sms`);
});

afterEach(async () => {
  await receiver.close();
  await sandbox.dispose();
});

const advance = (webhooks = false) => sandbox.admin('POST', 'advance', { webhooks });
const send = (to: string, more: object = {}) =>
  client.messages.create({ from: ours, to, body: 'Hello', ...more });
const statusCallback = () => `${receiver.url}/status?ref=m1`;

const refusal = async (work: Promise<unknown>) => {
  const error = (await work.catch((reason: unknown) => reason)) as { status: number; code: number };
  return { status: error.status, code: error.code };
};

const formOf = ({ body }: { body: string }) => Object.fromEntries(new URLSearchParams(body));

describe('a text', () => {
  test('is queued, then delivered, priced, and told of by signed callbacks', async () => {
    const queued = await send(PHONE, { statusCallback: statusCallback(), body: 'Bonjour, ça va ?' });
    expect(queued).toMatchObject({
      status: 'queued',
      numSegments: '1',
      price: null,
      direction: 'outbound-api',
    });
    await advance();
    const received = await receiver.wait(3);
    expect(new Set(received.map((each) => formOf(each).MessageStatus))).toEqual(
      new Set(['sending', 'sent', 'delivered']),
    );
    for (const { headers, path, body } of received) {
      expect(path).toBe('/status?ref=m1');
      const signature = String(headers['x-twilio-signature']);
      const params = formOf({ body });
      expect(params).toMatchObject({ MessageSid: queued.sid, SmsSid: queued.sid, To: PHONE, From: ours });
      expect(twilio.validateRequest(sandbox.twilio.authToken, signature, receiver.url + path, params)).toBe(
        true,
      );
    }
    const delivered = await client.messages(queued.sid).fetch();
    expect(delivered).toMatchObject({
      status: 'delivered',
      price: '-0.07980',
      priceUnit: 'USD',
      errorCode: null,
    });
    expect(await handset(sandbox, PHONE)).toMatchObject([
      { direction: 'received', text: 'Bonjour, ça va ?' },
    ]);
  });

  test.each([
    ['8001', 'undelivered', 30006],
    ['8002', 'undelivered', 30003],
    ['8003', 'undelivered', 30007],
    ['8004', 'undelivered', 30004],
    ['8005', 'undelivered', 30005],
    ['8006', 'failed', 30036],
    ['8012', 'sent', null],
    ['8019', 'sent', null],
  ])('to a number that ends with %s is %s with code %s', async (digits, status, errorCode) => {
    const to = `+3361234${digits}`;
    const { sid } = await send(to, { statusCallback: statusCallback() });
    await advance(true);
    expect(await client.messages(sid).fetch()).toMatchObject({ status, errorCode });
    const last = formOf(receiver.received.at(-1) ?? { body: '' });
    expect(receiver.received.map((each) => formOf(each).ErrorCode).filter(Boolean)).toEqual(
      errorCode === null ? [] : [String(errorCode)],
    );
    expect(last.MessageStatus).toBeDefined();
    expect(await handset(sandbox, to)).toHaveLength(errorCode === null ? 1 : 0);
  });

  test.each([
    [{ to: '12345' }, 21211],
    [{ to: '+15005550002' }, 21612],
    [{ to: '+15005550003' }, 21408],
    [{ to: '+15005550009' }, 21614],
    [{ to: '+33612348018' }, 21610],
    [{ to: '+33612348021' }, 21408],
    [{ from: '+14155550100' }, 21606],
    [{ from: 'nobody' }, 21212],
    [{ body: '' }, 21602],
    [{ body: undefined }, 21619],
    [{ mediaUrl: ['ftp://example.com/a.png'] }, 21620],
    [{ statusCallback: 'nowhere' }, 21609],
    [{ from: undefined, messagingServiceSid: `MG${'0'.repeat(32)}` }, 21701],
  ])('with %j is refused with %i', async (more, code) => {
    expect(await refusal(send(PHONE, more))).toEqual({ status: 400, code });
    expect(await client.messages.list()).toEqual([]);
  });

  test('of more than 1600 characters is refused', async () => {
    expect((await send(PHONE, { body: 'x'.repeat(1600) })).numSegments).toBe('11');
    expect((await refusal(send(PHONE, { body: 'x'.repeat(1601) }))).code).toBe(21617);
  });

  test('to another country has the segments that the networks count', async () => {
    const count = async (body: string) => (await send(PHONE, { body })).numSegments;
    expect(await count('x'.repeat(160))).toBe('1');
    expect(await count('x'.repeat(161))).toBe('2');
    // The escape of the 153rd character is not torn from it.
    expect(await count(`${'x'.repeat(152)}€${'x'.repeat(152)}`)).toBe('3');
    expect(await count('é'.repeat(160))).toBe('1');
    expect(await count('ê'.repeat(70))).toBe('1');
    expect(await count(`${'ê'.repeat(66)}😀${'ê'.repeat(66)}`)).toBe('3');
  });

  test('with a picture has it fetched, and served with the account’s key only', async () => {
    const { token } = await uploadSample();
    const { sid } = await send(PHONE, { mediaUrl: [`${sandbox.url}/_media/${token}`] });
    expect(sid).toMatch(/^MM/);
    await advance();
    const [media] = await client.messages(sid).media.list();
    expect(media).toMatchObject({ contentType: 'image/png', parentSid: sid });
    const [shown] = await handset(sandbox, PHONE);
    expect(shown?.media).toMatchObject([{ contentType: 'image/png' }]);
    const lost = await send(PHONE, { mediaUrl: [`${receiver.url}/gone`] });
    receiver.answerWith(404);
    await advance();
    expect(await client.messages(lost.sid).fetch()).toMatchObject({ status: 'failed', errorCode: 11200 });
  });

  test('can be found again, emptied and deleted', async () => {
    const first = await send(PHONE, { body: 'one' });
    expect((await refusal(client.messages(first.sid).remove())).status).toBe(409);
    await advance();
    for (const body of ['two', 'three', 'four']) await send(PHONE, { body });
    await send('+33612345679');
    const bodies = async (filter: object) => (await client.messages.list(filter)).map(({ body }) => body);
    expect(await bodies({ to: PHONE, from: ours, pageSize: 3 })).toEqual(['four', 'three', 'two', 'one']);
    expect(await bodies({ pageSize: 2 })).toHaveLength(5);
    expect(await bodies({ dateSentAfter: new Date('2020-01-01') })).toEqual(['one']);
    expect(await bodies({ dateSentBefore: new Date('2020-01-01') })).toEqual([]);
    expect((await client.messages(first.sid).update({ body: '' })).body).toBe('');
    expect((await refusal(client.messages(first.sid).update({ status: 'canceled' }))).code).toBe(30409);
    await client.messages(first.sid).remove();
    expect((await refusal(client.messages(first.sid).fetch())).status).toBe(404);
  });
});

/** A picture that the sandbox serves without credentials. */
async function uploadSample(): Promise<{ token: string }> {
  const { media } = await textIn(sandbox, { from: '+33699999999', to: ours, media: [{ sample: 'photo' }] });
  return { token: media[0]?.url.split('/').at(-1) ?? '' };
}

describe('an unreliable answer', () => {
  test('8013: too many requests once, then it works', async () => {
    expect(await refusal(send('+33612348013'))).toEqual({ status: 429, code: 20429 });
    expect((await send('+33612348013')).status).toBe('queued');
  });

  test('8014, 8017: an error although it was taken, and one when it was not', async () => {
    expect((await refusal(send('+33612348014'))).status).toBe(500);
    expect((await refusal(send('+33612348017'))).status).toBe(500);
    expect((await client.messages.list()).map(({ to }) => to)).toEqual(['+33612348014']);
  });

  test('8015, 8016: no answer although it was taken, and none when it was not', async () => {
    const hurried = twilioClient(sandbox, { timeout: 300 });
    for (const to of ['+33612348015', '+33612348016']) {
      await expect(hurried.messages.create({ from: ours, to, body: 'Hello' })).rejects.toThrow(/timeout/i);
    }
    expect((await client.messages.list()).map(({ to }) => to)).toEqual(['+33612348015']);
  });
});

describe('callbacks', () => {
  const statusesTo = async (digits: string) => {
    await send(`+3361234${digits}`, { statusCallback: statusCallback() });
    await advance(true);
    return receiver.received.map((each) => formOf(each).MessageStatus);
  };

  test('8007: come three times', async () => {
    expect(await statusesTo('8007')).toHaveLength(9);
  });

  test('8009: overtake each other', async () => {
    await send('+33612348009', { statusCallback: statusCallback() });
    await advance();
    expect((await receiver.wait(1)).map((each) => formOf(each).MessageStatus)).toEqual(['delivered']);
    await advance(true);
    expect(receiver.received).toHaveLength(3);
  });

  test('8008, 8010: are late, or never sent', async () => {
    expect(await statusesTo('8010')).toEqual([]);
    await send('+33612348008', { statusCallback: statusCallback() });
    await advance();
    expect(receiver.received).toEqual([]);
    await advance(true);
    expect(receiver.received).toHaveLength(3);
  });

  test('are struck by a fault on either number', async () => {
    await sandbox.admin('PUT', 'faults', {
      kind: 'webhook_badly_signed',
      match: { number: ours },
      times: null,
    });
    await send(PHONE, { statusCallback: statusCallback() });
    await advance(true);
    const { headers, path, body } = receiver.received[0] ?? { headers: {}, path: '', body: '' };
    const signature = String(headers['x-twilio-signature']);
    expect(
      twilio.validateRequest(sandbox.twilio.authToken, signature, receiver.url + path, formOf({ body })),
    ).toBe(false);
  });
});

describe('a handset', () => {
  test('texts a number, whose owner is told with the picture', async () => {
    const sent = await textIn(sandbox, {
      from: PHONE,
      to: ours,
      text: 'Salut',
      media: [{ sample: 'photo' }],
    });
    expect(sent).toMatchObject({ direction: 'sent', webhook: 'pending', problem: null });
    const [webhook] = await receiver.wait(1);
    const params = formOf(webhook ?? { body: '' });
    expect(params).toMatchObject({
      ...{ From: PHONE, To: ours, Body: 'Salut', NumMedia: '1', NumSegments: '1', SmsStatus: 'received' },
      ...{ AccountSid: sandbox.twilio.accountSid, FromCountry: 'FR', ToCountry: 'US', FromCity: '' },
      ...{ MediaContentType0: 'image/png', ApiVersion: '2010-04-01', SmsMessageSid: sent.id },
    });
    const signature = String(webhook?.headers['x-twilio-signature']);
    expect(twilio.validateRequest(sandbox.twilio.authToken, signature, `${receiver.url}/sms`, params)).toBe(
      true,
    );
    expect((await client.messages(sent.id).fetch()).direction).toBe('inbound');
    const url = params.MediaUrl0 ?? '';
    expect((await fetch(url)).status).toBe(401);
    const { accountSid, authToken } = sandbox.twilio;
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    const redirect = await fetch(url, { headers: { authorization }, redirect: 'manual' });
    expect(redirect.status).toBe(302);
    const picture = await fetch(redirect.headers.get('location') ?? '');
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  test('gets what the webhook answers', async () => {
    receiver.replyWith(
      'text/xml',
      '<?xml version="1.0"?><Response><Message><Body>Thanks &amp; bye</Body></Message></Response>',
    );
    await textIn(sandbox, { from: PHONE, to: ours, text: 'Hi' });
    await advance(true);
    expect((await handset(sandbox, PHONE)).map(({ text }) => text)).toEqual(['Hi', 'Thanks & bye']);
  });

  test('that says STOP gets no more until it says START', async () => {
    await textIn(sandbox, { from: PHONE, to: ours, text: ' stop ' });
    await advance(true);
    expect((await handset(sandbox, PHONE)).at(-1)?.text).toMatch(/unsubscribed/);
    expect(formOf(receiver.received[0] ?? { body: '' }).Body).toBe(' stop ');
    expect(await refusal(send(PHONE))).toEqual({ status: 400, code: 21610 });
    const second = await buyTwilioNumber(client);
    expect((await send(PHONE, { from: second })).status).toBe('queued');
    await advance(true);
    await textIn(sandbox, { from: PHONE, to: ours, text: 'YES' });
    await advance(true);
    expect((await handset(sandbox, PHONE)).at(-1)?.text).toMatch(/re-subscribed/);
    expect((await send(PHONE)).status).toBe('queued');
  });

  test('is heard by the fallback when the first address fails', async () => {
    const number = await buyTwilioNumber(client, `${receiver.url}/broken`, {
      smsFallbackUrl: `${receiver.url}/second`,
    });
    receiver.answerWith(500);
    await textIn(sandbox, { from: PHONE, to: number, text: 'Hi' });
    const [first, second] = await receiver.wait(2);
    expect([first?.path, second?.path]).toEqual(['/broken', '/second']);
    expect(formOf(second ?? { body: '' })).toMatchObject({ Body: 'Hi', ErrorCode: '11200' });
  });

  test('is told when nobody can hear it', async () => {
    const silent = await buyTwilioNumber(client);
    expect(await textIn(sandbox, { from: PHONE, to: silent, text: 'Hi' })).toMatchObject({
      problem: 'no_webhook',
    });
    expect(await textIn(sandbox, { from: PHONE, to: '+14155550199', text: 'Hi' })).toMatchObject({
      problem: 'number_not_in_use',
    });
  });

  test('may be a number of the account itself', async () => {
    const second = await buyTwilioNumber(client, `${receiver.url}/second`);
    await send(second, { body: 'to ourselves' });
    await advance(true);
    const [webhook] = receiver.received;
    expect(webhook?.path).toBe('/second');
    expect(formOf(webhook ?? { body: '' })).toMatchObject({ From: ours, To: second, Body: 'to ourselves' });
  });
});

test('prices of texts are given per country', async () => {
  const { outboundSmsPrices, inboundSmsPrices, priceUnit } = await client.pricing.v1.messaging
    .countries('FR')
    .fetch();
  expect(priceUnit).toBe('USD');
  expect(outboundSmsPrices[0]?.prices?.[0]).toMatchObject({ current_price: '0.0798' });
  expect(inboundSmsPrices).toHaveLength(1);
  expect((await client.pricing.v1.messaging.countries.list({ limit: 100 })).length).toBe(100);
});
