import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { submitted, type TestBox, testBox } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// A box that fails again and again is taken out by itself, and let back by a person or by a trial that succeeds.

const clock = manualClock(Date.now());
let relais: TestRelais;
let count = 0;
let box: TestBox;
/** Each has an operator of its own, so that it meets nobody else's transactions. */
let operator: string;

beforeAll(async () => {
  relais = await startRelais({ clock });
  const { version } = (await relais.api.get('/api/callbox/settings')).body;
  const rules = { quarantineAfterFailures: 3 };
  expect((await relais.api.put('/api/callbox/settings', { version, rules })).status).toBe(200);
});
afterAll(() => relais?.stop());
beforeEach(async () => {
  operator = `op${++count}`;
  box = testBox(relais, `box-${count}`, { fencing: true, sims: [{ slot: 'a', operator }] });
  await box.register();
});

const wanted = () => submitted(relais.api, { customerInfo: { name: 'Jean Dupont', operator } });

const viewed = async () => {
  const { body } = await relais.api.get('/api/boxes');
  return body.boxes.find(({ callboxId }: { callboxId: string }) => callboxId === box.code);
};

/** Hands one in, and tells what the box made of it. */
async function told(status: 'completed' | 'failed' | 'unknown', code?: string): Promise<string> {
  const id = await wanted();
  await eventually(async () => expect((await box.pull()).map((given) => given.id)).toContain(id));
  await box.report(id, 'processing');
  // It makes no sense to try again: so nothing of it comes back.
  const result = { success: status === 'completed', retryable: false, code };
  const answer = await box.report(id, status, { result });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return id;
}

async function fail(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await told('failed');
}

describe('a box that fails', () => {
  it('as often in a row as the company allows is taken out, and gets nothing', async () => {
    await fail(2);
    expect(await viewed()).toMatchObject({ state: 'connected', failuresInRow: 2, quarantine: null });
    await fail(1);
    expect(await viewed()).toMatchObject({
      ...{ state: 'quarantined', failuresInRow: 3 },
      quarantine: { reason: '3 failures in a row', trialAt: expect.any(String) },
    });
    await wanted();
    expect(await box.pull()).toEqual([]);
    expect((await box.heartbeat()).body).toMatchObject({
      state: 'quarantined',
      reason: '3 failures in a row',
    });
    const { id } = await viewed();
    const { entries } = (await relais.api.get(`/api/audit?limit=5&entityType=box`)).body;
    expect(entries[0]).toMatchObject({ action: 'box.quarantined', entityId: id });
    const { body } = await relais.api.get(`/api/boxes/${id}/logs`);
    expect(JSON.stringify(body)).toContain('3 failures in a row');
  });

  it('begins to count anew when it completes one', async () => {
    await fail(2);
    await told('completed');
    expect(await viewed()).toMatchObject({ failuresInRow: 0 });
    await fail(2);
    expect(await viewed()).toMatchObject({ state: 'connected', failuresInRow: 2 });
  });

  it('is not counted by the same failure told again', async () => {
    const id = await told('failed');
    for (let time = 0; time < 4; time++)
      await box.report(id, 'failed', { result: { success: false, retryable: false } });
    expect(await viewed()).toMatchObject({ state: 'connected', failuresInRow: 1 });
  });

  it('is not blamed for numbers that are not there', async () => {
    for (let time = 0; time < 4; time++) await told('failed', 'wrong_number');
    expect(await viewed()).toMatchObject({ state: 'connected', failuresInRow: 0 });
  });
});

describe('a box that its failures took out', () => {
  beforeEach(async () => {
    await fail(3);
    expect((await viewed()).state).toBe('quarantined');
  });

  /** From now on it may be tried. */
  async function later(): Promise<void> {
    clock.advance(11 * 60_000);
    await box.heartbeat();
  }

  it('is tried with one, and works again when that succeeds', async () => {
    const ids = [await wanted(), await wanted()];
    await later();
    const [tried, ...more] = await eventually(async () => {
      const given = await box.pull();
      expect(given).not.toEqual([]);
      return given;
    });
    expect(more).toEqual([]);
    await box.report(tried!.id, 'completed', { result: { success: true } });
    expect(await viewed()).toMatchObject({ state: 'connected', failuresInRow: 0, quarantine: null });
    const rest = ids.filter((id) => id !== tried!.id);
    await eventually(async () => expect((await box.pull()).map(({ id }) => id)).toEqual(rest));
  });

  it('stays out when the trial fails, and is tried again later still', async () => {
    await later();
    const before = await viewed();
    await told('failed');
    const after = await viewed();
    expect(after).toMatchObject({ state: 'quarantined', failuresInRow: 4 });
    expect(after.quarantine.at).toBe(before.quarantine.at);
    expect(Date.parse(after.quarantine.trialAt)).toBeGreaterThan(clock.nowMs() + 9 * 60_000);
    await wanted();
    expect(await box.pull()).toEqual([]);
  });

  it('works again at once when a person lets it, and counts from nothing', async () => {
    const { id } = await viewed();
    expect((await relais.api.patch(`/api/boxes/${id}`, { quarantine: null })).status).toBe(200);
    expect(await viewed()).toMatchObject({ state: 'connected', failuresInRow: 0, quarantine: null });
    await told('completed');
  });
});

describe('a quarantine by a person', () => {
  it('is not ended by anything that the box does', async () => {
    const id = await wanted();
    await eventually(async () => expect((await box.pull()).map((given) => given.id)).toEqual([id]));
    const { id: boxId } = await viewed();
    const quarantine = { reason: 'SIM changed without notice' };
    expect((await relais.api.patch(`/api/boxes/${boxId}`, { quarantine })).status).toBe(200);
    await box.report(id, 'completed', { result: { success: true } });
    clock.advance(24 * 3600_000);
    await box.heartbeat();
    await wanted();
    expect(await box.pull()).toEqual([]);
    expect(await viewed()).toMatchObject({ quarantine: { ...quarantine, trialAt: null } });
  });
});
