import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import { newSecret } from '../../kernel/ids.ts';
import { createAccount } from './accounts.ts';
import {
  type Bench,
  PUBLIC_URL,
  startBench,
  TELNYX_DOOR,
  TWILIO_DOOR,
  TWIML_DOOR,
  telnyxSigner,
  twilioForm,
} from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.kernel.db.ownerPool.query('truncate provider_events, webhook_refusals');
});

const orderNews = (id: string) =>
  JSON.stringify({
    data: {
      id,
      event_type: 'number_order.complete',
      occurred_at: '2026-03-01T09:59:58.521992Z',
      payload: { id: 'order-1' },
    },
  });

const deliver = (
  body: string,
  headers = bench.telnyx.headers(body, bench.clock.nowMs()),
  door = TELNYX_DOOR,
) => bench.post(door, body, headers);

async function rows(table: string): Promise<Record<string, unknown>[]> {
  return (await bench.kernel.db.ownerPool.query(`select * from ${table} order by id`)).rows;
}

describe('a Telnyx delivery', () => {
  it('is stored as it came, then answered', async () => {
    const body = orderNews('event-1');
    expect(await deliver(body)).toEqual({ status: 200, body: { success: true } });
    const [event] = await rows('provider_events');
    expect(event).toMatchObject({
      event_id: 'event-1',
      type: 'number_order.complete',
      topic: 'telnyx.number_order',
      status: 'received',
      company_id: null,
      payload: body,
    });
  });

  it('that comes again is answered, and stored once', async () => {
    const body = orderNews('event-2');
    const answers = await Promise.all([deliver(body), deliver(body), deliver(body)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(answers.filter((answer) => answer.body.duplicate === true)).toHaveLength(2);
    expect(await rows('provider_events')).toHaveLength(1);
    const refusals = await eventually(async () => {
      const found = await rows('webhook_refusals');
      expect(found).toHaveLength(2);
      return found;
    });
    expect(refusals[0]).toMatchObject({ verdict: 'duplicate', type: 'number_order.complete' });
  });

  it('that is forged, stale, unsigned or signed by another is refused and leaves only a trace', async () => {
    const body = orderNews('event-3');
    const nowMs = bench.clock.nowMs();
    const signed = bench.telnyx.headers(body, nowMs);
    const { 'telnyx-signature-ed25519': _gone, ...unsigned } = signed;
    const attempts = [
      await deliver(body.replace('order-1', 'order-2'), signed),
      await deliver(body, bench.telnyx.headers(body, nowMs - 301_000)),
      await deliver(body, bench.telnyx.headers(body, nowMs + 301_000)),
      await deliver(body, { ...signed, 'telnyx-timestamp': String(Math.floor(nowMs / 1000) + 1) }),
      await deliver(body, unsigned),
      await deliver(body, telnyxSigner().headers(body, nowMs)),
    ];
    expect(attempts.map(({ status, body: { code } }) => [status, code])).toEqual([
      [401, 'signature_invalid'],
      [401, 'signature_stale'],
      [401, 'signature_stale'],
      [401, 'signature_invalid'],
      [401, 'signature_missing'],
      [401, 'signature_invalid'],
    ]);
    expect(await rows('provider_events')).toEqual([]);
    await eventually(async () => expect(await rows('webhook_refusals')).toHaveLength(6));
  });

  it('that is not understood is refused with the reason, though it is signed', async () => {
    const answers = await Promise.all(
      ['{"data":', '[]', '{"data":{}}', '{"data":{"id":"a\\u0000b"}}'].map((body) => deliver(body)),
    );
    expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual([
      [400, 'invalid_json'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
    ]);
    expect(await rows('provider_events')).toEqual([]);
  });

  it('of another content type or too large is refused', async () => {
    const body = orderNews('event-4');
    const headers = bench.telnyx.headers(body, bench.clock.nowMs());
    expect(await deliver(body, { ...headers, 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
    const large = Buffer.alloc(1024 * 1024 + 1, 0x20);
    expect(await bench.post(TELNYX_DOOR, large, headers)).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
  });

  it('keeps bytes that a database may not understand', async () => {
    const body =
      '{"data":{"id":"event-5","event_type":"x","payload":{"text":"\\u0000 \\ud800 \\\\ \\" {a,b}"}}}';
    expect(await deliver(body)).toMatchObject({ status: 200 });
    expect((await rows('provider_events'))[0]).toMatchObject({ payload: body });
  });

  it('shares a transaction with the others that wait, each with its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => deliver(orderNews(`event-${index % 40}`))),
    );
    expect(answers.filter((answer) => answer.body.duplicate)).toHaveLength(20);
    expect(await rows('provider_events')).toHaveLength(40);
    const { rows: commits } = await bench.kernel.db.ownerPool.query(
      'select count(distinct xmin::text)::int as count from provider_events',
    );
    expect(commits[0].count).toBeLessThan(40);
  });
});

describe('a Twilio delivery', () => {
  const params = {
    AccountSid: `AC${'1'.repeat(32)}`,
    BundleSid: `BU${'2'.repeat(32)}`,
    Status: 'twilio-approved',
  };

  it('is checked against the public address, whatever proxies made of the request', async () => {
    const { body, headers } = twilioForm(bench.twilioToken, `${PUBLIC_URL}${TWILIO_DOOR}?a=1`, params);
    const behindProxy = { ...headers, 'x-forwarded-host': 'elsewhere.example', 'x-forwarded-proto': 'http' };
    expect(await bench.post(`${TWILIO_DOOR}?a=1`, body, behindProxy)).toEqual({
      status: 200,
      body: { success: true },
    });
    const [event] = await rows('provider_events');
    expect(event).toMatchObject({
      provider: 'twilio',
      topic: 'twilio.bundle',
      type: 'bundle.twilio-approved',
    });
    expect(JSON.parse(event!.payload as string)).toEqual(params);

    const wrongUrl = twilioForm(bench.twilioToken, `${bench.baseUrl}${TWILIO_DOOR}`, params);
    expect(await bench.post(TWILIO_DOOR, wrongUrl.body, wrongUrl.headers)).toMatchObject({
      status: 401,
      body: { code: 'signature_invalid' },
    });
  });

  it('is known again however its form is written, and whatever unsigned headers say', async () => {
    const { body, headers } = twilioForm(bench.twilioToken, `${PUBLIC_URL}${TWILIO_DOOR}`, params);
    expect(
      (await bench.post(TWILIO_DOOR, body, { ...headers, 'i-twilio-idempotency-token': 'first' })).body,
    ).toEqual({ success: true });
    const rewritten = body.split('&').reverse().join('&').replace('Status=t', 'Status=%74');
    expect(rewritten).not.toBe(body);
    const replay = await bench.post(TWILIO_DOOR, rewritten, {
      ...headers,
      'i-twilio-idempotency-token': 'second',
    });
    expect(replay).toEqual({ status: 200, body: { success: true, duplicate: true } });
    expect(await rows('provider_events')).toHaveLength(1);
  });

  it('with a forged parameter or no signature is refused', async () => {
    const { body, headers } = twilioForm(bench.twilioToken, `${PUBLIC_URL}${TWILIO_DOOR}`, params);
    expect(await bench.post(TWILIO_DOOR, `${body}&Status=draft`, headers)).toMatchObject({
      status: 401,
      body: { code: 'signature_invalid' },
    });
    const { 'x-twilio-signature': _gone, ...unsigned } = headers;
    expect(await bench.post(TWILIO_DOOR, body, unsigned)).toMatchObject({
      status: 401,
      body: { code: 'signature_missing' },
    });
  });
});

describe("a company's own account", () => {
  let company: CompanyCtx;
  beforeAll(async () => {
    company = await bench.addCompany();
  });

  it('is named by the address and checked with its own key', async () => {
    const own = telnyxSigner();
    const account = await createAccount(company, {
      provider: 'telnyx',
      name: 'Ours',
      apiKey: 'KEY-of-the-company',
      publicKey: own.publicKey,
    });
    const door = `${TELNYX_DOOR}?account=${account.id}`;
    const body = orderNews('event-6');
    expect(await deliver(body, own.headers(body, bench.clock.nowMs()), door)).toMatchObject({ status: 200 });
    expect((await rows('provider_events'))[0]).toMatchObject({
      account_id: account.id,
      company_id: company.companyId,
    });
    // The installation's key proves nothing about it, nor the other way round.
    expect(await deliver(body, undefined, door)).toMatchObject({
      status: 401,
      body: { code: 'signature_invalid' },
    });
    expect(await deliver(body, own.headers(body, bench.clock.nowMs()))).toMatchObject({ status: 401 });
    // The same event id from another account is another event.
    expect((await deliver(body)).body).toEqual({ success: true });
    expect(await deliver(body, undefined, `${TELNYX_DOOR}?account=nobody`)).toMatchObject({ status: 404 });
  });

  it('of Twilio is found by its SID, even when two companies have the same one', async () => {
    const other = await bench.addCompany();
    const accountSid = `AC${'7'.repeat(32)}`;
    await createAccount(company, { provider: 'twilio', name: 'One', accountSid, authToken: 'token-of-one' });
    const second = await createAccount(other, {
      provider: 'twilio',
      name: 'Two',
      accountSid,
      authToken: 'token-of-two',
    });
    const { body, headers } = twilioForm('token-of-two', `${PUBLIC_URL}${TWILIO_DOOR}`, {
      AccountSid: accountSid,
      BundleSid: 'BU1',
    });
    expect(await bench.post(TWILIO_DOOR, body, headers)).toMatchObject({ status: 200 });
    expect((await rows('provider_events'))[0]).toMatchObject({
      account_id: second.id,
      company_id: other.companyId,
    });
  });

  it('shows its deliveries and refusals to its company alone', async () => {
    const own = telnyxSigner();
    const stranger = await bench.addCompany();
    const account = await createAccount(stranger, {
      provider: 'telnyx',
      name: 'Theirs',
      apiKey: 'KEY-of-a-stranger',
      publicKey: own.publicKey,
    });
    const door = `${TELNYX_DOOR}?account=${account.id}`;
    const body = orderNews('event-7');
    await deliver(body, own.headers(body, bench.clock.nowMs()), door);
    bench.clock.advance(1);
    await deliver(body, undefined, door);
    bench.actAs(stranger);
    const list = await eventually(async () => {
      const { body: answer } = await bench.call('GET', '/api/provider-events');
      expect(answer.events).toHaveLength(2);
      return answer.events as Record<string, unknown>[];
    });
    expect(list.map((event) => [event.verdict, event.reason])).toEqual([
      ['refused', 'signature_invalid'],
      ['accepted', null],
    ]);
    const refused = await bench.call('GET', '/api/provider-events?verdict=refused&limit=1');
    expect(refused.body).toMatchObject({ events: [{ verdict: 'refused' }], nextCursor: null });
    bench.actAs(company);
    expect((await bench.call('GET', '/api/provider-events')).body.events).toEqual([]);
    bench.actAs(null);
  });
});

it('keeps only a sample of a flood of refusals, and short excerpts', async () => {
  const flood = Array.from({ length: 200 }, () =>
    deliver('x'.repeat(5000), { ...bench.telnyx.headers('y', bench.clock.nowMs()) }),
  );
  await Promise.all(flood);
  await eventually(async () => expect((await rows('webhook_refusals')).length).toBeGreaterThan(50));
  const stored = await rows('webhook_refusals');
  expect(stored.length).toBeLessThanOrEqual(120);
  expect(Math.max(...stored.map((row) => (row.excerpt as string).length))).toBe(2048);
});

describe('the reference that an event carries', () => {
  const stored = async () => (await rows('provider_events')).at(-1)!.reference;

  it('is that of the address Twilio was given, which it signs', async () => {
    const target = `${TWIML_DOOR}?ref=msg-1`;
    const params = { AccountSid: bench.twilioSid, MessageSid: 'SM1', MessageStatus: 'sent' };
    const { body, headers } = twilioForm(bench.twilioToken, `${PUBLIC_URL}${target}`, params);
    await bench.postRaw(target, body, headers);
    expect(await stored()).toBe('msg-1');
    expect((await bench.postRaw(`${TWIML_DOOR}?ref=msg-2`, body, headers)).status).toBe(401);
    expect(await rows('provider_events')).toHaveLength(1);
  });

  it("is that of Telnyx's signed words, whatever address the delivery came to", async () => {
    const payload = {
      id: 'm1',
      webhook_url: `${PUBLIC_URL}/api/telnyx/webhooks/messages?ref=msg-3&account=a`,
    };
    const body = JSON.stringify({ data: { id: 'event-ref', event_type: 'message.sent', payload } });
    await deliver(body, undefined, `${TELNYX_DOOR}?ref=msg-4`);
    expect(await stored()).toBe('msg-3');
  });

  it('is that of the address a call was delivered to, which its body names and its payload does not', async () => {
    const delivered_to = `${PUBLIC_URL}/api/telnyx/webhooks/calls?ref=leg-1&account=a`;
    const data = { id: 'event-leg', event_type: 'call.answered', payload: { call_control_id: 'v3:x' } };
    await deliver(JSON.stringify({ data, meta: { attempt: 1, delivered_to } }));
    expect(await stored()).toBe('leg-1');
    for (const meta of [null, 7, [], {}, { delivered_to: 7 }]) {
      await deliver(JSON.stringify({ data: { ...data, id: `event-${JSON.stringify(meta)}` }, meta }));
      expect(await stored()).toBeNull();
    }
  });

  it('is none when it is too long, not plain or not there', async () => {
    const addresses = [
      `https://x.test/?ref=${'x'.repeat(101)}`,
      'https://x.test/?ref=%00',
      'https://x.test/',
      7,
    ];
    for (const [index, webhook_url] of addresses.entries()) {
      const data = { id: `event-${index}`, event_type: 'message.sent', payload: { webhook_url } };
      expect((await deliver(JSON.stringify({ data }))).status).toBe(200);
      expect(await stored()).toBeNull();
    }
  });
});

describe('a door that answers TwiML', () => {
  const params = {
    MessageSid: 'SM1',
    From: '+33612345678',
    To: '+33123456789',
    Body: 'Bonjour',
    NumMedia: '0',
  };
  const TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

  it('asks Twilio for nothing, the second time as well', async () => {
    const { body, headers } = twilioForm(bench.twilioToken, `${PUBLIC_URL}${TWIML_DOOR}`, {
      ...params,
      AccountSid: bench.twilioSid,
    });
    for (const _time of [1, 2])
      expect(await bench.postRaw(TWIML_DOOR, body, headers)).toEqual({
        status: 200,
        type: 'text/xml',
        text: TWIML,
      });
    expect(await rows('provider_events')).toMatchObject([{ topic: 'twilio.text', type: 'unknown' }]);
  });

  it('refuses in JSON', async () => {
    const { body, headers } = twilioForm(newSecret(), `${PUBLIC_URL}${TWIML_DOOR}`, params);
    expect(await bench.post(TWIML_DOOR, body, headers)).toMatchObject({
      status: 401,
      body: { success: false, code: 'signature_invalid' },
    });
  });

  it('is described as such', async () => {
    const { body } = await bench.call('GET', '/api/docs/json');
    const paths = body.paths as Record<string, { post: { responses: Record<string, { content: object }> } }>;
    expect(Object.keys(paths[TWIML_DOOR]!.post.responses['200']!.content)).toEqual(['text/xml']);
    expect(Object.keys(paths[TWILIO_DOOR]!.post.responses['200']!.content)).toEqual(['application/json']);
  });
});
