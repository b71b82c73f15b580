import type Telnyx from 'telnyx';
import { APIError } from 'telnyx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  buyTelnyxNumber,
  handset,
  openReceiver,
  openSandbox,
  type Received,
  type Receiver,
  type TestSandbox,
  telnyxClient,
  textIn,
} from '../../testkit.ts';

const PHONE = '+33612345678';

let sandbox: TestSandbox;
let client: Telnyx;
let receiver: Receiver;
let ours: string;
let profileId: string;

beforeEach(async () => {
  sandbox = await openSandbox();
  client = telnyxClient(sandbox);
  receiver = await openReceiver();
  ({ number: ours, profileId } = await buyTelnyxNumber(sandbox, client, `${receiver.url}/profile`));
});

afterEach(async () => {
  await receiver.close();
  await sandbox.dispose();
});

const advance = (webhooks = false) => sandbox.admin('POST', 'advance', { webhooks });
const send = async (to: string, more: object = {}) =>
  (await client.messages.send({ from: ours, to, text: 'Hello', ...more })).data;
const webhookUrl = () => `${receiver.url}/status?ref=m1`;

interface Event {
  event_type: string;
  payload: {
    id: string;
    to: { status: string }[];
    errors: { code: string }[];
    cost: { amount: string } | null;
    webhook_url: string;
    text: string;
    media: { url: string; content_type: string; size: number }[];
  };
}

const eventOf = ({ body }: Received): Event => (JSON.parse(body) as { data: Event }).data;
const events = () => receiver.received.map(eventOf);

const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(APIError);
  const { status, error: body } = error as APIError;
  return { status, code: (body as { errors: { code: string }[] }).errors[0]?.code };
};

describe('a text', () => {
  test('is queued, then sent and finalized by signed webhooks to its own address', async () => {
    const queued = await send(PHONE, { webhook_url: webhookUrl() });
    expect(queued).toMatchObject({
      ...{ parts: 1, encoding: 'GSM-7', cost: null, type: 'SMS', messaging_profile_id: profileId },
      ...{ to: [{ phone_number: PHONE, status: 'queued' }], webhook_url: webhookUrl() },
    });
    await advance();
    for (const { headers, body, path } of await receiver.wait(2)) {
      expect(path).toBe('/status?ref=m1');
      await client.webhooks.unwrap(body, { headers: headers as Record<string, string> });
    }
    const [sent, finalized] = events().sort((a, b) => (a.event_type < b.event_type ? 1 : -1));
    expect(sent).toMatchObject({
      event_type: 'message.sent',
      payload: { cost: null, to: [{ status: 'sent' }] },
    });
    expect(finalized).toMatchObject({
      event_type: 'message.finalized',
      payload: {
        ...{ id: queued?.id, webhook_url: webhookUrl(), cost: { amount: '0.0399', currency: 'USD' } },
        ...{ to: [{ status: 'delivered' }], errors: [] },
      },
    });
    const found = (await client.messages.retrieve(queued?.id ?? '')).data;
    expect(found).toMatchObject({ to: [{ status: 'delivered' }] });
    expect(await handset(sandbox, PHONE)).toMatchObject([{ direction: 'received', text: 'Hello' }]);
  });

  test('tells its profile when it names no address, and falls back to it', async () => {
    await send(PHONE);
    await advance(true);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/profile', '/profile']);
    receiver.answerWith(500, 500, 500, 500, 500, 500);
    await send(PHONE, { webhook_url: webhookUrl() });
    await advance(true);
    const paths = receiver.received.slice(2).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith('/status'))).toHaveLength(6);
    expect(paths.filter((path) => path === '/profile')).toHaveLength(2);
  });

  test.each([
    ['8001', 'delivery_failed', '40001'],
    ['8002', 'delivery_failed', '40008'],
    ['8003', 'delivery_failed', '40002'],
    ['8004', 'delivery_failed', '40004'],
    ['8005', 'delivery_failed', '40012'],
    ['8006', 'expired', '40005'],
    ['8012', 'sent', undefined],
    ['8019', 'delivery_unconfirmed', undefined],
  ])('to a number that ends with %s is %s with code %s', async (digits, status, code) => {
    const to = `+3361234${digits}`;
    const sent = await send(to);
    await advance(true);
    const found = (await client.messages.retrieve(sent?.id ?? '')).data as unknown as Event['payload'];
    expect([found.to[0]?.status, found.errors[0]?.code]).toEqual([status, code]);
    const last = events().find(({ event_type }) => event_type === 'message.finalized');
    expect(last?.payload.to[0]?.status).toBe(status === 'sent' ? undefined : status);
    expect(await handset(sandbox, to)).toHaveLength(code === undefined ? 1 : 0);
  });

  test.each([
    [{ to: '0612345678' }, 400, '40310'],
    [{ from: '+14155550100' }, 400, '40305'],
    [{ text: '' }, 400, '40316'],
    [{ text: 'ê'.repeat(671) }, 400, '40302'],
    [{ type: 'SMS', media_urls: ['https://example.com/a.png'] }, 400, '40304'],
    [{ media_urls: ['a.png'] }, 400, '40317'],
    [{ type: 'FAX' }, 422, '10015'],
    [{ webhook_url: 'nowhere' }, 422, '10015'],
    [{ encoding: 'gsm7', text: '😀' }, 400, '10015'],
    [{ to: '+33612348018' }, 403, '40300'],
    [{ to: '+33612348020' }, 402, '20100'],
    [{ to: '+33612348021' }, 400, '40309'],
    [{ to: '' }, 422, '10004'],
  ])('with %j is refused with %i %s', async (more, status, code) => {
    expect(await refusal(send(PHONE, more))).toEqual({ status, code });
    expect((await client.detailRecords.list({ filter: { record_type: 'messaging' } })).data).toEqual([]);
  });

  test('goes to the countries of its profile only, and not while that is disabled', async () => {
    await client.messagingProfiles.update(profileId, { whitelisted_destinations: ['US'] });
    expect((await refusal(send(PHONE))).code).toBe('40309');
    await client.messagingProfiles.update(profileId, { whitelisted_destinations: ['FR'], enabled: false });
    expect((await refusal(send(PHONE))).code).toBe('40312');
  });

  test('is sent from the pool of a profile', async () => {
    const sent = await client.messages.send({ messaging_profile_id: profileId, to: PHONE, text: 'Hello' });
    expect(sent.data?.from?.phone_number).toBe(ours);
  });

  test('that is not due yet can be taken back', async () => {
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    expect((await refusal(send(PHONE, { send_at: inMinutes(1) }))).code).toBe('10015');
    const planned = await send(PHONE, { send_at: inMinutes(10) });
    const canceled = await client.messages.cancelScheduled(planned?.id ?? '');
    expect((canceled as unknown as Event['payload']).to).toMatchObject([{ status: 'cancelled' }]);
    await advance(true);
    expect(await handset(sandbox, PHONE)).toEqual([]);
    const sent = await send(PHONE);
    expect((await refusal(client.messages.cancelScheduled(sent?.id ?? ''))).code).toBe('10027');
  });

  test('is in the detail records, found by its numbers and its webhook', async () => {
    await send(PHONE, { webhook_url: webhookUrl() });
    await send('+33612345679');
    const records = async (filter: object) =>
      (await client.detailRecords.list({ filter: { record_type: 'messaging', ...filter } }))
        .data as unknown as Record<string, unknown>[];
    expect(await records({ cld: PHONE, cli: ours })).toMatchObject([
      { cld: PHONE, cli: ours, direction: 'outbound', delivery_status_webhook_url: webhookUrl() },
    ]);
    await advance();
    expect(await records({ cld: PHONE })).toMatchObject([
      { status: 'delivered', cost: '0.0399', currency: 'USD' },
    ]);
    expect(await records({ cld: { contains: '345679' } })).toHaveLength(1);
    expect(await records({ created_at: { gte: '2020-01-01T00:00:00Z' } })).toHaveLength(2);
    expect(await records({ created_at: { lte: '2020-01-01T00:00:00Z' } })).toEqual([]);
    expect(await records({ date_range: 'today', status: 'failed' })).toEqual([]);
  });
});

describe('an unreliable answer', () => {
  test('8013: too many requests once, then it works', async () => {
    expect(await refusal(send('+33612348013'))).toEqual({ status: 429, code: '10011' });
    expect((await send('+33612348013'))?.parts).toBe(1);
  });

  test('8014 to 8017: taken or not, whatever the answer', async () => {
    const hurried = telnyxClient(sandbox, { timeout: 300 });
    for (const digits of ['8014', '8015', '8016', '8017']) {
      const about = { from: ours, to: `+3361234${digits}`, text: 'Hello' };
      await expect(hurried.messages.send(about)).rejects.toThrow();
    }
    const { data } = await client.detailRecords.list({ filter: { record_type: 'messaging' } });
    const taken = (data as unknown as { cld: string }[]).map(({ cld }) => cld.slice(-4));
    expect(taken).toEqual(['8015', '8014']);
  });
});

describe('a handset', () => {
  test('texts a number, whose profile is told with the picture', async () => {
    const sent = await textIn(sandbox, {
      from: PHONE,
      to: ours,
      text: 'Salut',
      media: [{ sample: 'photo' }],
    });
    const [webhook] = await receiver.wait(1);
    const headers = webhook?.headers as Record<string, string>;
    await client.webhooks.unwrap(webhook?.body ?? '', { headers });
    const { event_type, payload } = eventOf(webhook as Received);
    expect(event_type).toBe('message.received');
    expect(payload).toMatchObject({
      ...{ id: sent.id, direction: 'inbound', text: 'Salut', type: 'MMS', messaging_profile_id: profileId },
      ...{ from: { phone_number: PHONE }, to: [{ phone_number: ours, status: 'delivered' }] },
    });
    const [media] = payload.media;
    expect(media?.content_type).toBe('image/png');
    expect((await (await fetch(media?.url ?? '')).arrayBuffer()).byteLength).toBe(media?.size);
  });

  test('that says STOP gets nothing more from the whole profile until it says START', async () => {
    await textIn(sandbox, { from: PHONE, to: ours, text: 'Stop all' });
    await advance(true);
    expect(events().map(({ payload }) => payload.text)).toEqual(['Stop all']);
    expect((await handset(sandbox, PHONE)).at(-1)?.text).toMatch(/unsubscribed/);
    expect(await refusal(send(PHONE))).toEqual({ status: 403, code: '40300' });
    const optOuts = await client.messagingOptouts.list({ filter: { messaging_profile_id: profileId } });
    expect(optOuts.data).toMatchObject([{ to: PHONE, from: ours, keyword: 'STOP ALL' }]);
    await textIn(sandbox, { from: PHONE, to: ours, text: 'START' });
    expect((await send(PHONE))?.parts).toBe(1);
    expect((await client.messagingOptouts.list()).data).toEqual([]);
  });

  test('is told when nobody can hear it', async () => {
    const [number] = (await client.phoneNumbers.list({ filter: { phone_number: ours } })).data ?? [];
    const settings = await client.phoneNumbers.messaging.update(number?.id ?? '', {
      messaging_profile_id: '',
    });
    expect(settings.data?.features?.sms?.domestic_two_way).toBe(true);
    expect(await textIn(sandbox, { from: PHONE, to: ours, text: 'Hi' })).toMatchObject({
      problem: 'no_profile',
    });
    expect(receiver.received).toEqual([]);
  });
});
