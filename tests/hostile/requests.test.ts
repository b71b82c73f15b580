import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../server/modules/identity/index.ts';
import { expectRefusal, expectUnharmed, fetchReply, type Reply } from '../harness/refusal.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { sendBytes } from '../harness/wire.ts';

const MEGABYTE = 1024 * 1024;

let relais: TestRelais;
let apiKey: string;

beforeAll(async () => {
  relais = await startRelais();
  const made = await relais.api.post('/api/api-keys', { name: 'hostile', scopes: PERMISSIONS });
  apiKey = made.body.secret;
});
afterAll(() => relais?.stop());
afterEach(() => expectUnharmed(relais));

function send(
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return fetchReply(`${relais.baseUrl}${path}`, {
    method,
    headers: { 'x-api-key': apiKey, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const sendJson = (method: string, path: string, text: string) =>
  send(method, path, text, { 'content-type': 'application/json' });

/** A request by hand. @param lines after those that every request needs. */
const raw = (start: string, lines: string[] = [], body = '') =>
  sendBytes(
    relais.baseUrl,
    [`${start} HTTP/1.1`, 'host: relais.test', `x-api-key: ${apiKey}`, ...lines, '', body].join('\r\n'),
  );

describe('a body that is no JSON', () => {
  const broken = ['{"name":', '', '{name: 1}', '{"a":1}}', '\u0000', 'NaN', '[1,]', '\ufeff\ufeff{}'];
  for (const text of broken) {
    it(`is refused: ${JSON.stringify(text)}`, async () => {
      expectRefusal(await sendJson('POST', '/api/gigs', text), 400, 'invalid_json');
    });
  }

  it('is refused when it would change the prototype of objects', async () => {
    for (const text of [
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '{"name":{"__proto__":[]}}',
    ])
      expectRefusal(await sendJson('POST', '/api/gigs', text), 400, 'invalid_json');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('is refused when it is compressed', async () => {
    const bytes = gzipSync(JSON.stringify({ name: 'Support', destinationZone: 'FR' }));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expectRefusal(await send('POST', '/api/gigs', new Uint8Array(bytes), headers), 400, 'invalid_json');
  });
});

describe('a body of another type', () => {
  const types = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'nonsense',
    'application/json-seq',
  ];
  for (const type of types) {
    it(`is refused: ${type}`, async () => {
      const reply = await send('POST', '/api/gigs', '{"name":"Support","destinationZone":"FR"}', {
        'content-type': type,
      });
      expectRefusal(reply, 415, 'unsupported_media_type');
    });
  }

  it('is refused without any type', async () => {
    const reply = await raw('POST /api/gigs', ['content-length: 2'], '{}');
    expectRefusal(reply, 415, 'unsupported_media_type');
  });
});

describe('a body that is too large', () => {
  it('is refused before it is sent', async () => {
    const lines = ['content-type: application/json', `content-length: ${10 * MEGABYTE}`];
    // Not one byte of the body leaves: the length alone is enough for the answer.
    expectRefusal(await raw('POST /api/gigs', lines), 413, 'body_too_large');
  });

  it('is refused when it does not say its length', async () => {
    const piece = 'x'.repeat(MEGABYTE + 1);
    const lines = ['content-type: application/json', 'transfer-encoding: chunked'];
    const reply = await raw('POST /api/gigs', lines, `${piece.length.toString(16)}\r\n${piece}\r\n`);
    expectRefusal(reply, 413, 'body_too_large');
  });

  it('is refused by the doors of webhooks too', async () => {
    const doors = ['/api/phone-numbers/webhooks/telnyx/number-order', '/api/webhooks/twilio/bundles'];
    for (const door of doors) {
      const lines = ['content-type: application/json', `content-length: ${10 * MEGABYTE}`];
      expectRefusal(await raw(`POST ${door}`, lines), 413, 'body_too_large');
    }
  });

  it('is refused when it is deep instead of long', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const depth = 100_000;
      const value = `${open.repeat(depth)}1${close.repeat(depth)}`;
      const reply = await sendJson('POST', '/api/gigs', `{"name":${value},"destinationZone":"FR"}`);
      expectRefusal(reply, 400, 'invalid_request');
    }
  });

  it('is taken as far as it is needed when it is full of unknown fields', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`field${index}`, index]));
    const gig = { ...many, name: 'Full', destinationZone: 'FR' };
    const { status, text } = await sendJson('POST', '/api/gigs', JSON.stringify(gig));
    expect(status).toBe(201);
    expect(Object.keys(JSON.parse(text).gig)).not.toContain('field1');
  });
});

describe('an address', () => {
  it('that does not exist is answered in JSON, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const path of [
        '/api/nothing',
        '/api',
        '/api/gigs/x/y/z',
        '/.env',
        '/.git/config',
        '/wp-login.php',
        '/api/auth/sign-up/email',
      ])
        expectRefusal(await send(method, path), 404, 'route_not_found');
    }
    expectRefusal(await raw('TRACE /api/gigs'), 404, 'route_not_found');
    expectRefusal(await send('PUT', '/api/gigs'), 404, 'route_not_found');
  });

  it('does not lead out of the house', async () => {
    const paths = [
      '/../package.json',
      '/..%2fpackage.json',
      '/assets/..%2f..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/api/docs/static/..%2f..%2fpackage.json',
      '//etc/passwd',
      '/assets/..\\..\\package.json',
    ];
    for (const path of paths) {
      const reply = await raw(`GET ${path}`);
      expect(reply.text, path).not.toMatch(/devDependencies|root:x/);
      expect(reply.status, path).toBeGreaterThanOrEqual(400);
      expect(reply.status, path).toBeLessThan(500);
    }
  });

  it('that is badly encoded or endless is refused', async () => {
    for (const path of ['/api/gigs/%ff', '/api/gigs/%', '/api/gigs/%c0%af'])
      expectRefusal(await raw(`GET ${path}`), 400, 'invalid_request');
    const endless = await raw(`PATCH /api/gigs/${'x'.repeat(4000)}`);
    expectRefusal(endless, 400, 'invalid_request');
  });

  it('answers HEAD with headers alone, and gives other sites no leave', async () => {
    const reply = await send('HEAD', '/api/gigs', undefined, { origin: 'https://evil.test' });
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    const asked = await send('OPTIONS', '/api/gigs', undefined, {
      origin: 'https://evil.test',
      'access-control-request-method': 'POST',
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is what it says: a header does not change the method', async () => {
    const { body } = await relais.api.post('/api/gigs', { name: 'Stays', destinationZone: 'FR' });
    const path = `/api/gigs/${body.gig.id}`;
    for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method'])
      expect((await send('GET', `${path}?_method=DELETE`, undefined, { [name]: 'DELETE' })).status).toBe(200);
    expect((await relais.api.get(path)).status).toBe(200);
  });
});

describe('headers', () => {
  it('that are no HTTP are refused, and the connection is closed', async () => {
    expectRefusal(
      await sendBytes(relais.baseUrl, 'hello, is anybody there?\r\n\r\n'),
      400,
      'invalid_request',
    );
    expectRefusal(await raw('GET /api/gigs', ['bad header']), 400, 'invalid_request');
    expectRefusal(await raw('GET /api/gigs', ['x: a\u0000b']), 400, 'invalid_request');
  });

  it('that describe two bodies are refused', async () => {
    const both = ['content-type: application/json', 'content-length: 2', 'transfer-encoding: chunked'];
    expectRefusal(await raw('POST /api/gigs', both, '0\r\n\r\n'), 400, 'invalid_request');
    const twice = ['content-type: application/json', 'content-length: 2', 'content-length: 3'];
    expectRefusal(await raw('POST /api/gigs', twice, '{}'), 400, 'invalid_request');
  });

  it('that are too long are refused', async () => {
    expectRefusal(await raw('GET /api/gigs', [`x-long: ${'x'.repeat(20_000)}`]), 431, 'invalid_request');
  });

  it('do not choose the request id, the company or the language of the server', async () => {
    const { headers, text } = await send('GET', '/api/gigs', undefined, {
      'x-request-id': 'chosen',
      'accept-language': `${'fr;q=x,'.repeat(500)}*;q=0.1.2,;;;,q=`,
    });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(text).success).toBe(true);
    for (const companyId of ["' or 1=1", '%00', 'x'.repeat(5000), '00000000-0000-0000-0000-000000000000'])
      expectRefusal(
        await send('GET', '/api/gigs', undefined, { 'x-company-id': companyId }),
        404,
        'not_found',
      );
  });

  it('with credentials that are none are refused', async () => {
    const wrong: [Record<string, string>, string][] = [
      [{ 'x-api-key': 'x'.repeat(8000) }, 'invalid_api_key'],
      [{ 'x-api-key': "rl_' or '1'='1" }, 'invalid_api_key'],
      [{ 'x-api-key': '' }, 'invalid_api_key'],
      [{ authorization: `Bearer ${'a.'.repeat(4000)}` }, 'invalid_token'],
      [{ authorization: 'Bearer' }, 'unauthenticated'],
      [{ authorization: 'Basic YTpi' }, 'unauthenticated'],
      [{ cookie: 'relais.session_token=%E0%A4%A' }, 'unauthenticated'],
      [{ cookie: `relais.session_token=${"'".repeat(3000)}; =;;; __proto__=x` }, 'unauthenticated'],
    ];
    for (const [headers, code] of wrong)
      expectRefusal(await fetchReply(`${relais.baseUrl}/api/gigs`, { headers }), 401, code);
  });

  it('with an endless Idempotency-Key are refused before anything is bought', async () => {
    const body = JSON.stringify({ phoneNumber: '+33123456789' });
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k'.repeat(256) };
    expectRefusal(await send('POST', '/api/phone-numbers/purchase', body, headers), 400, 'invalid_request');
  });
});
