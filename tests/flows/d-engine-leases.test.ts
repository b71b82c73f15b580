import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { type HandedOver, submitted, type TestBox, testBox } from '../harness/engine.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Leases that run out, boxes that vanish and come back, and what they say then: money that may have moved is never moved again.

const clock = manualClock(Date.now());
let relais: TestRelais;
let lane = 0;

beforeAll(async () => {
  relais = await startRelais({ clock });
});
afterAll(() => relais?.stop());

type Ways = { fencing: boolean; [capability: string]: unknown };

/** Two boxes that serve an operator of their own. Only the first has registered. */
async function pair(first: Ways = { fencing: true }, second: Ways = { fencing: true }) {
  lane += 1;
  const operator = `lane${lane}`;
  const box = (name: string, ways: Ways) =>
    testBox(relais, `${name}_${lane}`, { sims: [{ slot: '1', operator }], ...ways });
  const boxes = { a: box('a', first), b: box('b', second) };
  await boxes.a.register();
  const hand = async (more: object = {}) => submitted(relais.api, { customerInfo: { operator }, ...more });
  return { ...boxes, hand };
}

const named = ({ attempt, leaseId }: HandedOver) => ({ attempt, leaseId });
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code ?? null];
const read = async (id: string) => (await relais.api.get(`/api/transactions/${id}`)).body;
const statusOf = async (id: string) => (await read(id)).transaction.status;

/** Time goes by, and what it ends is ended. */
async function later(ms: number): Promise<void> {
  clock.advance(ms);
  await relais.app.dispatched();
}

/** Time goes by in which a box says that it is there, and what it has. */
async function beats(box: TestBox, seconds: number, open: object[] = []): Promise<void> {
  for (let gone = 0; gone < seconds; gone += 20) {
    clock.advance(20_000);
    await box.heartbeat({ open });
    await relais.app.dispatched();
  }
}

describe('a box that vanishes', () => {
  it('before it fetched: another one gets it', async () => {
    const { a, b, hand } = await pair();
    const id = await hand();
    await relais.app.dispatched();
    expect((await read(id)).transaction).toMatchObject({ status: 'assigned', assignedTo: a.code });
    clock.advance(31_000);
    await b.register();
    await relais.app.dispatched();
    expect(await b.pull()).toMatchObject([{ id, attempt: 2 }]);
    expect(await a.pull()).toEqual([]);
  });

  it('after it fetched, and asks before it dials: another one gets it, and the first is refused', async () => {
    const { a, b, hand } = await pair();
    const id = await hand();
    const [first] = await a.pull();
    clock.advance(31_000);
    await b.register();
    await relais.app.dispatched();
    const [second] = await b.pull();
    expect(second).toMatchObject({ id, attempt: 2 });
    expect(codeOf(await a.report(id, 'processing', named(first!)))).toEqual([409, 'lease_lost']);
    const heard = await a.heartbeat({ open: [{ id, attempt: 1, state: 'queued' }] });
    expect(heard.body.revoked).toEqual([{ id, attempt: 1 }]);
    expect((await b.report(id, 'processing', named(second!))).status).toBe(200);
    expect((await b.report(id, 'completed', named(second!))).status).toBe(200);
    const { attempts, timeline } = await read(id);
    expect(attempts.map(({ state }: { state: string }) => state)).toEqual(['lost', 'completed']);
    expect(timeline.map(({ kind }: { kind: string }) => kind)).toContain('lease_lost');
  });

  it('after it fetched, and nobody knows how it works: nobody knows what it did', async () => {
    const { a, b, hand } = await pair({ fencing: false });
    const id = await hand();
    expect((await a.pull()).length).toBe(1);
    await b.register();
    await later(31_000);
    // It knows no leases: its own is waited for.
    expect(await statusOf(id)).toBe('assigned');
    await b.heartbeat();
    await later(40_000);
    expect(await statusOf(id)).toBe('unknown');
    await b.heartbeat();
    await later(10_000);
    expect(await b.pull()).toEqual([]);
    expect((await a.report(id, 'completed')).body.transaction).toMatchObject({ status: 'completed' });
  });

  it('after it fetched, and has always said that it begins: another one gets it when its lease is over', async () => {
    const { a, b, hand } = await pair({ fencing: false });
    const known = await hand();
    await a.pull();
    await a.report(known, 'processing');
    await a.report(known, 'completed');
    const id = await hand({ amount: 5 });
    expect((await a.pull()).length).toBe(1);
    clock.advance(61_000);
    await relais.app.dispatched();
    await b.register();
    await relais.app.dispatched();
    expect(await b.pull()).toMatchObject([{ id, attempt: 2 }]);
    // It works without a word from now on: nothing of what it fetches is given to another one.
    await a.register();
    const silent = await hand({ amount: 6 });
    const third = await hand({ amount: 7 });
    const mine = await a.pull();
    expect(mine.length).toBeGreaterThan(0);
    expect([silent, third]).toContain(mine[0]!.id);
    await a.report(mine[0]!.id, 'completed');
    await hand({ amount: 8 });
    await hand({ amount: 9 });
    await b.heartbeat();
    const next = (await a.pull()).map(({ id }) => id);
    expect(next.length).toBeGreaterThan(0);
    await later(200_000);
    for (const each of next) expect(await statusOf(each)).toBe('unknown');
  });

  it('and comes back alone, knowing no leases: it gets what it lost once it has started anew, and not before', async () => {
    const { a, hand } = await pair({ fencing: false });
    const known = await hand();
    await a.pull();
    await a.report(known, 'processing');
    await a.report(known, 'completed');
    const id = await hand({ amount: 5 });
    expect(await a.pull()).toMatchObject([{ id }]);
    await later(61_000);
    await a.heartbeat();
    await relais.app.dispatched();
    expect(await a.pull()).toEqual([]);
    expect(await statusOf(id)).toBe('pending');
    // People are told why it waits though a box is there, free, and serves it.
    const reasons = async () =>
      (await relais.api.get('/api/transactions/queue')).body.lanes.map(
        (lane: { reason: string }) => lane.reason,
      );
    expect(await reasons()).toContain('not_started');
    await a.register();
    expect(await reasons()).not.toContain('not_started');
    await relais.app.dispatched();
    expect(await a.pull()).toMatchObject([{ id, attempt: 2 }]);
  });

  it('after it began: nobody repeats it, and it tells when it is back', async () => {
    const { a, b, hand } = await pair();
    const id = await hand();
    const [work] = await a.pull();
    await a.report(id, 'processing', named(work!));
    await b.register();
    await beats(b, 80);
    expect((await read(id)).transaction).toMatchObject({ status: 'unknown', assignedTo: a.code });
    expect(await b.pull()).toEqual([]);
    // Until somebody knows, it is given nothing else; and it must not begin again.
    await a.register();
    const other = await hand({ amount: 7 });
    await relais.app.dispatched();
    expect((await read(other)).transaction.assignedTo).toBe(b.code);
    expect(await a.pull()).toEqual([]);
    expect(codeOf(await a.report(id, 'processing', named(work!)))).toEqual([409, 'lease_lost']);
    const result = { success: true, transactionRef: 'LATE' };
    const told = await a.report(id, 'completed', { ...named(work!), result });
    expect(told.body.transaction).toMatchObject({
      status: 'completed',
      transactionRef: 'LATE',
      disputed: false,
    });
  });

  it('after it began, and says later that it failed: no machine tries again', async () => {
    const { a, hand } = await pair();
    const id = await hand();
    const [work] = await a.pull();
    await a.report(id, 'processing', named(work!));
    await later(61_000);
    expect(await statusOf(id)).toBe('unknown');
    const told = await a.report(id, 'failed', { ...named(work!), result: { success: false } });
    expect(told.body.transaction).toMatchObject({ status: 'failed', retryCount: 0 });
  });
});

describe('a lease', () => {
  it('is renewed by heartbeats that name it, and only by them', async () => {
    const { a, hand } = await pair();
    const kept = await hand();
    const left = await hand({ amount: 2 });
    const work = await a.pull();
    expect(work.length).toBe(2);
    const open = [{ id: kept, attempt: 1, state: 'queued' }];
    await beats(a, 140, open);
    expect(await statusOf(kept)).toBe('assigned');
    // The other one ran out, and was given out again, to the same box.
    expect((await read(left)).attempts[0].state).toBe('lost');
    const mine = work.find(({ id }) => id === kept)!;
    expect((await a.report(kept, 'processing', named(mine))).status).toBe(200);
  });
});

describe('a success that is told late', () => {
  /** It was taken from a for want of a word, and stands as `at` with b. */
  async function taken(at: 'nobody' | 'assigned' | 'handed' | 'processing' | 'completed' | 'failed') {
    const { a, b, hand } = await pair();
    const id = await hand();
    const [first] = await a.pull();
    clock.advance(31_000);
    if (at === 'nobody') {
      await relais.app.dispatched();
      return { a, b, id, first: first! };
    }
    await b.register();
    await relais.app.dispatched();
    if (at === 'assigned') return { a, b, id, first: first! };
    const [second] = await b.pull();
    if (at !== 'handed') await b.report(id, 'processing', named(second!));
    if (at === 'completed') await b.report(id, 'completed', named(second!));
    if (at === 'failed')
      await b.report(id, 'failed', { ...named(second!), result: { success: false, retryable: false } });
    return { a, b, id, first: first!, second: second! };
  }
  const done = (first: HandedOver) => ({
    ...named(first),
    result: { success: true, transactionRef: 'FIRST' },
  });

  it('while nobody has it: it is done, and not done again', async () => {
    const { a, b, id, first } = await taken('nobody');
    expect(await statusOf(id)).toBe('pending');
    expect((await a.report(id, 'completed', done(first))).body.transaction).toMatchObject({
      ...{ status: 'completed', disputed: false, assignedTo: a.code },
    });
    await b.register();
    expect(await b.pull()).toEqual([]);
  });

  it('while another box has not fetched it: that hand-over is taken back', async () => {
    const { a, b, id, first } = await taken('assigned');
    expect((await a.report(id, 'completed', done(first))).body.transaction).toMatchObject({
      ...{ status: 'completed', disputed: false },
    });
    expect(await b.pull()).toEqual([]);
  });

  it('while another box has fetched it: it is told not to begin, and somebody has a look', async () => {
    const { a, b, id, first, second } = await taken('handed');
    expect((await a.report(id, 'completed', done(first))).body.transaction).toMatchObject({
      ...{ status: 'completed', disputed: true },
    });
    expect(codeOf(await b.report(id, 'processing', named(second!)))).toEqual([409, 'already_final']);
    expect((await b.heartbeat({ open: [{ id, attempt: 2, state: 'queued' }] })).body.revoked).toEqual([
      { id, attempt: 2 },
    ]);
  });

  it('while another box is at it: it is kept for people, and the other one goes on', async () => {
    const { a, b, id, first, second } = await taken('processing');
    expect(codeOf(await a.report(id, 'completed', done(first)))).toEqual([409, 'disputed']);
    expect((await read(id)).transaction).toMatchObject({ status: 'processing', disputed: true });
    expect((await b.report(id, 'completed', named(second!))).body.transaction).toMatchObject({
      ...{ status: 'completed', disputed: true, assignedTo: b.code },
    });
    // Told again, it is answered again, and the history does not grow.
    const before = (await read(id)).timeline.length;
    expect(codeOf(await a.report(id, 'completed', done(first)))).toEqual([409, 'disputed']);
    expect((await read(id)).timeline.length).toBe(before);
  });

  it('after another box has done it, or failed: it is kept for people, and nothing moves', async () => {
    for (const at of ['completed', 'failed'] as const) {
      const { a, id, first } = await taken(at);
      expect(codeOf(await a.report(id, 'completed', done(first)))).toEqual([409, 'disputed']);
      expect((await read(id)).transaction).toMatchObject({ status: at, disputed: true });
    }
  });

  it('as unknown, while another box has not begun: nobody begins', async () => {
    const { a, b, id, first, second } = await taken('handed');
    const told = await a.report(id, 'unknown', named(first));
    expect(told.body.transaction).toMatchObject({ status: 'unknown', assignedTo: a.code });
    expect(codeOf(await b.report(id, 'processing', named(second!)))).toEqual([409, 'lease_lost']);
    expect((await a.report(id, 'completed', done(first))).body.transaction).toMatchObject({
      ...{ status: 'completed', disputed: false },
    });
  });
});

describe('a time', () => {
  it('before which nothing is handed out, and after which nothing is begun', async () => {
    const { a, hand } = await pair();
    const at = (ms: number) => new Date(clock.nowMs() + ms).toISOString();
    const id = await hand({ notBefore: at(60_000) });
    const short = await hand({ notBefore: at(60_000), expiresAt: at(70_000), amount: 3 });
    await relais.app.dispatched();
    expect(await a.pull()).toEqual([]);
    await later(71_000);
    expect(await statusOf(short)).toBe('expired');
    await a.register();
    expect(await a.pull()).toMatchObject([{ id }]);
  });

  it('of a retry comes', async () => {
    const { a, hand } = await pair();
    const id = await hand();
    const [work] = await a.pull();
    await a.report(id, 'failed', { ...named(work!), result: { success: false } });
    expect(await a.pull()).toEqual([]);
    clock.advance(7000);
    expect(await a.pull()).toMatchObject([{ id, attempt: 2, retryCount: 1 }]);
  });
});

describe('stopped', () => {
  it('nothing new is handed out, what is out goes on, and it starts again', async () => {
    const { a, hand } = await pair();
    const out = await hand();
    const [work] = await a.pull();
    await relais.api.post('/api/sync/stop');
    const id = await hand({ amount: 9 });
    await relais.api.post('/api/sync/force');
    await relais.app.dispatched();
    expect((await a.pull()).map((each) => each.id)).toEqual([out]);
    expect((await a.report(out, 'completed', named(work!))).status).toBe(200);
    expect(await statusOf(id)).toBe('pending');
    await relais.api.post('/api/sync/start');
    expect(await a.pull()).toMatchObject([{ id }]);
  });
});
