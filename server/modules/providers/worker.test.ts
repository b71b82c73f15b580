import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { systemCtx, transact } from '../../kernel/ctx.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { createAccount } from './accounts.ts';
import { assignCompany, insertEvents } from './events-store.ts';
import { type Bench, PUBLIC_URL, startBench, TELNYX_DOOR, TWIML_DOOR, twilioForm } from './fixture.ts';
import { type EventHandler, type EventWorker, startProviderEvents } from './worker.ts';

const TOPIC = 'telnyx.number_order';
const FIRST_BACKOFF_MS = 1000;

let bench: Bench;
const workers: EventWorker[] = [];
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.kernel.db.ownerPool.query('truncate provider_events');
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

function start(handler: EventHandler): EventWorker {
  const worker = startProviderEvents(bench.kernel, { [TOPIC]: handler });
  workers.push(worker);
  return worker;
}

async function deliver(id: string): Promise<void> {
  const body = JSON.stringify({
    data: {
      id,
      event_type: 'number_order.complete',
      occurred_at: '2026-03-01T09:00:00Z',
      payload: { id: `order of ${id}` },
    },
  });
  const answer = await bench.post(TELNYX_DOOR, body, bench.telnyx.headers(body, bench.clock.nowMs()));
  expect(answer.status).toBe(200);
}

async function events(): Promise<Record<string, unknown>[]> {
  return (await bench.kernel.db.ownerPool.query('select * from provider_events order by id')).rows;
}

it('hands a stored event to the owner of its topic, once', async () => {
  const seen: unknown[] = [];
  const worker = start(async (event) => {
    seen.push({ ...event, id: undefined });
    return 'handled';
  });
  await deliver('a');
  await worker.idle();
  expect(seen).toEqual([
    {
      id: undefined,
      provider: 'telnyx',
      topic: TOPIC,
      type: 'number_order.complete',
      accountId: null,
      accountSid: null,
      companyId: null,
      eventId: 'a',
      occurredAt: new Date('2026-03-01T09:00:00Z'),
      reference: null,
      payload: { id: 'order of a' },
      receivedAt: bench.clock.now(),
    },
  ]);
  expect(await events()).toMatchObject([{ status: 'handled', attempts: 1, handled_at: bench.clock.now() }]);
  const metric = await bench.kernel.metrics.webhookSeconds.get();
  expect(metric.values.some((value) => value.labels.outcome === 'handled')).toBe(true);
});

it('tries again later and later, then gives up where a person can see it', async () => {
  let calls = 0;
  const worker = start(async () => {
    calls += 1;
    throw new Error(`failure ${calls}`);
  });
  await deliver('b');
  await worker.idle();
  expect(await events()).toMatchObject([{ status: 'received', attempts: 1, last_error: 'failure 1' }]);
  await worker.idle();
  expect(calls).toBe(1);
  bench.clock.advance(FIRST_BACKOFF_MS);
  await worker.idle();
  expect(calls).toBe(2);
  bench.clock.advance(FIRST_BACKOFF_MS);
  await worker.idle();
  expect(calls).toBe(2);
  for (let hour = 0; hour < 12; hour++) {
    bench.clock.advance(3_600_000);
    await worker.idle();
  }
  expect(await events()).toMatchObject([{ status: 'failed', attempts: 12, last_error: 'failure 12' }]);
  expect(calls).toBe(12);
});

it('one that fails holds up no other', async () => {
  const handled: string[] = [];
  const worker = start(async ({ eventId }) => {
    if (eventId === 'bad') throw new Error('no');
    handled.push(eventId);
    return eventId === 'dull' ? 'ignored' : 'handled';
  });
  await Promise.all(['good', 'bad', 'dull', 'fine'].map(deliver));
  await worker.idle();
  expect(handled.sort()).toEqual(['dull', 'fine', 'good']);
  expect((await events()).map((row) => `${row.event_id} ${row.status}`).sort()).toEqual([
    'bad received',
    'dull ignored',
    'fine handled',
    'good handled',
  ]);
});

it('one that waits for a provider holds up no other', async () => {
  let answer: () => void = () => {};
  const handled: string[] = [];
  const worker = start(async ({ eventId }) => {
    if (eventId === 'slow') await new Promise<void>((resolve) => (answer = resolve));
    handled.push(eventId);
    return 'handled';
  });
  await deliver('slow');
  for (const id of ['quick-1', 'quick-2']) await deliver(id);
  await eventually(() => expect(handled).toEqual(expect.arrayContaining(['quick-1', 'quick-2'])));
  answer();
  await worker.idle();
  expect(handled.at(-1)).toBe('slow');
});

it('many are in hand at once, so that their handler can act on them together', async () => {
  const at = bench.clock.now();
  await insertEvents(
    bench.kernel,
    Array.from({ length: 150 }, (_, index) => ({
      id: newId(bench.clock),
      ...{ companyId: null, provider: 'telnyx' as const, accountId: null, topic: TOPIC, type: 't' },
      ...{ eventId: `together-${index}`, occurredAt: null, receivedAt: at, reference: null, payload: '{}' },
    })),
  );
  let inHand = 0;
  let all: () => void = () => {};
  const together = new Promise<void>((resolve) => (all = resolve));
  const worker = start(async () => {
    inHand += 1;
    if (inHand === 150) all();
    await together;
    return 'handled';
  });
  await worker.idle();
  expect((await events()).every((row) => row.status === 'handled')).toBe(true);
});

it('several workers share the events and do none twice', async () => {
  const counts = new Map<string, number>();
  const count: EventHandler = async ({ eventId }) => {
    counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
    return 'handled';
  };
  const at = bench.clock.now();
  const stored = Array.from({ length: 400 }, (_, index) => ({
    id: newId(bench.clock),
    ...{ companyId: null, provider: 'telnyx' as const, accountId: null, topic: TOPIC, type: 't' },
    ...{ eventId: `many-${index}`, occurredAt: null, receivedAt: at, reference: null, payload: '{}' },
  }));
  await insertEvents(bench.kernel, stored);
  const three = [start(count), start(count), start(count)];
  await Promise.all(three.map((worker) => worker.idle()));
  expect(counts.size).toBe(400);
  expect(Math.max(...counts.values())).toBe(1);
});

it('what a dead process had taken is taken over when its lease ends, and its late answer changes nothing', async () => {
  let finishFirst: () => void = () => {};
  const began = new Promise<void>((begin) => {
    start(
      () =>
        new Promise((resolve) => {
          finishFirst = () => resolve('ignored');
          begin();
        }),
    ).nudge();
  });
  await deliver('c');
  await began;
  let taken = 0;
  const second = start(async () => {
    taken += 1;
    return 'handled';
  });
  await second.idle();
  expect(taken).toBe(0);
  bench.clock.advance(60_000);
  await second.idle();
  expect(taken).toBe(1);
  finishFirst();
  await workers[0]!.stop();
  expect(await events()).toMatchObject([{ status: 'handled', attempts: 2 }]);
});

it("tells a handler which Twilio account signed: the company's, or the installation's", async () => {
  const company = await bench.addCompany();
  const authToken = newSecret();
  const accountSid = `AC${'9'.repeat(32)}`;
  const { id } = await createAccount(company, { provider: 'twilio', name: 'Ours', accountSid, authToken });
  const seen: unknown[] = [];
  const worker = startProviderEvents(bench.kernel, {
    'twilio.text': async ({ accountSid: signer, accountId, reference, payload }) => {
      seen.push([signer, accountId, reference, payload.AccountSid]);
      return 'handled';
    },
  });
  workers.push(worker);
  const foreign = `AC${'8'.repeat(32)}`;
  const deliveries = [
    [`${TWIML_DOOR}?ref=msg-1`, bench.twilioToken, bench.twilioSid],
    [`${TWIML_DOOR}?account=${id}`, authToken, foreign],
  ] as const;
  for (const [target, token, sid] of deliveries) {
    const { body, headers } = twilioForm(token, `${PUBLIC_URL}${target}`, { AccountSid: sid });
    expect(await bench.postRaw(target, body, headers)).toMatchObject({ status: 200 });
    await worker.idle();
  }
  expect(seen).toEqual([
    [bench.twilioSid, null, 'msg-1', bench.twilioSid],
    [accountSid, id, null, foreign],
  ]);
});

it("the installation's event becomes visible to the company that its owner names", async () => {
  const company = await bench.addCompany();
  const stranger = await bench.addCompany();
  const worker = start(async (event) => {
    await transact(systemCtx(bench.kernel, company.companyId, 'test'), (tx) =>
      assignCompany(tx, [{ eventId: event.id, companyId: company.companyId }]),
    );
    // It is theirs now: nobody can take it away, nor give it to another.
    await transact(systemCtx(bench.kernel, stranger.companyId, 'test'), (tx) =>
      assignCompany(tx, [{ eventId: event.id, companyId: stranger.companyId }]),
    );
    return 'handled';
  });
  await deliver('d');
  await worker.idle();
  bench.actAs(company);
  expect((await bench.call('GET', '/api/provider-events')).body.events).toMatchObject([
    { verdict: 'accepted', status: 'handled', attempts: 1 },
  ]);
  bench.actAs(stranger);
  expect((await bench.call('GET', '/api/provider-events')).body.events).toEqual([]);
  bench.actAs(null);
});
