import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../server/compose.ts';
import { manualClock } from '../../server/kernel/clock.ts';
import { openKernel } from '../../server/kernel/open.ts';
import { findSilent } from '../../server/modules/callbox/box-jobs.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { HEARTBEAT, REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Who is there and who is not: told once, however many processes look, and never by a box's own clock.

const clock = manualClock(Date.UTC(2026, 4, 4, 9));
let relais: TestRelais;
let boxes: Client;

beforeAll(async () => {
  relais = await startRelais({ clock });
  boxes = sharedBoxes(relais);
});
afterAll(() => relais?.stop());

const register = (callboxId: string, capabilities: object = {}) =>
  boxes.post('/api/call-box/register', {
    ...REGISTRATION,
    callboxId,
    capabilities: { ...REGISTRATION.capabilities, ...capabilities },
  });
const heartbeat = (callboxId: string, part: object = {}) =>
  boxes.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId, ...part });
const boxNamed = async (callboxId: string) => {
  const { body } = await relais.api.get(`/api/boxes?limit=200&search=${callboxId}`);
  return body.boxes.find((box: { callboxId: string }) => box.callboxId === callboxId);
};
const query = async (text: string) => (await relais.kernel.db.ownerPool.query(text)).rows;
const newsOf = async (boxId: string) =>
  (
    await query(
      `select count(*)::int as count from live_events where topic = 'boxes' and entity_id = '${boxId}'`,
    )
  )[0].count;

describe('a box that falls silent', () => {
  it('is disconnected after half a minute, which is told once by any number of processes', async () => {
    await register('box-silent');
    const { id } = await boxNamed('box-silent');
    const lines: string[] = [];
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const others = await Promise.all(
      [1, 2].map(() => openKernel(relais.kernel.config, { log: pino({ level: 'info' }, stream), clock })),
    );
    try {
      const before = await newsOf(id);
      clock.advance(29_000);
      await Promise.all(others.map(findSilent));
      expect(await boxNamed('box-silent')).toMatchObject({ state: 'connected', connected: true });
      clock.advance(1_001);
      await Promise.all([...others, ...others].map(findSilent));
      await eventually(async () =>
        expect(await boxNamed('box-silent')).toMatchObject({ state: 'disconnected', connected: false }),
      );
      expect((await newsOf(id)) - before).toBe(1);
      const told = lines.filter((line) => line.includes('CallBox disconnected: box-silent'));
      expect(told.length).toBeLessThanOrEqual(1);
      const { instances, connectedInstances } = (await boxes.get('/api/call-box/stats')).body.stats;
      expect(connectedInstances).toBe(0);
      expect(instances).toContainEqual(expect.objectContaining({ id: 'box-silent', status: 'disconnected' }));
      await heartbeat('box-silent');
      await heartbeat('box-silent');
      expect((await newsOf(id)) - before).toBe(2);
      expect((await boxNamed('box-silent')).state).toBe('connected');
    } finally {
      for (const other of others) await other.db.close();
    }
  });

  it('is back when it asks for work, though it sends no heartbeat', async () => {
    await register('box-pulls');
    clock.advance(31_000);
    await findSilent(relais.kernel);
    expect((await boxNamed('box-pulls')).state).toBe('disconnected');
    const pulled = await boxes.get('/api/call-box/transactions/pending?callboxId=box-pulls&limit=5');
    expect(pulled.body).toMatchObject({ success: true, transactions: [], count: 0 });
    await eventually(async () =>
      expect(await boxNamed('box-pulls')).toMatchObject({
        ...{ state: 'connected', lastSeenAt: clock.now().toISOString() },
      }),
    );
  });

  it('is found by the timer of the house', async () => {
    await register('box-timer');
    clock.advance(31_000);
    await eventually(async () => expect((await boxNamed('box-timer')).state).toBe('disconnected'));
  });
});

describe("a box's clock", () => {
  it('is measured, pointed out when it is off, and orders nothing', async () => {
    await register('box-clock');
    const { id } = await boxNamed('box-clock');
    const ahead = new Date(clock.nowMs() + 3_600_000).toISOString();
    const { body } = await heartbeat('box-clock', { sentAt: ahead });
    expect(body.serverTime).toBe(clock.now().toISOString());
    expect(await boxNamed('box-clock')).toMatchObject({
      ...{ clockAheadMs: 3_600_000, warnings: ['clock_off'], state: 'connected' },
      lastSeenAt: clock.now().toISOString(),
    });
    await heartbeat('box-clock', { sentAt: clock.nowMs() + 3_600_500 });
    const logs = (await relais.api.get(`/api/boxes/${id}/logs`)).body.lines;
    expect(logs.filter(({ text }: { text: string }) => text.includes('clock')).length).toBe(1);
    await heartbeat('box-clock', { sentAt: '0001-01-01T00:00:00Z' });
    await heartbeat('box-clock', { sentAt: new Date(clock.nowMs() - 2000).toISOString() });
    expect(await boxNamed('box-clock')).toMatchObject({ clockAheadMs: -2000, warnings: [] });
  });
});

describe('SIMs', () => {
  it('are named, go and come back, and their rows stay', async () => {
    const sims = [
      {
        slot: '1',
        operator: 'MTN',
        iccid: '8923701',
        phoneNumber: '677 12 34 56',
        balance: 2500.7,
        signalPercent: 70,
      },
      { slot: '2', operator: 'Orange', state: 'no_network', phoneNumber: 'unknown' },
    ];
    const { body } = await register('box-sims', { sims });
    expect(body.sims).toMatchObject([
      { slot: '1', operator: 'mtn' },
      { slot: '2', operator: 'orange' },
    ]);
    expect((await boxNamed('box-sims')).sims).toMatchObject([
      ...[{ slot: '1', phoneNumber: '+237677123456', reportedBalance: 2500, signalPercent: 70 }],
      ...[{ slot: '2', phoneNumber: null, state: 'no_network' }],
    ]);
    await heartbeat('box-sims', { sims: [{ slot: '1', balance: 1500 }] });
    const later = (await boxNamed('box-sims')).sims;
    expect(later).toMatchObject([
      { id: body.sims[0].id, operator: 'mtn', reportedBalance: 1500, state: 'ready' },
      { id: body.sims[1].id, state: 'removed' },
    ]);
    await heartbeat('box-sims', { sims: [] });
    expect((await boxNamed('box-sims')).sims).toEqual(later);
  });

  it('that change places keep their money, in one heartbeat', async () => {
    const { body } = await register('box-swap', {
      sims: [
        { slot: '1', iccid: '11' },
        { slot: '2', iccid: '22' },
      ],
    });
    await heartbeat('box-swap', {
      sims: [
        { slot: '1', iccid: '22' },
        { slot: '2', iccid: '11' },
      ],
    });
    const ids = body.sims.map(({ id }: { id: string }) => id);
    const { sims, id } = await boxNamed('box-swap');
    expect(sims.map((sim: { id: string }) => sim.id)).toEqual(ids.reverse());
    await heartbeat('box-swap', { sims: [{ slot: '1', iccid: '33' }] });
    expect((await boxNamed('box-swap')).sims.map(({ slot }: { slot: string }) => slot)).toEqual([
      ...['1', '1 (22)', '2'],
    ]);
    const { lines } = (await relais.api.get(`/api/boxes/${id}/logs`)).body;
    expect(lines[0].text).toContain('another SIM card in slot 1');
  });
});

describe('the heartbeats of a fleet at once', () => {
  const FLEET = 150;
  const names = Array.from({ length: FLEET }, (_each, index) => `fleet-${index}`);
  const beat = () =>
    Promise.all(names.map((name) => heartbeat(name, { sims: [{ slot: '1', operator: 'MTN' }] })));

  it('are a few transactions, and write nothing about what has not changed', async () => {
    await Promise.all(names.map((name) => register(name, { sims: [{ slot: '1', operator: 'MTN' }] })));
    const rows = () =>
      query(
        "select b.xmin::text as box, s.xmin::text as sim from boxes b join box_sims s on s.box_id = b.id where b.code like 'fleet-%' order by b.id",
      );
    const before = await rows();
    expect(before).toHaveLength(FLEET);
    const answers = await beat();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await rows()).toEqual(before);
    const [{ transactions }] = await query(
      "select count(distinct p.xmin::text)::int as transactions from box_presence p join boxes b on b.id = p.box_id where b.code like 'fleet-%'",
    );
    expect(transactions).toBeLessThan(FLEET / 3);
  }, 60_000);

  it('that come to two processes, shuffled and twice, are all answered', async () => {
    const second = await openKernel(
      { ...relais.kernel.config, PORT: 0, RELAIS_ROLE: 'api' },
      { log: relais.kernel.log, clock },
    );
    const app = await compose(second);
    try {
      const elsewhere = sharedBoxes({ baseUrl: await app.start(), kernel: second });
      const [here, there] = await Promise.all([
        beat(),
        Promise.all(
          names
            .toReversed()
            .map((callboxId) =>
              elsewhere.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId, sims: [{ slot: '2' }] }),
            ),
        ),
      ]);
      expect(new Set([...here, ...there].map(({ status }) => status))).toEqual(new Set([200]));
    } finally {
      await app.stop();
    }
  });
});

describe('a box in quarantine', () => {
  it('is answered and told so, until a person lets it work again', async () => {
    await register('box-bad');
    const { id } = await boxNamed('box-bad');
    expect((await relais.api.patch(`/api/boxes/${id}`, { quarantine: { reason: '' } })).status).toBe(400);
    const reason = 'It reported what it never had';
    await relais.api.patch(`/api/boxes/${id}`, { quarantine: { reason } });
    expect((await heartbeat('box-bad')).body).toMatchObject({
      ...{ success: true, state: 'quarantined', reason, pendingTransactions: 0 },
    });
    expect((await register('box-bad')).body.instance.status).toBe('quarantined');
    expect(await boxNamed('box-bad')).toMatchObject({ state: 'quarantined', quarantine: { reason } });
    await relais.api.patch(`/api/boxes/${id}`, { quarantine: null });
    expect((await heartbeat('box-bad')).body).toMatchObject({ state: 'active', reason: null });
    const { entries } = (await relais.api.get(`/api/audit?entityId=${id}`)).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      ...['box.released', 'box.quarantined', 'box.registered'],
    ]);
  });
});
