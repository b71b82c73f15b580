import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../harness/client.ts';
import { expectUnharmed } from '../harness/refusal.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

let relais: TestRelais;

beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());
afterEach(() => expectUnharmed(relais));

function expectRefused({ status, body }: Answer, expectedStatus: number, code: string, about = ''): void {
  expect({ about, status, code: body.code }).toEqual({ about, status: expectedStatus, code });
}

describe('a country that does not exist', () => {
  for (const country of ['XX', 'ZZ', 'FRA', 'F', '12', 'france', 'É', 'F R', '__']) {
    it(`is refused at every door: ${country}`, async () => {
      const { api } = relais;
      const inPath = encodeURIComponent(country);
      const answers = [
        api.get(`/api/phone-numbers/search?countryCode=${inPath}`),
        api.get(`/api/phone-numbers/search/twilio?countryCode=${inPath}`),
        api.get(`/api/requirements/countries/${inPath}/requirements`),
        api.get(`/api/requirement-groups/companies/${relais.companyId}/zones/${inPath}`),
        api.post('/api/requirement-groups', { destinationZone: country }),
        api.post('/api/gigs', { name: 'Nowhere', destinationZone: country }),
        api.post('/api/telnyx/phone-numbers/purchase', { country }),
        api.patch('/api/company', { country }),
        api.patch('/inbox/settings', { default_region: country }),
      ];
      for (const answer of await Promise.all(answers)) expectRefused(answer, 400, 'unknown_country');
    });
  }

  it('leaves no gig behind', async () => {
    expect((await relais.api.get('/api/gigs')).body.gigs).toEqual([]);
  });
});

describe('a phone number that is none', () => {
  const numbers = [
    '',
    '+',
    '33123456789',
    '+0033123456789',
    '+33 1 23 45 67 89 00 11',
    '+331234567890123456',
    '+33١٢٣٤٥٦٧٨٩',
    '+1555',
    'tel:+33123456789',
    '+33123456789;ext=1',
    '+33123456789\n+33987654321',
    "+33123456789' or '1'='1",
  ];
  for (const phoneNumber of numbers) {
    it(`is not bought: ${JSON.stringify(phoneNumber)}`, async () => {
      for (const door of ['/api/phone-numbers/purchase', '/api/phone-numbers/purchase/twilio'])
        expectRefused(await relais.api.post(door, { phoneNumber }), 400, 'invalid_phone_number', door);
    });
  }

  it('leaves no order behind', async () => {
    expect((await relais.api.get('/api/phone-numbers')).body.numbers).toEqual([]);
  });
});

describe('an id that is none', () => {
  const ids = [
    '1',
    'undefined',
    'null',
    "' or '1'='1",
    '%27%3B--',
    '00000000-0000-0000-0000-00000000000g',
    '../gigs',
    '{}',
  ];
  for (const id of ids) {
    it(`names nothing: ${id}`, async () => {
      const name = encodeURIComponent(id);
      const paths = [
        '/api/gigs/',
        '/api/phone-numbers/',
        '/api/requirement-groups/',
        '/api/phone-numbers/gig/',
        '/inbox/integrations/',
        '/inbox/conversations/',
      ].map((path) => `${path}${name}${path.endsWith('gig/') ? '/check' : ''}`);
      for (const path of [
        ...paths,
        `/api/documents/${name}/content`,
        `/inbox/conversations/${name}/messages`,
        `/inbox/conversations/${name}/presence`,
        `/api/requirement-groups/company/${name}/status`,
      ])
        expectRefused(await relais.api.get(path), 404, 'not_found', path);
    });
  }

  it('is refused as the company of a request body', async () => {
    const answer = await relais.api.post('/api/requirement-groups', {
      companyId: 'x',
      destinationZone: 'FR',
    });
    expectRefused(answer, 404, 'not_found');
  });
});

describe('a page that cannot be', () => {
  const lists = [
    '/api/gigs',
    '/api/phone-numbers',
    '/api/telnyx/phone-numbers',
    '/api/documents',
    '/api/audit',
    '/api/provider-events',
    '/api/contacts',
    '/api/telnyx/messages',
    '/inbox/conversations',
    '/inbox/messages',
    '/inbox/opt-outs',
    '/inbox/unroutable',
  ];
  const idOf = (text: string) => Buffer.from(text).toString('base64url');
  const queries = [
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=1e9',
    'limit=1.5',
    'limit=abc',
    'limit=1&limit=2',
    'limit[]=1',
    'cursor=x',
    `cursor=${idOf("' or 1=1 --")}`,
    `cursor=${idOf('1')}`,
    'cursor=a&cursor=b',
    `cursor=${'x'.repeat(301)}`,
  ];
  for (const list of lists) {
    it(`is refused: ${list}`, async () => {
      for (const query of queries.filter((each) => each !== 'limit[]=1'))
        expectRefused(await relais.api.get(`${list}?${query}`), 400, 'invalid_request', query);
      // No parameter of ours, so it changes nothing.
      expect((await relais.api.get(`${list}?limit[]=1`)).status).toBe(200);
    });
  }

  it('is empty after the last row', async () => {
    const cursor = idOf('00000000-0000-0000-0000-000000000000');
    const { body } = await relais.api.get(`/api/gigs?cursor=${cursor}`);
    expect(body).toMatchObject({ success: true, gigs: [], nextCursor: null });
  });

  it('is refused by the live stream, and a strange Last-Event-ID starts it anew', async () => {
    for (const cursor of ['x', '1', "1.1'", '-1.1', '99999999999999999999999.1'])
      expectRefused(
        await relais.api.get(`/api/live?cursor=${encodeURIComponent(cursor)}`),
        400,
        'invalid_request',
        cursor,
      );
    const { body } = await relais.api.post('/api/api-keys', { name: 'live', scopes: ['company:read'] });
    const stream = await fetch(`${relais.baseUrl}/api/live`, {
      headers: { 'x-api-key': body.secret, 'last-event-id': "'; drop table live_events; --" },
    });
    expect(stream.status).toBe(200);
    const reader = stream.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: ready');
    await reader.cancel();
  });
});

describe('a search', () => {
  beforeAll(async () => {
    for (const name of ['100% safe', 'a_b', 'back\\slash', "l'été", 'plain'])
      expect((await relais.api.post('/api/gigs', { name, destinationZone: 'FR' })).status).toBe(201);
  });

  const found: [string, string[]][] = [
    ['%', ['100% safe']],
    ['_', ['a_b']],
    ['\\', ['back\\slash']],
    ["'", ["l'été"]],
    ['L’été', []],
    ['ÉTÉ', ["l'été"]],
    ["' or '1'='1", []],
    ["'; drop table gigs; --", []],
    ['$1', []],
  ];
  for (const [text, names] of found) {
    it(`looks for the characters themselves: ${text}`, async () => {
      const { status, body } = await relais.api.get(`/api/gigs?search=${encodeURIComponent(text)}`);
      expect(status).toBe(200);
      expect(body.gigs.map(({ name }: { name: string }) => name)).toEqual(names);
    });
  }

  it('does the same in the other lists', async () => {
    for (const path of [
      '/api/phone-numbers?search=',
      '/api/audit?actor=',
      '/api/audit?action=',
      '/api/audit?entityId=',
    ])
      for (const text of ['%', '_', '\\', "' or '1'='1"]) {
        const { status, body } = await relais.api.get(path + encodeURIComponent(text));
        expect({ path, text, status, rows: (body.numbers ?? body.entries)?.length }).toEqual({
          path,
          text,
          status: 200,
          rows: 0,
        });
      }
  });
});

describe('text in other alphabets', () => {
  it('is kept as it was written', async () => {
    for (const name of ['Ñandú ☎ 😀', 'مرحبا', '日本語', 'e\u0301', '\u202eRTL']) {
      const made = await relais.api.post('/api/gigs', { name, destinationZone: 'CM' });
      expect(made.body.gig.name).toBe(name);
      expect((await relais.api.get(`/api/gigs/${made.body.gig.id}`)).body.gig.name).toBe(name);
    }
  });

  it('is counted in characters and refused when too long', async () => {
    const fits = await relais.api.post('/api/gigs', { name: 'é'.repeat(120), destinationZone: 'CM' });
    expect(fits.status).toBe(201);
    expectRefused(
      await relais.api.post('/api/gigs', { name: 'é'.repeat(121), destinationZone: 'CM' }),
      400,
      'invalid_request',
    );
  });
});

describe('signing in', () => {
  it('refuses hostile addresses and passwords as it refuses wrong ones', async () => {
    const attempts: [unknown, number][] = [
      [{ email: "a@b.co' or '1'='1", password: 'x' }, 400],
      [{ email: 'a@b.co', password: 'x'.repeat(1001) }, 400],
      [{ email: 'a@b.co', password: { $ne: null } }, 400],
      [{ email: ['a@b.co'], password: 'x' }, 400],
      [{ email: 'a@b.co' }, 400],
      [{ email: 'a@b.co', password: "' or '1'='1" }, 401],
      [{ email: relais.owner.email.toUpperCase(), password: 'x' }, 401],
    ];
    for (const [body, status] of attempts) {
      const answer = await relais.api.post('/api/auth/sign-in/email', body, { 'x-api-key': '' });
      expect({ body, status: answer.status }).toEqual({ body, status });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });
});
