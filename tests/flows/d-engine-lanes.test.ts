import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { submitted, testBox } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What nobody can take waits in front of what somebody can: it must not keep it from its box.

let relais: TestRelais;

beforeEach(async () => {
  relais = await startRelais();
});
afterEach(() => relais?.stop());

/** Hands many in, some hundred at once. */
async function crowd(count: number, each: (place: number) => object): Promise<void> {
  for (let from = 0; from < count; from += 250) {
    const places = Array.from({ length: Math.min(250, count - from) }, (_, place) => from + place);
    await Promise.all(places.map((place) => submitted(relais.api, each(place))));
  }
}

async function limitAmount(code: string, maxAmount: number): Promise<void> {
  const { body } = await relais.api.get('/api/boxes');
  const { id } = body.boxes.find(({ callboxId }: { callboxId: string }) => callboxId === code);
  const answer = await relais.api.patch(`/api/boxes/${id}`, { limits: { maxAmount } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

const MTN = { sims: [{ slot: 'mtn', operator: 'mtn' }] };

describe('what waits behind what nobody can take', () => {
  it('gets its box, however much in its lane is too large for every box', { timeout: 120_000 }, async () => {
    const box = testBox(relais, 'small', { fencing: true, ...MTN });
    await box.register();
    await limitAmount('small', 10_000);
    await crowd(2500, () => ({ amount: 50_000 }));
    const last = await submitted(relais.api, { amount: 500 });
    await eventually(async () => expect((await box.pull()).map(({ id }) => id)).toEqual([last]), 15_000);
    // And what comes after it too.
    const next = await submitted(relais.api, { amount: 600 });
    await box.report(last, 'completed', { result: { success: true } });
    await eventually(async () => expect((await box.pull()).map(({ id }) => id)).toEqual([next]), 15_000);
  });

  it('is not hidden while another lane keeps boxes at work', { timeout: 120_000 }, async () => {
    const box = testBox(relais, 'busy', { fencing: true, ...MTN, maxConcurrentTransactions: 1 });
    await box.register();
    await limitAmount('busy', 10_000);
    await crowd(250, () => ({ amount: 50_000, priority: 'high' }));
    const urgent = await submitted(relais.api, { amount: 500, priority: 'high' });
    // Always there, and less urgent.
    await crowd(20, () => ({ type: 'deposit', amount: 700 }));
    const done: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const [given] = await eventually(async () => {
        const pulled = await box.pull();
        expect(pulled).toHaveLength(1);
        return pulled;
      });
      done.push(given!.id);
      await box.report(given!.id, 'completed', { result: { success: true } });
    }
    expect(done).toContain(urgent);
  });

  it('is found behind more lanes than are looked at', { timeout: 120_000 }, async () => {
    const box = testBox(relais, 'named', { fencing: true, ...MTN });
    await crowd(1010, (place) => ({
      customerInfo: { name: 'Jean Dupont', operator: `a${String(place).padStart(5, '0')}` },
    }));
    await crowd(300, () => ({ customerInfo: { name: 'Jean Dupont', operator: 'Camtel' } }));
    const mine = await submitted(relais.api);
    await box.register();
    await eventually(async () => expect((await box.pull()).map(({ id }) => id)).toEqual([mine]), 15_000);
  });
});
