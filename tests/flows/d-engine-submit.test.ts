import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { inCompany, sql } from '../../server/kernel/db/index.ts';
import { type SubmitRequest, submit } from '../../server/modules/callbox/submit.ts';
import { createClient } from '../harness/client.ts';
import { RECHARGE, submitted, testBox } from '../harness/engine.ts';
import { enrolledBox, sharedBoxes } from '../harness/fleet.ts';
import { killAt } from '../harness/kill.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Transactions that come in: once under each name, for ever, and only when they make sense.

let relais: TestRelais;

beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());

const count = async (target = relais, companyId = target.companyId) => {
  const { rows } = await inCompany(target.kernel.db, companyId, (tx) =>
    sql<{ count: number }>`select count(*) from transactions`.execute(tx),
  );
  return rows[0]!.count;
};

/** Sends bytes over one connection and reads until so many answers have come. */
function pipelined(baseUrl: string, bytes: string, answers: number): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    let text = '';
    let seen = 0;
    const socket = connect(Number(port), hostname, () => void socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (chunk: string) => {
      text += chunk;
      seen += chunk.split('"transactionId"').length - 1;
      if (seen < answers) return;
      socket.end();
      resolve(text);
    });
  });
}

describe('one name', () => {
  it('is one transaction, however many hand it in at once', { timeout: 300_000 }, async () => {
    const before = await count();
    const key = await relais.api.post('/api/api-keys', { name: 'many', scopes: ['transactions:submit'] });
    const body = JSON.stringify({ ...RECHARGE, id: 'order-4711' });
    const request = [
      ...['POST /api/transaction/to-callbox HTTP/1.1', 'host: relais', `x-api-key: ${key.body.secret}`],
      ...['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, '', body],
    ].join('\r\n');
    // 10,000 requests over 20 connections, each of which sends all of its own before it reads.
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => pipelined(relais.baseUrl, request.repeat(500), 500)),
    );
    const text = answers.join('');
    expect(text.match(/HTTP\/1.1 201/g)?.length).toBe(1);
    expect(text.match(/HTTP\/1.1 200/g)?.length).toBe(9999);
    expect(new Set(text.match(/"transactionId":"tx_[0-9a-f]+"/g)).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  it('stands for one content: another one is refused, and its fields in another order are the same', async () => {
    const id = await submitted(relais.api, { clientId: 'order-1' });
    const { type, ...rest } = RECHARGE;
    const turned = await relais.api.post('/api/transactions', {
      ...{ clientId: 'order-1', priority: 'normal', customerInfo: { operator: 'MTN', name: 'Jean Dupont' } },
      ...{ payItemId: rest.payItemId, amount: 1000, phoneNumber: '677 12 34 56', type },
    });
    expect(turned.status, JSON.stringify(turned.body)).toBe(200);
    expect(turned.body.transactionId).toBe(id);
    for (const more of [
      { amount: 1001 },
      { phoneNumber: '+237677123457' },
      { type: 'deposit' },
      { priority: 'high' },
    ]) {
      const { status, body } = await relais.api.post('/api/transactions', {
        ...RECHARGE,
        clientId: 'order-1',
        ...more,
      });
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'transaction_id_reused' });
    }
  });

  it('may be an Idempotency-Key, and is a company’s own', async () => {
    const key = { 'idempotency-key': 'key-1' };
    const first = await relais.api.post('/api/transactions', RECHARGE, key);
    const again = await relais.api.post('/api/transactions', RECHARGE, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.transactionId).toBe(first.body.transactionId);
    const other = await relais.addCompany('Neighbour SARL');
    const theirs = await other.api.post('/api/transactions', RECHARGE, key);
    expect(theirs.status).toBe(201);
    const stranger = await other.api.get(`/api/transactions/${first.body.transactionId}`);
    expect({ status: stranger.status, code: stranger.body.code }).toEqual({ status: 404, code: 'not_found' });
  });

  it('that was taken long ago is answered, whatever has changed since', async () => {
    const soon = new Date(Date.now() + 1500).toISOString();
    const body = { ...RECHARGE, amount: 900, id: 'short', expiresAt: soon };
    expect((await relais.api.post('/api/transactions', body)).status).toBe(201);
    await relais.api.put('/api/callbox/settings', {
      ...{ version: (await relais.api.get('/api/callbox/settings')).body.version, rules: { maxAmount: 800 } },
    });
    const again = await relais.api.post('/api/transactions', body);
    expect(again.status, JSON.stringify(again.body)).toBe(200);
    const fresh = await relais.api.post('/api/transactions', { ...body, id: 'other' });
    expect({ status: fresh.status, code: fresh.body.code }).toEqual({
      status: 400,
      code: 'transaction_amount_too_large',
    });
    await relais.api.put('/api/callbox/settings', {
      version: (await relais.api.get('/api/callbox/settings')).body.version,
      rules: { maxAmount: 1_000_000 },
    });
  });

  it('is taken once by two processes at once', { timeout: 60_000 }, async () => {
    const second = await startRelais({ config: { DATABASE_URL: relais.kernel.config.DATABASE_URL } });
    try {
      const before = await count();
      const key = {
        'x-api-key': (
          await relais.api.post('/api/api-keys', { name: 'both', scopes: ['transactions:submit'] })
        ).body.secret,
      };
      const doors = [createClient(relais.baseUrl, key), createClient(second.baseUrl, key)];
      const answers = await Promise.all(
        Array.from({ length: 400 }, (_, index) =>
          doors[index % 2]!.post('/api/transactions', { ...RECHARGE, id: `both-${index >> 3}` }),
        ),
      );
      expect(answers.filter(({ status }) => status === 201).length).toBe(50);
      expect(new Set(answers.map(({ body }) => body.transactionId)).size).toBe(50);
      expect(await count()).toBe(before + 50);
    } finally {
      await second.stop();
    }
  });
});

describe('what makes no sense', () => {
  const refusals: [string, object, string?][] = [
    ...([0, -1, 1.5, '1000', true, [], {}, 2 ** 53].map((amount) => [
      `the amount ${JSON.stringify(amount)}`,
      { amount },
    ]) as [string, object][]),
    ['an amount above the limit', { amount: 1_000_001 }, 'transaction_amount_too_large'],
    ['no amount', { amount: undefined }, 'transaction_amount_missing'],
    ['a voucher of nothing', { type: 'voucher', amount: null, payItemId: null }, 'transaction_item_missing'],
    ['another type', { type: 'refund' }],
    ['no number', { phoneNumber: 'none' }, 'invalid_phone_number'],
    ['a number of three digits', { phoneNumber: '+237' }, 'invalid_phone_number'],
    ['two names', { id: 'a', clientId: 'b' }],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'transaction_expires_too_soon'],
    ['a beginning in ten years', { notBefore: '2099-01-01T00:00:00Z' }, 'transaction_too_far'],
    ['a customer of a megabyte', { customerInfo: { name: 'x'.repeat(5000) } }],
    ['a priority of its own', { priority: 'now' }],
  ];
  for (const [name, more, code] of refusals) {
    it(`is refused: ${name}`, async () => {
      const { status, body } = await relais.api.post('/api/transactions', { ...RECHARGE, ...more });
      expect({ status, code: body.code }, JSON.stringify(body)).toEqual({
        status: 400,
        code: code ?? 'invalid_request',
      });
    });
  }

  it('is refused: a number that no computer holds', async () => {
    const text = JSON.stringify(RECHARGE).replace('1000,', '1e400,');
    const { status } = await relais.api.post('/api/transactions', text, {
      'content-type': 'application/json',
    });
    expect(status).toBe(400);
  });

  it('says why to a box, in the interface’s shape', async () => {
    const { status, body } = await sharedBoxes(relais).post('/api/call-box/transactions/submit', {
      ...RECHARGE,
      amount: 0,
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, error: expect.any(String), details: expect.anything() });
  });

  it('is refused from a box with a token of its own', async () => {
    const { box } = await enrolledBox(relais, relais.api, 'no_submit');
    const { status, body } = await box.post('/api/call-box/transactions/submit', RECHARGE);
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'box_token_limited' });
  });
});

describe('whose network it is', () => {
  it('is what was named, else what the item begins with, never what the number looks like', async () => {
    const operator = async (more: object) =>
      (await relais.api.post('/api/transactions', { ...RECHARGE, ...more })).body.transaction.operator;
    expect(await operator({ customerInfo: { operator: ' Orange Money ' } })).toBe('orangemoney');
    expect(await operator({ customerInfo: { operator: 'MOOV' } })).toBe('moov');
    expect(await operator({ customerInfo: {}, payItemId: 'CAMTEL_DATA_1GB' })).toBe('camtel');
    expect(await operator({ customerInfo: {}, payItemId: 'DATA_MTN' })).toBeNull();
    expect(await operator({ customerInfo: null, payItemId: null })).toBeNull();
  });
});

describe('killed', () => {
  it('between the commit and the answer: the repeat is answered with the first', async () => {
    const request = {
      ...{ type: 'recharge', phoneNumber: '+237677123456', amount: 700, payItemId: null, customerInfo: {} },
      ...{ priority: 'normal', notBefore: null, expiresAt: null, clientId: 'killed-1' },
    } satisfies SubmitRequest;
    const before = await count();
    const { kernel } = killAt(relais.kernel, 1, 'after');
    await expect(submit(systemCtx(kernel, relais.companyId, 'test'), request)).rejects.toThrow('killed');
    expect(await count()).toBe(before + 1);
    const again = await relais.api.post('/api/transactions', {
      ...{ type: 'recharge', phoneNumber: '+237677123456', amount: 700, id: 'killed-1' },
    });
    expect({ status: again.status, duplicate: again.body.duplicate }).toEqual({
      status: 200,
      duplicate: true,
    });
    expect(await count()).toBe(before + 1);
  });
});

describe('what looks like another one', () => {
  it('waits for another person, unless it is late enough', async () => {
    const clock = manualClock(Date.now());
    const api = await startRelais({ clock });
    try {
      const { version } = (await api.api.get('/api/callbox/settings')).body;
      const set = await api.api.put('/api/callbox/settings', { version, rules: { lookAlikeMinutes: 10 } });
      expect(set.status, JSON.stringify(set.body)).toBe(200);
      const box = testBox(api, 'alike');
      await box.register();
      const first = await submitted(api.api);
      const twins = await Promise.all([1, 2, 3].map(() => api.api.post('/api/transactions', RECHARGE)));
      for (const { body } of twins)
        expect(body.transaction).toMatchObject({ status: 'held', looksLike: expect.stringMatching(/^tx_/) });
      expect((await box.pull()).map(({ id }) => id)).toEqual([first]);
      expect(
        (await api.api.post('/api/transactions', { ...RECHARGE, amount: 1001 })).body.transaction.status,
      ).toBe('pending');
      clock.advance(11 * 60_000);
      expect((await api.api.post('/api/transactions', RECHARGE)).body.transaction.status).toBe('pending');
      const refused = await api.api.post(`/api/transactions/${twins[0]!.body.transactionId}/confirm`);
      expect({ status: refused.status, code: refused.body.code }).toEqual({
        status: 403,
        code: 'transaction_needs_person',
      });
    } finally {
      await api.stop();
    }
  });
});
