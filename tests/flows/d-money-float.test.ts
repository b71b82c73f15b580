import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { compareFloats } from '../../server/modules/callbox/float-alerts.ts';
import { keepReadings } from '../../server/modules/callbox/float-store.ts';
import { bookMoves, type FloatMove } from '../../server/modules/callbox/ledger.ts';
import { eventually } from '../harness/eventually.ts';
import { ctxOf, findLedgerFaults, makeBox, makeTransaction } from '../harness/float-rows.ts';
import { type Receiver, startReceiver } from '../harness/receiver.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// The money on SIMs, over the doors that people use.

const clock = manualClock(Date.parse('2026-03-10T10:00:00Z'));
const DAY_MS = 86_400_000;
let relais: TestRelais;
let receiver: Receiver;
let simId: string;
let boxId: string;

beforeAll(async () => {
  relais = await startRelais({ clock, config: { OUTGOING_ALLOW_PRIVATE: true } });
  receiver = await startReceiver();
  await relais.api.patch('/api/company', { timeZone: 'Africa/Douala' });
});
afterAll(async () => {
  await relais?.stop();
  await receiver?.close();
});
beforeEach(async () => {
  const box = await makeBox(relais, [{ slot: '1', operator: 'mtn' }]);
  boxId = box.boxId;
  simId = box.simIds[0]!;
});

const enter = (kind: string, amount: number, more: Record<string, unknown> = {}, key?: string) =>
  relais.api.post(
    `/api/float/${simId}/entries`,
    { kind, amount, reason: 'counted', ...more },
    key ? { 'idempotency-key': key } : {},
  );

const sim = async () => (await relais.api.get(`/api/float/${simId}`)).body.sim;

async function book(kind: FloatMove['kind'], transactionId: string, amount = 1000): Promise<void> {
  const ctx = ctxOf(relais);
  await transact(ctx, (tx) =>
    bookMoves(ctx, tx, [{ kind, transactionId, attempt: 1, simId, type: 'recharge', amount }]),
  );
}

async function pay(amount = 1000): Promise<string> {
  const id = await makeTransaction(relais, { amount });
  await book('hold', id, amount);
  await book('post', id, amount);
  return id;
}

const news = (): { type: string; data: object }[] =>
  receiver.received.map(({ body }) => JSON.parse(body.toString()));

const read = (balance: number) =>
  transact(ctxOf(relais), (tx) => keepReadings(tx, [{ simId, balance, at: clock.now() }]));

describe('people', () => {
  it('say what is there, put something in, and correct', async () => {
    expect(await sim()).toMatchObject({ floatKnownSince: null, available: 0, difference: null });
    expect((await enter('supply', 100)).body.code).toBe('float_not_open');
    const opened = await enter('opening', 50_000);
    expect(opened.status).toBe(201);
    expect(opened.body.entry).toMatchObject({ kind: 'opening', amount: 50_000, reason: 'counted' });
    expect((await enter('opening', 1)).body.code).toBe('float_open_already');
    await enter('supply', 10_000);
    await enter('adjustment', -500, { reason: 'A note was torn' });
    expect(await sim()).toMatchObject({ available: 59_500, held: 0, total: 59_500, currency: 'XAF' });
    const { body } = await relais.api.get(`/api/float/${simId}/entries?limit=2`);
    expect(body.entries.map(({ kind }: { kind: string }) => kind)).toEqual(['adjustment', 'supply']);
    const next = await relais.api.get(`/api/float/${simId}/entries?limit=2&cursor=${body.nextCursor}`);
    expect(next.body).toMatchObject({ entries: [{ kind: 'opening' }], nextCursor: null });
    const { body: log } = await relais.api.get('/api/audit?limit=5');
    expect(JSON.stringify(log)).toContain('float.entered');
    expect(await findLedgerFaults(relais)).toEqual([]);
  });

  it('count what is there after all that was booked before', async () => {
    await pay(3000);
    const promised = await makeTransaction(relais, { amount: 2000 });
    await book('hold', promised, 2000);
    expect(await sim()).toMatchObject({ available: -5000, held: 2000 });
    await enter('opening', 20_000);
    expect(await sim()).toMatchObject({ available: 18_000, held: 2000, total: 20_000 });
    const { boxId: emptyBox, simIds } = await makeBox(relais, [{ slot: '1', operator: null }]);
    const nothing = { kind: 'opening', amount: 0, reason: 'New' };
    const { status, body } = await relais.api.post(`/api/float/${simIds[0]}/entries`, nothing);
    expect({ status, entry: body.entry, known: body.sim.floatKnownSince !== null }).toEqual({
      ...{ status: 201, entry: null, known: true },
    });
    expect(emptyBox).not.toBe(boxId);
  });

  it('enter a thing once under one key, at the same moment too', async () => {
    await enter('opening', 0);
    const answers = await Promise.all([1, 2, 3, 4].map(() => enter('supply', 700, {}, `k-${simId}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.entry.id)).size).toBe(1);
    expect(await sim()).toMatchObject({ available: 700 });
    expect((await enter('supply', 701, {}, `k-${simId}`)).body.code).toBe('float_key_reused');
  });

  it('cannot enter half francs, nothing, the future or no reason', async () => {
    await enter('opening', 1000);
    for (const bad of [
      await enter('supply', 10.5),
      await enter('supply', 0),
      await enter('supply', -5),
      await enter('adjustment', 0),
      await enter('supply', 5, { reason: '  ' }),
      await enter('supply', 5, { at: '2030-01-01T00:00:00Z' }),
    ])
      expect(bad.status).toBe(400);
    expect(await sim()).toMatchObject({ total: 1000 });
  });

  it('take the list with them as a file', async () => {
    await enter('opening', 1000);
    const { body } = await relais.api.get(`/api/float?boxId=${boxId}&format=csv`);
    expect(body).toContain('box_');
    expect(body).toContain(',1000,0,1000,');
    expect((await relais.api.get('/api/float?boxId=nobody')).body.sims).toEqual([]);
  });
});

describe('alerts', () => {
  it('tell of a low float once, until it has risen well above', async () => {
    const url = `${receiver.url}/float`;
    const settings = { differenceAbove: 500, differenceMinutes: 30, webhookUrl: url };
    const saved = await relais.api.put('/api/float/settings', settings);
    expect(saved.body.webhookSecret).toMatch(/^whsec_/);
    await enter('opening', 10_000);
    await relais.api.patch(`/api/float/${simId}`, { lowFloatBelow: 9000 });
    expect(await sim()).toMatchObject({ lowSince: null });
    await pay(1500);
    const { lowSince } = await sim();
    expect(lowSince).not.toBeNull();
    clock.advance(60_000);
    await pay(100);
    await enter('supply', 1000);
    // 9400 is above the threshold, and not by enough.
    expect(await sim()).toMatchObject({ available: 9400, lowSince });
    await pay(1000);
    await enter('supply', 5000);
    expect(await sim()).toMatchObject({ lowSince: null });
    await eventually(() =>
      expect(
        news()
          .map(({ type }) => type)
          .sort(),
      ).toEqual(['float.low', 'float.risen']),
    );
    expect(news().find(({ type }) => type === 'float.low')!.data).toMatchObject({
      id: simId,
      available: 8500,
    });
    await relais.api.put('/api/float/settings', { ...settings, webhookUrl: null });
  });

  it('tell of a difference that stays, and not of one that passes', async () => {
    await enter('opening', 10_000);
    const promised = await makeTransaction(relais, { amount: 1000 });
    await book('hold', promised);
    // The promised thousand may be there or gone: both fit.
    for (const balance of [10_000, 9000, 9400]) {
      clock.advance(1000);
      await read(balance);
      expect(await sim()).toMatchObject({ reportedBalance: balance, difference: 0 });
    }
    clock.advance(1000);
    await read(8000);
    expect(await sim()).toMatchObject({ difference: -1000 });
    await compareFloats(relais.kernel);
    expect(await sim()).toMatchObject({ differenceToldAt: null });
    expect((await sim()).differenceSince).not.toBeNull();
    // What is booked later does not change what the reading says of its own time.
    await book('post', promised);
    expect(await sim()).toMatchObject({ difference: -1000 });
    clock.advance(31 * 60_000);
    await Promise.all([compareFloats(relais.kernel), compareFloats(relais.kernel)]);
    expect((await sim()).differenceToldAt).not.toBeNull();
    const alarming = await relais.api.get(`/api/float?alarming=true&boxId=${boxId}`);
    expect(alarming.body.sims).toHaveLength(1);
    await read(9000);
    await compareFloats(relais.kernel);
    expect(await sim()).toMatchObject({ difference: 0, differenceSince: null, differenceToldAt: null });
    // An older reading that arrives late changes nothing.
    await transact(ctxOf(relais), (tx) =>
      keepReadings(tx, [{ simId, balance: 1, at: new Date(clock.nowMs() - 1000) }]),
    );
    expect(await sim()).toMatchObject({ reportedBalance: 9000 });
  });
});

describe('a day', () => {
  const days = async (query = '') => (await relais.api.get(`/api/float/${simId}/days${query}`)).body.days;

  it('ends where the company is, and opens with what the one before closed with', async () => {
    await enter('opening', 10_000);
    await pay(1000);
    // 23:30 in Douala, and half an hour later.
    clock.advance(
      Date.parse(new Date(clock.nowMs()).toISOString().slice(0, 10)) + 22.5 * 3_600_000 - clock.nowMs(),
    );
    await pay(500);
    clock.advance(3_600_000);
    await pay(250);
    const [second, first, before] = await days('?limit=3');
    expect(first).toMatchObject({ opening: 0, closing: 8500, held: 0 });
    expect(first.movements).toMatchObject({
      opening: { count: 1, amount: 10_000 },
      hold: { count: 2, amount: 0 },
      post: { count: 2, amount: -1500 },
    });
    expect(second).toMatchObject({ opening: 8500, closing: 8250 });
    expect(before).toMatchObject({ opening: 0, closing: 0, movements: {} });
  });

  it('is closed once, and what comes later stays visible', async () => {
    await enter('opening', 10_000);
    await pay(1000);
    const day = new Date(clock.nowMs() + 3_600_000).toISOString().slice(0, 10);
    const close = (body: object) => relais.api.post(`/api/float/${simId}/closes`, body);
    const closed = await close({ day, statementBalance: 8900, note: 'A hundred is missing' });
    expect(closed.status).toBe(201);
    expect(closed.body.close).toMatchObject({
      ...{ day, opening: 0, closing: 9000, statementBalance: 8900, difference: -100 },
    });
    const again = await Promise.all([close({ day }), close({ day, statementBalance: 9000 })]);
    expect(again.map(({ body }) => body.code)).toEqual(['float_day_closed', 'float_day_closed']);
    const ahead = new Date(clock.nowMs() + 3 * DAY_MS).toISOString().slice(0, 10);
    expect((await close({ day: ahead })).body.code).toBe('float_day_ahead');
    const at = clock.now().toISOString();
    clock.advance(DAY_MS);
    await enter('adjustment', -100, { at, reason: 'Found the hundred' });
    const [today, yesterday] = await days('?limit=2');
    expect(yesterday).toMatchObject({
      ...{ closing: 8900, late: { count: 1, amount: -100 }, closes: [{ closing: 9000 }] },
    });
    expect(today).toMatchObject({ opening: 8900, late: { count: 0, amount: 0 } });
    const { body } = await relais.api.get(`/api/float/${simId}/entries`);
    expect(body.entries.map(({ late }: { late: boolean }) => late)).toEqual([true, false, false, false]);
    const csv = await relais.api.get(`/api/float/${simId}/days?format=csv&limit=2`);
    expect(csv.body).toContain('A hundred is missing');
  });

  it('of a box is that of its SIMs, closed together or not at all', async () => {
    const box = await makeBox(relais, [
      { slot: '1', operator: 'mtn' },
      { slot: '2', operator: 'orange' },
      { slot: '3', operator: null },
    ]);
    const [one, two] = box.simIds as [string, string];
    for (const [id, amount] of [[one, 1000] as const, [two, 2000] as const])
      await relais.api.post(`/api/float/${id}/entries`, { kind: 'opening', amount, reason: 'Start' });
    const day = new Date(clock.nowMs() + 3_600_000).toISOString().slice(0, 10);
    const url = `/api/float/boxes/${box.boxId}`;
    const stranger = { day, statements: [{ simId, statementBalance: 1 }] };
    expect((await relais.api.post(`${url}/closes`, stranger)).status).toBe(404);
    const closed = await relais.api.post(`${url}/closes`, {
      ...{ day, statements: [{ simId: two, statementBalance: 2000 }] },
    });
    expect(closed.body.closes).toMatchObject([{ closing: 1000 }, { closing: 2000, difference: 0 }]);
    expect((await relais.api.post(`${url}/closes`, { day })).body.code).toBe('float_day_closed');
    const { body } = await relais.api.get(`${url}/days?limit=1`);
    expect(body.days).toMatchObject([{ day, closing: 3000, closes: [{}, {}] }]);
  });

  it('is closed before an entry, or has it: never neither', async () => {
    await enter('opening', 10_000);
    const day = new Date(clock.nowMs() + 3_600_000).toISOString().slice(0, 10);
    const [closed] = await Promise.all([
      relais.api.post(`/api/float/${simId}/closes`, { day }),
      ...[1, 2, 3, 4, 5].map(() => enter('supply', 10)),
    ]);
    const [{ closing, late }] = await days('?limit=1');
    expect(closing).toBe(10_050);
    expect(closed.body.close.closing + late.amount).toBe(10_050);
    const rows = await transact(ctxOf(relais), (tx) =>
      sql`select from float_closes where sim_id = ${simId}`.execute(tx),
    );
    expect(rows.rows).toHaveLength(1);
  });
});
