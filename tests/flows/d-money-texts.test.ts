import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judgeOpenTexts } from '../../server/modules/callbox/operator-messages.ts';
import { type HandedOver, submitted, type TestBox, testBox } from '../harness/engine.ts';
import { enrolledBox } from '../harness/fleet.ts';
import { findLedgerFaults } from '../harness/float-rows.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What operators write to SIMs: forwarded by boxes over HTTP, read by wordings, and believed only as far as it can be.

let relais: TestRelais;
let box: TestBox;
let simId: string;
let phone: string;
let count = 0;

beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());
beforeEach(async () => {
  count += 1;
  // A SIM of an operator of its own, so that no test is handed what another one left.
  const type = 'deposit';
  box = testBox(relais, `texts-${count}`, {
    ...{ fencing: true, supportedTypes: [type], maxConcurrentTransactions: 10 },
    sims: [{ slot: '1', operator: `op${count}` }],
  });
  await box.register();
  phone = `+2376${String(77_000_000 + count)}`;
  const { body } = await relais.api.get(`/api/float?operator=op${count}`);
  simId = body.sims[0].id;
  await relais.api.post(`/api/float/${simId}/entries`, { kind: 'opening', amount: 50_000, reason: 'Start' });
  for (const [name, outcome, wording] of [
    ['Done', 'completed', 'Depot de {amount} vers {number} reussi. ID: {reference}. Solde: {balance}{any}'],
    ['Not done', 'failed', 'Depot de {amount} vers {number} echoue{any}'],
  ] as const)
    await relais.api.post('/api/operator-templates', {
      ...{ operator: `op${count}`, name, senders: ['OpMoney'], type, outcome, wording },
    });
});

const submit = (more: object = {}) =>
  submitted(relais.api, {
    ...{ type: 'deposit', phoneNumber: phone, amount: 1000, payItemId: 'X' },
    ...{ customerInfo: { name: 'Jean', operator: `op${count}` }, ...more },
  });

const one = async (id: string) => (await relais.api.get(`/api/transactions/${id}`)).body.transaction;
const sim = async () => (await relais.api.get(`/api/float/${simId}`)).body.sim;

let texts = 0;
async function forward(body: string, more: object = {}) {
  texts += 1;
  const text = { id: `sms-${texts}`, simSlot: '1', sender: 'OpMoney', body, receivedAt: Date.now(), ...more };
  const answer = await box.client.post('/api/call-box/messages', { callboxId: box.code, messages: [text] });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.messages[0].verdict;
}

const done = (reference: string, amount = '1 000 FCFA') =>
  `Dépôt de ${amount} vers ${phone.slice(4)} réussi. ID: ${reference}. Solde: 49 000 FCFA. Merci`;
const failed = () => `Depot de 1000F vers ${phone} echoue: service indisponible`;

/** Transactions that the box has begun. */
async function begun(howMany = 1): Promise<HandedOver[]> {
  for (let index = 0; index < howMany; index += 1) await submit();
  await relais.app.dispatched();
  const handed = await box.pull('limit=10');
  expect(handed).toHaveLength(howMany);
  for (const { id, attempt, leaseId } of handed) {
    const { status, body } = await box.report(id, 'processing', { attempt, leaseId });
    expect(status, JSON.stringify(body)).toBe(200);
  }
  return handed;
}

async function unknown(howMany = 1): Promise<HandedOver[]> {
  const handed = await begun(howMany);
  for (const { id, attempt, leaseId } of handed) {
    const { status, body } = await box.report(id, 'unknown', { attempt, leaseId });
    expect(status, JSON.stringify(body)).toBe(200);
  }
  return handed;
}

const listed = async (query = '') =>
  (await relais.api.get(`/api/operator-messages?limit=100${query}`)).body.messages;

describe('a confirmation', () => {
  it('settles what nobody knew, and its money', async () => {
    const [{ id }] = (await unknown()) as [HandedOver];
    expect(await sim()).toMatchObject({ available: 49_000, held: 1000 });
    expect(await forward(done('CI01.A1'))).toBe('settled');
    expect(await one(id)).toMatchObject({ status: 'completed', transactionRef: 'CI01.A1', disputed: false });
    expect(await sim()).toMatchObject({ available: 49_000, held: 0, reportedBalance: 49_000, difference: 0 });
    const [text] = await listed(`&transactionId=${id}`);
    expect(text).toMatchObject({
      ...{ verdict: 'settled', transactionId: id, attempt: 1, sim: { id: simId } },
      meaning: { amount: 1000, phoneNumber: phone, reference: 'CI01.A1', balance: 49_000 },
    });
  });

  it('may come before the word of the box, and the box may repeat it', async () => {
    const [{ id, attempt, leaseId }] = (await begun()) as [HandedOver];
    expect(await forward(done('CI02'))).toBe('settled');
    const result = { success: true, transactionRef: 'CI02', balance: 49_000 };
    const late = await box.report(id, 'completed', { attempt, leaseId, result });
    expect(late.status, JSON.stringify(late.body)).toBe(200);
    expect(await one(id)).toMatchObject({ status: 'completed', disputed: false });
    expect(await sim()).toMatchObject({ available: 49_000, held: 0 });
  });

  it('told again, under any name, settles nothing else', async () => {
    const [first, second] = (await unknown(2)) as [HandedOver, HandedOver];
    expect(await forward(done('CI03'), { id: 'once' })).toBe('ambiguous');
    const attached = await relais.api.post(`/api/operator-messages/${(await listed())[0].id}/attach`, {
      transactionId: first.id,
    });
    expect(attached.body.message, JSON.stringify(attached.body)).toMatchObject({
      ...{ verdict: 'settled', why: 'by_hand', transactionId: first.id },
    });
    expect(await forward(done('CI03'), { id: 'once' })).toBe('settled');
    expect(await forward(done('CI03'), { id: 'twice' })).toBe('confirmed');
    // The same name with other words around it.
    expect(await forward(done('ci03', '1000F'))).toBe('confirmed');
    await judgeOpenTexts(relais.kernel);
    expect(await one(first.id)).toMatchObject({ status: 'completed' });
    expect(await one(second.id)).toMatchObject({ status: 'unknown' });
    expect(await forward(done('CI04'))).toBe('settled');
    expect(await one(second.id)).toMatchObject({ status: 'completed', transactionRef: 'CI04' });
    expect(await findLedgerFaults(relais)).toEqual([]);
  });

  it('told a hundred times at once settles once', async () => {
    const [{ id }] = (await unknown()) as [HandedOver];
    const verdicts = await Promise.all([...Array(12)].map(() => forward(done('CI05'))));
    expect(verdicts.filter((verdict) => verdict === 'settled')).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict === 'confirmed')).toHaveLength(11);
    expect(await one(id)).toMatchObject({ status: 'completed', disputed: false });
    expect(await sim()).toMatchObject({ available: 49_000, held: 0 });
  });

  it('stops a machine from doing again what a box called failed', async () => {
    const [{ id, attempt, leaseId }] = (await begun()) as [HandedOver];
    await box.report(id, 'failed', { attempt, leaseId, result: { success: false, retryable: true } });
    expect(await one(id)).toMatchObject({ status: 'retry' });
    expect(await sim()).toMatchObject({ available: 50_000, held: 0 });
    expect(await forward(done('CI06'))).toBe('settled');
    // The box was wrong: somebody looks at it, and nobody does it again.
    expect(await one(id)).toMatchObject({ status: 'completed', disputed: true });
    expect(await sim()).toMatchObject({ available: 49_000, held: 0 });
    await relais.app.dispatched();
    expect(await box.pull()).toEqual([]);
  });

  it('that names another reference than the box makes people look', async () => {
    const [{ id, attempt, leaseId }] = (await begun()) as [HandedOver];
    const result = { success: true, transactionRef: 'BOX-1' };
    await box.report(id, 'completed', { attempt, leaseId, result });
    expect(await forward(done('CI07'))).toBe('conflicting');
    expect(await one(id)).toMatchObject({ status: 'completed', transactionRef: 'BOX-1', disputed: true });
  });

  it('that agrees with the box confirms it', async () => {
    const [{ id, attempt, leaseId }] = (await begun()) as [HandedOver];
    const result = { success: true, transactionRef: 'CI08' };
    await box.report(id, 'completed', { attempt, leaseId, result });
    expect(await forward(done('ci08'))).toBe('confirmed');
    expect(await one(id)).toMatchObject({ status: 'completed', disputed: false });
  });

  it('of something else settles nothing', async () => {
    const [{ id }] = (await unknown()) as [HandedOver];
    expect(await forward(done('CI09', '1 001 FCFA'))).toBe('unmatched');
    expect(await forward(done('CI10').replace(phone.slice(4), '699000000'))).toBe('unmatched');
    expect(await forward(done('CI11'), { receivedAt: Date.now() - 25 * 3_600_000 })).toBe('unmatched');
    // Older than the hand-over by more than clocks differ.
    expect(await forward(done('CI12'), { receivedAt: Date.now() - 3_600_000 })).toBe('unmatched');
    expect(await forward(done('CI13'), { simSlot: '7' })).toBe('unmatched');
    await judgeOpenTexts(relais.kernel);
    expect(await one(id)).toMatchObject({ status: 'unknown' });
  });

  it('from anybody but the operator is shown and settles nothing', async () => {
    const [{ id }] = (await unknown()) as [HandedOver];
    for (const sender of ['+237677000000', '677000000', 'OpMoneyy', 'Op Money', ''])
      expect(await forward(done('CI14'), { sender })).toBe('untrusted');
    expect(await forward('Bonjour, avez-vous du credit?')).toBe('unread');
    await judgeOpenTexts(relais.kernel);
    expect(await one(id)).toMatchObject({ status: 'unknown' });
    expect(await sim()).toMatchObject({ reportedBalance: null });
    expect(await listed('&verdict=untrusted')).not.toEqual([]);
  });
});

describe('a refusal', () => {
  it('waits until nobody knows, and settles then', async () => {
    const [{ id, attempt, leaseId }] = (await begun()) as [HandedOver];
    expect(await forward(failed())).toBe('unmatched');
    expect(await one(id)).toMatchObject({ status: 'processing' });
    await box.report(id, 'unknown', { attempt, leaseId });
    await judgeOpenTexts(relais.kernel);
    expect(await one(id)).toMatchObject({ status: 'failed' });
    expect(await sim()).toMatchObject({ available: 50_000, held: 0 });
  });

  it('is believed of nothing when two could be meant', async () => {
    const [first, second] = (await unknown(2)) as [HandedOver, HandedOver];
    expect(await forward(failed())).toBe('ambiguous');
    for (const { id } of [first, second]) expect(await one(id)).toMatchObject({ status: 'unknown' });
  });

  it('of what the box says is done makes people look', async () => {
    const [{ id, attempt, leaseId }] = (await begun()) as [HandedOver];
    await box.report(id, 'completed', { attempt, leaseId, result: { success: true } });
    expect(await forward(failed())).toBe('conflicting');
    expect(await one(id)).toMatchObject({ status: 'completed', disputed: true });
  });
});

describe('people', () => {
  it('attach what fits, and nothing else', async () => {
    const [{ id }] = (await unknown()) as [HandedOver];
    const attach = async (transactionId: string) =>
      relais.api.post(`/api/operator-messages/${(await listed())[0].id}/attach`, { transactionId });
    await forward(done('CI20', '2 000 FCFA'));
    expect((await attach(id)).body.code).toBe('operator_message_mismatch');
    expect((await attach('tx_00000000000000000000000000000000')).status).toBe(404);
    // What proves nothing is kept beside it.
    await forward('Solde: voir agence', { sender: '+237677000000' });
    const kept = await attach(id);
    expect(kept.body.message).toMatchObject({ verdict: 'unread', transactionId: id, why: 'by_hand' });
    expect(await one(id)).toMatchObject({ status: 'unknown' });
    const csv = await relais.api.get(`/api/operator-messages?transactionId=${id}&format=csv`);
    expect(csv.body).toContain('voir agence');
  });

  it('add wordings, switch the built-in ones off and have them back', async () => {
    const list = async () => (await relais.api.get('/api/operator-templates')).body.templates;
    const key = 'mtn.balance.fr';
    const builtIn = (await list()).find(({ id }: { id: string }) => id === key);
    expect(builtIn).toMatchObject({ builtIn: true, changed: false, enabled: true });
    const asked = {
      operator: 'MTN',
      sender: 'MTN',
      body: "Y'ello, le solde de votre compte est de 5 000 FCFA",
    };
    const read = async () => (await relais.api.post('/api/operator-templates/try', asked)).body;
    expect(await read()).toMatchObject({ kind: 'trusted', outcome: 'balance', parsed: { balance: 5000 } });
    await relais.api.put(`/api/operator-templates/${key}`, { ...builtIn, enabled: false });
    expect(await read()).toMatchObject({ kind: 'unread' });
    await relais.api.delete(`/api/operator-templates/${key}`);
    expect(await read()).toMatchObject({ kind: 'trusted' });
    const own = { ...builtIn, name: 'Mine', outcome: 'completed', type: 'recharge' };
    for (const [change, reason] of [
      [{ wording: 'Vous avez {solde} sur le compte' }, 'hole'],
      [{ wording: 'Vous avez paye {amount} sur le compte' }, 'number'],
      [{ wording: 'Vous avez paye au {number} sur le compte' }, 'amount'],
      [{ senders: ['+237677123456'], wording: 'Paye {amount} au {number} ok' }, 'telephone'],
      [{ type: null, wording: 'Vous avez paye {amount} au {number}' }, 'type'],
    ] as const) {
      const { status, body } = await relais.api.post('/api/operator-templates', { ...own, ...change });
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'template_unreadable' });
      expect(body.error).toContain(reason);
    }
  });
});

describe('a box', () => {
  it('hands in many texts at once, in any order, each once', async () => {
    const [{ id }] = (await unknown()) as [HandedOver];
    const at = Date.now();
    const message = (name: string, body: string, receivedAt = at) => ({
      ...{ id: name, simSlot: '1', sender: 'OpMoney', body, receivedAt },
    });
    const batch = {
      callboxId: box.code,
      messages: [
        message('b', 'x'.repeat(5000)),
        message('a', done('CI30')),
        message('a', done('CI30')),
        message('c', '{'.repeat(500), at + 86_400_000),
      ],
    };
    const send = () => box.client.post('/api/call-box/messages', batch);
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.stored, 0)).toBe(3);
    expect(await one(id)).toMatchObject({ status: 'completed' });
  });

  it('speaks for itself alone', async () => {
    const own = await enrolledBox(relais, relais.api, `own-${count}`);
    const body = { callboxId: box.code, messages: [] };
    expect((await own.box.post('/api/call-box/messages', body)).status).toBe(403);
    expect((await relais.api.post('/api/call-box/messages', body)).status).toBe(401);
    const nobody = { callboxId: 'nobody', messages: [] };
    expect((await box.client.post('/api/call-box/messages', nobody)).status).toBe(404);
  });
});
