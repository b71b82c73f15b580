import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConformance, type RecordedExchange } from '../../../sandbox/conformance/index.ts';
import {
  openReceiver,
  openSandbox,
  type Received,
  type Receiver,
  type TestSandbox,
  textIn,
} from '../../../sandbox/testkit.ts';
import { eventually } from '../../../tests/harness/eventually.ts';
import { manualClock } from '../../kernel/clock.ts';
import { portDeps, START_MS } from './fixture.ts';
import type { InboundText, OutboundText, ProviderNews, RemoteText } from './messaging.ts';
import type { ProviderEvent } from './model.ts';
import { newsOf } from './news.ts';
import { referenceOf } from './parse.ts';
import type { ProviderPort } from './port.ts';
import { parseForm } from './signatures.ts';
import { createTelnyxPort } from './telnyx/index.ts';
import { createTwilioPort } from './twilio/index.ts';

// Texts as they go every day, and on the bad days that the sandbox knows.

let sandbox: TestSandbox;
let receiver: Receiver;
const pausesMs: number[] = [];
const ports = {} as Record<'telnyx' | 'twilio', ProviderPort>;
const ours = {} as Record<'telnyx' | 'twilio', string>;

beforeAll(async () => {
  [sandbox, receiver] = await Promise.all([openSandbox({ reviewMs: 20 }), openReceiver()]);
  const clock = manualClock(START_MS);
  const deps = { ...portDeps({ clock }, pausesMs), timeoutMs: 400, publicBaseUrl: receiver.url };
  ports.telnyx = createTelnyxPort({ accountId: 'ours', connectionId: null, ...sandbox.telnyx }, deps);
  ports.twilio = createTwilioPort(
    { accountId: 'ours', voiceUrl: null, statusUrl: null, ...sandbox.twilio },
    deps,
  );
  for (const provider of ['telnyx', 'twilio'] as const) ours[provider] = await buy(ports[provider]);
});
afterAll(async () => {
  await sandbox.dispose();
  await receiver.close();
});
beforeEach(() => {
  pausesMs.length = 0;
});

/** A number whose texts come to us. */
async function buy(port: ProviderPort): Promise<string> {
  const [found] = await port.searchNumbers({
    ...{ country: 'US', type: 'local', limit: 1, features: ['sms', 'mms'] },
  });
  const { phoneNumber } = found!;
  await port.placeOrder({
    ...{ phoneNumber, reference: 'texts', country: 'US', type: 'local', groupId: null },
    ...{ connectionId: null, messagingProfileId: null },
  });
  const { numberId } = await eventually(async () => {
    const number = await port.findNumber(phoneNumber);
    expect(number).toMatchObject({ status: 'active' });
    return number!;
  });
  for (const _time of [1, 2]) await port.configureTexts({ numberId, phoneNumber });
  return phoneNumber;
}

/** What a delivery says, as it would be read after the door. */
function newsIn({ path, body }: Received): ProviderNews {
  const isTelnyx = path.startsWith('/api/telnyx');
  const data = isTelnyx ? JSON.parse(body).data : null;
  const payload = isTelnyx ? data.payload : parseForm(Buffer.from(body));
  const event: ProviderEvent = {
    ...{ id: '1', provider: isTelnyx ? 'telnyx' : 'twilio', topic: 'x', type: data?.event_type ?? 'x' },
    ...{ accountId: null, accountSid: null, companyId: null, eventId: 'e', occurredAt: null, payload },
    ...{ reference: referenceOf(isTelnyx ? payload.webhook_url : path), receivedAt: new Date(START_MS) },
  };
  return newsOf(event);
}

const receipts = (reference: string) =>
  receiver.received
    .map(newsIn)
    .flatMap((news) => (news.kind === 'text_status' && news.text.reference === reference ? [news.text] : []));

const receipt = (reference: string, status: RemoteText['status']) =>
  eventually(() => {
    const found = receipts(reference).find((text) => text.status === status);
    expect(found).toBeDefined();
    return found!;
  });

let count = 0;
/** A text to a handset whose last digits mean something to the sandbox. */
function to(lastDigits: string, over: Partial<OutboundText> = {}): OutboundText {
  count += 1;
  return {
    ...{ from: '', to: `+1312942${lastDigits}`, text: `Hello ${count}`, mediaUrls: [] },
    ...{ reference: `msg-${count}`, ...over },
  };
}

describe.each(['telnyx', 'twilio'] as const)('texts by %s', (provider) => {
  const send = (text: OutboundText) => ports[provider].sendText({ ...text, from: ours[provider] });
  const find = (text: OutboundText, since = new Date()) =>
    ports[provider].findTexts({ ...text, from: ours[provider] }, since);

  it('are taken, delivered and paid, and every receipt knows which text it is for', async () => {
    const text = to('7001', { text: 'é'.repeat(170) });
    const outcome = await send(text);
    expect(outcome).toMatchObject({ kind: 'accepted', text: { status: 'queued', segments: 2 } });
    const { messageId } = outcome.kind === 'accepted' ? outcome.text : { messageId: '' };
    expect(await receipt(text.reference, 'delivered')).toMatchObject({ messageId, failure: null });
    const known = await ports[provider].getText(messageId);
    expect(known).toMatchObject({
      ...{ messageId, status: 'delivered', segments: 2, failure: null },
      ...{ at: expect.any(Date), price: { amount: expect.stringMatching(/^\d/), currency: 'USD' } },
    });
    expect(
      await ports[provider].getText(messageId.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
    ).toBeNull();
  });

  it.each([
    ['8001', 'undelivered', 'landline'],
    ['8002', 'undelivered', 'unreachable'],
    ['8003', 'undelivered', 'filtered'],
    ['8004', 'undelivered', 'blocked'],
    ['8006', 'failed', 'expired'],
  ])('to a handset %s end as %s for the reason %s', async (lastDigits, status, reason) => {
    const text = to(lastDigits);
    expect(await send(text)).toMatchObject({ kind: 'accepted' });
    const { failure } = await eventually(() => {
      const last = receipts(text.reference).at(-1);
      expect(last?.failure).toBeTruthy();
      expect(last).toMatchObject({ status });
      return last!;
    });
    expect(failure).toMatchObject({
      ...{ reason, providerCode: expect.stringMatching(/^\d+$/), providerMessage: expect.any(String) },
    });
  });

  it.each([
    ['8018', 'opted_out'],
    ['8020', 'insufficient_funds'],
    ['8021', 'region_blocked'],
  ])('to a handset %s are refused: %s', async (lastDigits, reason) => {
    expect(await send(to(lastDigits))).toMatchObject({ kind: 'refused', failure: { reason } });
  });

  it('from a number that is not ours, or to none, are refused', async () => {
    expect(await ports[provider].sendText(to('7002', { from: '+14155550199' }))).toMatchObject({
      kind: 'refused',
      failure: { reason: 'sender_not_allowed' },
    });
    expect(await send({ ...to('7002'), to: '+1555' })).toMatchObject({
      kind: 'refused',
      failure: { reason: 'invalid_number' },
    });
  });

  it('that are too many are put off, and go through later', async () => {
    const text = to('8013');
    expect(await send(text)).toEqual({ kind: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect(pausesMs).toEqual([]);
    expect(await find(text)).toEqual([]);
    expect(await send(text)).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    ['8014', 1],
    ['8015', 1],
    ['8016', 0],
    ['8017', 0],
  ])('whose answer does not come (%s) left %i times, and that is found out', async (lastDigits, left) => {
    const since = new Date();
    const text = to(lastDigits);
    expect(await send(text)).toEqual({ kind: 'unanswered' });
    const found = await find(text, since);
    expect(found).toHaveLength(left);
    const reference = provider === 'telnyx' ? text.reference : null;
    if (left === 1) expect(found[0]).toMatchObject({ reference, failure: null });
    expect(await find({ ...text, text: 'Other words', reference: 'msg-other' }, since)).toEqual([]);
  });

  it('come in with pictures, which are fetched from where they are kept', async () => {
    const before = receiver.received.length;
    await textIn(sandbox, {
      from: '+13129427003',
      to: ours[provider],
      text: 'Voilà 👋',
      media: [{ sample: 'photo' }],
    });
    const text = await eventually(() => {
      const texts = receiver.received.slice(before).map(newsIn);
      const [received] = texts.flatMap((news): InboundText[] =>
        news.kind === 'text_received' ? [news.text] : [],
      );
      expect(received).toBeDefined();
      return received!;
    });
    expect(text).toMatchObject({ from: '+13129427003', to: ours[provider], text: 'Voilà 👋' });
    expect(text.accountSid).toBe(provider === 'twilio' ? sandbox.twilio.accountSid : null);
    const [media] = text.media;
    expect(media).toMatchObject({ contentType: 'image/png' });
    const port = ports[provider];
    const fetched = await port.fetchMedia(media!.url, { bytesMax: 5_000_000 });
    expect(fetched).toMatchObject({ kind: 'fetched', contentType: 'image/png' });
    if (fetched.kind === 'fetched') expect(fetched.bytes.toString('latin1', 1, 4)).toBe('PNG');
    expect(await port.fetchMedia(media!.url, { bytesMax: 100 })).toEqual({ kind: 'too_large' });
    expect(await port.fetchMedia(`${media!.url}x`, { bytesMax: 100 })).toEqual({ kind: 'gone' });
  });

  it('have a price where the provider publishes one', async () => {
    expect(await ports[provider].textPrice('FR')).toEqual(
      provider === 'twilio' ? { amount: expect.stringMatching(/^0\.\d+$/), currency: 'USD' } : null,
    );
  });
});

// In CI the folder is given; elsewhere the published files are not at hand.
it.runIf(process.env.PROVIDER_SPECS)('every request made here fits the published description', async () => {
  const { items } = await sandbox.admin<{ items: RecordedExchange[] }>('GET', 'requests?limit=1000');
  expect(items.length).toBeGreaterThan(50);
  const violations = createConformance(process.env.PROVIDER_SPECS!)
    .checkAll(items)
    .filter(({ where }) => where.startsWith('request'));
  expect([
    ...new Set(violations.map(({ operation, where, message }) => `${operation}: ${where} ${message}`)),
  ]).toEqual([]);
});
