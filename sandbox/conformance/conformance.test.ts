import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../tests/harness/eventually.ts';
import type { Route } from '../core/http.ts';
import { TELNYX_ROUTES } from '../telnyx/index.ts';
import {
  openReceiver,
  openSandbox,
  type Receiver,
  type TestSandbox,
  telnyxClient,
  twilioClient,
} from '../testkit.ts';
import { TWILIO_ROUTES } from '../twilio/index.ts';
import { type Conformance, createConformance, type RecordedExchange } from './index.ts';
import { tourCalls } from './telnyxCallTour.ts';
import { tourTelnyx } from './telnyxTour.ts';
import { tourTwilio } from './twilioTour.ts';

const folder = process.env.PROVIDER_SPECS ?? '';

if (folder === '') {
  process.stdout.write(
    'Conformance is not tested: set PROVIDER_SPECS to the folder of the published OpenAPI files.\n',
  );
}

/** What the tours make happen, at the least. */
const EVENTS = [
  ...['call.initiated', 'call.answered', 'call.bridged', 'call.hangup', 'call.cost', 'call.gather.ended'],
  ...['call.speak.started', 'call.speak.ended', 'call.playback.started', 'call.playback.ended'],
  ...['call.recording.saved', 'conference.created', 'conference.participant.joined', 'conference.ended'],
  ...['conference.participant.left', 'conference.recording.saved', 'conference.speak.ended'],
];

describe.runIf(folder !== '')('what the sandbox answers, and what the SDKs send', () => {
  let sandbox: TestSandbox;
  let receiver: Receiver;
  let heard: Receiver;
  let conformance: Conformance;
  let exchanges: RecordedExchange[];

  beforeAll(async () => {
    conformance = createConformance(folder);
    sandbox = await openSandbox();
    receiver = await openReceiver();
    await tourTelnyx(sandbox, telnyxClient(sandbox), receiver.url);
    await tourTwilio(sandbox, twilioClient(sandbox), receiver.url);
    const requests = async (from: TestSandbox) =>
      (await from.admin<{ items: RecordedExchange[] }>('GET', 'requests?limit=1000')).items;
    // Calls take their time: in a sandbox of their own it flies.
    const calls = await openSandbox({ reviewMs: 20 });
    heard = await openReceiver();
    await tourCalls(calls, telnyxClient(calls), heard, eventually);
    exchanges = [...(await requests(sandbox)), ...(await requests(calls))];
    await calls.dispose();
  }, 120_000);

  afterAll(async () => {
    await receiver?.close();
    await heard?.close();
    await sandbox?.dispose();
  });

  test('fits the published files', () => {
    const shown = conformance
      .checkAll(exchanges)
      .map(({ operation, where, message }) => `${operation}: ${where} ${message}`);
    expect([...new Set(shown)]).toEqual([]);
  });

  test('fits the published files in the webhooks of calls as well', () => {
    const bodies = heard.received.map(({ body }) => JSON.parse(body) as { data: { event_type: string } });
    const shown = bodies
      .flatMap((body) => conformance.checkWebhook(body))
      .map(({ operation, message }) => `${operation}: ${message}`);
    expect([...new Set(shown)]).toEqual([]);
    const types = new Set(bodies.map(({ data }) => data.event_type));
    expect([...types]).toEqual(expect.arrayContaining(EVENTS));
  });

  test('covers every route of the sandbox', () => {
    const called = exchanges.map(
      (exchange) => `${exchange.method} ${exchange.url.split('?')[0]?.replace(/\.json$/, '')}`,
    );
    const twilio = Object.values(TWILIO_ROUTES).flat();
    const missing = [
      ...TELNYX_ROUTES.map((route) => pattern(route, '/v2')),
      ...twilio.map((route) => pattern(route, '')),
    ]
      .filter(({ expression }) => !called.some((line) => expression.test(line)))
      .map(({ name }) => name);
    expect(missing).toEqual([]);
  });

  test('notices a field of the wrong type, a missing one, and an unknown one', () => {
    const order = exchanges.find(
      (exchange) => exchange.method === 'POST' && exchange.url === '/v2/number_orders',
    ) as RecordedExchange;
    const withBody = (body: object) => ({
      ...order,
      request: { ...order.request, body: JSON.stringify(body) },
    });
    const messages = (exchange: RecordedExchange) =>
      conformance.check(exchange).map((violation) => violation.message);
    expect(messages(order)).toEqual([]);
    expect(messages(withBody({ phone_numbers: [{}] }))).toEqual([expect.stringContaining("'phone_number'")]);
    expect(messages(withBody({ phone_numbers: '+33612345678' }))).toEqual([
      expect.stringContaining('must be array'),
    ]);
    expect(messages(withBody({ phone_numbers: [], reference: 'x' }))).toEqual([
      expect.stringContaining('/reference is not described'),
    ]);
    expect(
      messages({ ...order, response: { status: 200, body: { data: { status: 'done' } } } }),
    ).toHaveLength(1);
  });

  test('notices the same of forms and their answers', () => {
    const path = '/IncomingPhoneNumbers.json';
    const bought = exchanges.find(
      ({ method, url }) => method === 'POST' && url.endsWith(path),
    ) as RecordedExchange;
    const messages = (exchange: RecordedExchange) =>
      conformance.check(exchange).map((violation) => violation.message);
    expect(messages(bought)).toEqual([]);
    const request = { ...bought.request, body: 'PhoneNumbr=%2B14155550100&VoiceMethod=SEND' };
    const found = messages({ ...bought, request });
    expect(found).toContain('body /PhoneNumbr is not described');
    expect(found).toContainEqual(expect.stringContaining('/VoiceMethod must be equal to one of'));
    const body = { sid: 'PN1', capabilities: { voice: 'yes' } };
    expect(messages({ ...bought, response: { status: 201, body } }).length).toBeGreaterThanOrEqual(2);
    expect(messages({ ...bought, url: '/2010-04-01/Nonsense.json' })).toEqual([
      'no operation of the published files fits',
    ]);
  });
});

function pattern(route: Route, prefix: string): { name: string; expression: RegExp } {
  const path = (prefix + route.path).replace(/:[A-Za-z_]+/g, '[^/]+');
  return {
    name: `${route.method} ${prefix}${route.path}`,
    expression: new RegExp(`^${route.method} ${path}$`),
  };
}
