import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../tests/harness/eventually.ts';
import { startRelais, type TestRelais } from '../../tests/harness/relais.ts';
import { startTraces } from './traces.ts';

// Traces as a real receiver of OTLP over HTTP gets them.

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string | number } }[];
}

const spans: OtlpSpan[] = [];
let service = '';
let receiver: Server;
let relais: TestRelais;
let end: (() => Promise<void>) | null;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    expect(request.url).toBe('/v1/traces');
    const body = (await json(request)) as {
      resourceSpans: {
        resource: { attributes: OtlpSpan['attributes'] };
        scopeSpans: { spans: OtlpSpan[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of body.resourceSpans) {
      service = attributeOf(resource.attributes, 'service.name') as string;
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  end = await startTraces({
    OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_SERVICE_NAME: 'relais-test',
    RELAIS_ROLE: 'all',
  });
  relais = await startRelais({ config: { OTEL_EXPORTER_OTLP_ENDPOINT } });
});
afterAll(async () => {
  await relais?.stop();
  receiver?.close();
});

const attributeOf = (attributes: OtlpSpan['attributes'], key: string) => {
  const value = attributes.find((each) => each.key === key)?.value;
  return value?.stringValue ?? Number(value?.intValue);
};

it('a request is a span in its caller’s trace, with what it did in the database and at the provider inside', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  const found = await relais.api.get('/api/phone-numbers/search?countryCode=US', { traceparent });
  const { phoneNumber } = found.body.numbers[0];
  const bought = await relais.api.post('/api/phone-numbers/purchase', { phoneNumber }, { traceparent });
  expect(bought.status, JSON.stringify(bought.body)).toBe(201);
  // A job configures the number; what it did is told too.
  const { jobSeconds } = relais.kernel.metrics;
  await eventually(async () => expect((await jobSeconds.get()).values.length).toBeGreaterThan(0));
  // The last ones are sent when it ends.
  await end?.();
  await eventually(() => expect(spans.length).toBeGreaterThan(3));
  expect(service).toBe('relais-test');

  const request = spans.find(({ name }) => name === 'POST /api/phone-numbers/purchase')!;
  expect(request).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' });
  expect(attributeOf(request.attributes, 'http.route')).toBe('/api/phone-numbers/purchase');
  expect(attributeOf(request.attributes, 'http.response.status_code')).toBe(201);
  const inside = spans.filter((span) => span.traceId === traceId && span.parentSpanId === request.spanId);
  expect(new Set(inside.map(({ name }) => name))).toContain('database transaction');
  const asked = spans.filter((span) => span.traceId === traceId && span.name === 'request to telnyx');
  expect(asked.length).toBeGreaterThan(0);
  expect(attributeOf(asked[0]!.attributes, 'relais.outcome')).toBe('ok');
  // Work that a job does begins a trace of its own.
  expect(spans.some(({ name }) => name.startsWith('job '))).toBe(true);

  // Nothing of anybody is told: no number, no key, no address with an id.
  const told = JSON.stringify(spans);
  expect(told).not.toContain(phoneNumber.slice(1));
  expect(told).not.toContain(relais.kernel.config.TELNYX_API_KEY);
  expect(told).not.toContain(relais.companyId);
});
