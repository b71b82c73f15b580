import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueApiKey } from '../../server/modules/identity/index.ts';
import { createClient } from '../harness/client.ts';
import { testBox } from '../harness/engine.ts';
import { sharedBoxes } from '../harness/fleet.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Who looks after boxes does not lift the limits that hold them.

let relais: TestRelais;
let owner: Person;
/** Manages boxes, and nothing else. */
let technician: Person;
let boxId: string;

beforeAll(async () => {
  relais = await startRelais({ config: { RELAIS_ROLE: 'api' } });
  owner = await signedIn(relais, relais.owner);
  const made = await owner.post('/api/roles', { name: 'Technician', permissions: ['boxes:manage'] });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  technician = (await join(relais, owner, made.body.role.id)).person;
  await testBox(relais, 'held').register();
  boxId = (await owner.get('/api/boxes')).body.boxes[0].id;
});
afterAll(() => relais?.stop());

const settings = async () => (await owner.get('/api/callbox/settings')).body;
const change = async (by: Pick<Person, 'put'>, rules: object, config = {}) =>
  by.put('/api/callbox/settings', { version: (await settings()).version, rules, config });

describe('rules about money', () => {
  const money: [name: string, value: number | null][] = [
    ['maxAmount', 900_000_000],
    ['lookAlikeMinutes', 5],
    ['twoPeopleAbove', null],
  ];
  for (const [name, value] of money) {
    it(`are not changed by whoever manages boxes alone: ${name}`, async () => {
      const before = await settings();
      const refused = await change(technician, { [name]: value });
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      // Nothing of a change that is refused is kept, whatever else it asks for.
      expect(await change(technician, { [name]: value }, { maxRetries: 9 })).toMatchObject({ status: 403 });
      expect(await settings()).toEqual(before);
    });
  }

  it('may be named as they are, beside what is changed', async () => {
    const { rules } = await settings();
    const answer = await change(technician, { ...rules, region: 'FR' }, { timeoutMs: 40_000 });
    expect(answer, JSON.stringify(answer.body)).toMatchObject({
      status: 200,
      body: { rules: { ...rules, region: 'FR' }, config: { timeoutMs: 40_000 } },
    });
  });

  it('are changed by an administrator, and the audit log has from what to what', async () => {
    const { person: admin } = await join(relais, owner, 'admin');
    expect((await change(admin, { twoPeopleAbove: 50_000 })).status).toBe(200);
    const { entries } = (await owner.get('/api/audit?limit=5&entityType=callbox_settings')).body;
    expect(entries[0]).toMatchObject({
      action: 'callbox_settings.updated',
      changes: { twoPeopleAbove: { from: 100_000, to: 50_000 } },
    });
  });

  it('need the scope of a key, which names it', async () => {
    const scopes = ['boxes:read', 'boxes:manage'] as const;
    const { secret } = await issueApiKey(relais.kernel, {
      ...{ companyId: relais.companyId, name: 'boxes', scopes: [...scopes] },
    });
    const program = createClient(relais.baseUrl, { 'x-api-key': secret });
    const answer = await program.put('/api/callbox/settings', {
      ...{ version: (await settings()).version, rules: { maxAmount: 5 } },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'scope_missing' } });
    expect(answer.body.error).toContain('money:rules');
  });
});

describe('the largest amount of one box', () => {
  const limit = (by: Pick<Person, 'patch'>, limits: object) => by.patch(`/api/boxes/${boxId}`, { limits });

  it('is not lifted by whoever manages boxes alone; how often it works is', async () => {
    expect((await limit(owner, { maxAmount: 5000 })).status).toBe(200);
    expect(await limit(technician, { maxAmount: null })).toMatchObject({ status: 403 });
    expect(await limit(technician, { maxAmount: 6000 })).toMatchObject({ status: 403 });
    const answer = await limit(technician, { maxAmount: 5000, maxPerMinute: 7 });
    expect(answer.body.box.limits).toMatchObject({ maxAmount: 5000, maxPerMinute: 7 });
  });

  it('is not given with a new name either', async () => {
    const named = (limits: object) => technician.post('/api/boxes', { callboxId: 'new-one', limits });
    expect(await named({ maxAmount: 5000 })).toMatchObject({ status: 403 });
    expect((await named({ maxPerDay: 5 })).status).toBe(201);
  });
});

describe('the published interface', () => {
  it('goes on changing what boxes are told, with the token that they share', async () => {
    const config = { maxRetries: 4, timeoutMs: 31_000, batchSize: 6, pollIntervalMs: 6000 };
    const answer = await sharedBoxes(relais).put('/api/call-box/config', config);
    expect(answer, JSON.stringify(answer.body)).toMatchObject({
      status: 200,
      body: { success: true, config },
    });
    expect((await sharedBoxes(relais).get('/api/call-box/config?callboxId=held')).body).toMatchObject({
      config,
    });
  });
});
