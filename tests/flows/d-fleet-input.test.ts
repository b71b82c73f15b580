import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSecret } from '../../server/kernel/ids.ts';
import { type Answer, type Client, createClient } from '../harness/client.ts';
import { enrolledBox, HEARTBEAT, REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { expectUnharmed } from '../harness/refusal.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What boxes send that they should not: each is refused in the promised shape, and nothing of it is kept.

let relais: TestRelais;
let boxes: Client;

beforeAll(async () => {
  relais = await startRelais();
  boxes = sharedBoxes(relais);
  expect((await boxes.post('/api/call-box/register', REGISTRATION)).status).toBe(200);
});
afterAll(() => relais?.stop());

function expectRefused({ status, body }: Answer, expected: { status: number; code: string }): void {
  expect({ status, code: body.code }).toEqual(expected);
  expect(body).toMatchObject({ success: false, error: expect.any(String) });
  expect(body.details, 'details are promised').toBeTruthy();
}

const boxNamed = async (callboxId: string) =>
  (await relais.api.get('/api/boxes?limit=200')).body.boxes.find(
    (box: { callboxId: string }) => box.callboxId === callboxId,
  );

describe('a token', () => {
  const tokens: Record<string, string> = {
    'that is wrong': 'Bearer wrong',
    'of nobody': `Bearer rbx_${newSecret()}`,
    'that is empty': 'Bearer ',
    'of another scheme': 'Basic Y2FsbGJveDpzZWNyZXQ=',
  };
  for (const [name, authorization] of Object.entries(tokens)) {
    it(`${name} opens nothing`, async () => {
      const stranger = createClient(relais.baseUrl, { authorization });
      const refusal = { status: 401, code: 'invalid_box_token' };
      expectRefused(await stranger.post('/api/call-box/register', REGISTRATION), refusal);
      expectRefused(await stranger.post('/api/call-box/heartbeat', HEARTBEAT), refusal);
    });
  }

  it('is needed, and an API key is none', async () => {
    const refusal = { status: 401, code: 'invalid_box_token' };
    expectRefused(await createClient(relais.baseUrl).post('/api/call-box/heartbeat', HEARTBEAT), refusal);
    expectRefused(await relais.api.post('/api/call-box/heartbeat', HEARTBEAT), refusal);
  });
});

describe('a registration', () => {
  const wrong: Record<string, object> = {
    'without a name': { callboxId: undefined },
    'with an empty name': { callboxId: '' },
    'with a name that is a path': { callboxId: '../../x' },
    'with a name that is too long': { callboxId: 'x'.repeat(61) },
    'without capabilities': { capabilities: undefined },
    'of no type': { capabilities: { maxConcurrentTransactions: 1, supportedTypes: [] } },
    'of an unknown type': { capabilities: { maxConcurrentTransactions: 1, supportedTypes: ['loan'] } },
    'that takes nothing': { capabilities: { maxConcurrentTransactions: 0, supportedTypes: ['recharge'] } },
    'that takes everything': {
      capabilities: { maxConcurrentTransactions: 1e9, supportedTypes: ['recharge'] },
    },
    'with a slot named twice': {
      capabilities: { ...REGISTRATION.capabilities, sims: [{ slot: '1' }, { slot: '1' }] },
    },
    'with a slot that is code': {
      capabilities: { ...REGISTRATION.capabilities, sims: [{ slot: "'; drop table boxes; --" }] },
    },
    'with a balance below nothing': {
      capabilities: { ...REGISTRATION.capabilities, sims: [{ slot: '1', balance: -5 }] },
    },
    'with a SIM that says it was removed': {
      capabilities: { ...REGISTRATION.capabilities, sims: [{ slot: '1', state: 'removed' }] },
    },
    'that holds a character that is none': { location: 'a\u0000b' },
  };
  for (const [name, part] of Object.entries(wrong)) {
    it(`${name} is refused`, async () => {
      const answer = await boxes.post('/api/call-box/register', {
        ...REGISTRATION,
        callboxId: 'callbox_wrong',
        ...part,
      });
      expectRefused(answer, { status: 400, code: 'invalid_request' });
      expect(await boxNamed('callbox_wrong')).toBeUndefined();
    });
  }

  it('with fields that nobody knows is taken', async () => {
    const more = { ...REGISTRATION, callboxId: 'callbox_more', colour: 'red', nested: { a: [1] } };
    expect((await boxes.post('/api/call-box/register', more)).status).toBe(200);
  });

  it('of one name twenty times at once makes one box with one SIM', async () => {
    const told = { ...REGISTRATION, callboxId: 'callbox_twins' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => boxes.post('/api/call-box/register', told)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.sims[0].id)).size).toBe(1);
    const { rows } = await relais.kernel.db.ownerPool.query(
      "select (select count(*) from boxes where code = 'callbox_twins') as boxes, (select count(*) from audit_log where action = 'box.registered' and entity_id = (select id::text from boxes where code = 'callbox_twins')) as told",
    );
    expect(rows).toEqual([{ boxes: 1, told: 1 }]);
  });

  it('again changes the box and makes no second one', async () => {
    const told = { ...REGISTRATION, callboxId: 'callbox_again' };
    await boxes.post('/api/call-box/register', told);
    const first = await boxNamed('callbox_again');
    const capabilities = {
      maxConcurrentTransactions: 2,
      supportedTypes: ['recharge', 'recharge'],
      fencing: true,
    };
    await boxes.post('/api/call-box/register', { ...told, version: '2.0.0', capabilities });
    expect(await boxNamed('callbox_again')).toMatchObject({
      ...{ id: first.id, version: '2.0.0' },
      capabilities: { maxConcurrentTransactions: 2, supportedTypes: ['recharge'], fencing: true },
    });
  });
});

describe('a heartbeat', () => {
  it('of a box that never registered says that it must', async () => {
    const answer = await boxes.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId: 'callbox_404' });
    expectRefused(answer, { status: 404, code: 'box_unknown' });
    expect(answer.body.error).toContain('/api/call-box/register');
    const french = await boxes.post(
      '/api/call-box/heartbeat',
      { ...HEARTBEAT, callboxId: 'callbox_404' },
      { 'accept-language': 'fr' },
    );
    expect(french.body.error).toContain("n'est pas enregistrée");
  });

  it("of another company's box is that of an unknown one", async () => {
    const other = await relais.addCompany('Neighbour SARL');
    const { box } = await enrolledBox(relais, other.api, 'callbox_theirs');
    expect(
      (await box.post('/api/call-box/register', { ...REGISTRATION, callboxId: 'callbox_theirs' })).status,
    ).toBe(200);
    const answer = await boxes.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId: 'callbox_theirs' });
    expectRefused(answer, { status: 404, code: 'box_unknown' });
    expectRefused(await boxes.get('/api/call-box/config?callboxId=callbox_theirs'), {
      ...{ status: 404, code: 'box_unknown' },
    });
  });

  const wrong: Record<string, object> = {
    'with a queue below nothing': { queueSize: -1 },
    'with half a transaction in its queue': { queueSize: 1.5 },
    'with a queue that cannot be true': { queueSize: 2_000_000_000 },
    'with a queue in words': { queueSize: 'three' },
    'with a time that is none': { sentAt: 'yesterday' },
    'with a battery of 140 percent': { battery: { percent: 140 } },
    'with work of no attempt': { open: [{ id: 'tx_1', attempt: 0, state: 'queued' }] },
    'with an uptime below nothing': { metrics: { uptime: -1 } },
    'with a status as long as a letter': { status: 'x'.repeat(41) },
  };
  for (const [name, part] of Object.entries(wrong)) {
    it(`${name} is refused, and those that come with it are taken`, async () => {
      const [bad, good] = await Promise.all([
        boxes.post('/api/call-box/heartbeat', { ...HEARTBEAT, ...part }),
        boxes.post('/api/call-box/heartbeat', HEARTBEAT),
      ]);
      expectRefused(bad, { status: 400, code: 'invalid_request' });
      expect(good.status).toBe(200);
      expect(await boxNamed('callbox_001')).toMatchObject({ queueSize: 3 });
    });
  }

  it('with the least is taken, and what it does not say stays', async () => {
    const answer = await boxes.post('/api/call-box/heartbeat', { callboxId: 'callbox_001' });
    expect(answer.status).toBe(200);
    expect(await boxNamed('callbox_001')).toMatchObject({ queueSize: 3, processedTransactions: 152 });
  });
});

describe('a log', () => {
  it('is read from afar, cut where it is too long, and fenced', async () => {
    const { id } = await boxNamed('callbox_001');
    const lines = [
      { at: '2024-10-07T15:30:00Z', level: 'info', text: 'SIM 1 is ready' },
      { at: 1728315001000, level: 'error', text: '€'.repeat(5000) },
    ];
    const stored = await boxes.post('/api/call-box/logs', { callboxId: 'callbox_001', lines });
    expect(stored.body).toEqual({ success: true, stored: 2 });
    const { body } = await relais.api.get(`/api/boxes/${id}/logs`);
    expect(body.lines.map(({ level }: { level: string }) => level)).toEqual(['error', 'info']);
    expect(body.lines[0].text.length).toBeLessThanOrEqual(1000);
    const errors = await relais.api.get(`/api/boxes/${id}/logs?level=error&format=csv`);
    expect(errors.body).not.toContain('SIM 1 is ready');
    const other = await relais.addCompany('Curious SARL');
    expect((await other.api.get(`/api/boxes/${id}/logs`)).status).toBe(404);
  });

  it('of a level that is none is refused', async () => {
    const lines = [{ at: 0, level: 'shout', text: 'x' }];
    const answer = await boxes.post('/api/call-box/logs', { callboxId: 'callbox_001', lines });
    expectRefused(answer, { status: 400, code: 'invalid_request' });
  });

  it('that never ends is held up', async () => {
    await boxes.post('/api/call-box/register', { ...REGISTRATION, callboxId: 'callbox_loud' });
    const lines = Array.from({ length: 500 }, () => ({ at: 0, level: 'debug', text: 'again' }));
    const answers = [];
    for (let turn = 0; turn < 7; turn += 1)
      answers.push(await boxes.post('/api/call-box/logs', { callboxId: 'callbox_loud', lines }));
    expectRefused(answers.at(-1)!, { status: 429, code: 'rate_limited' });
    expect(answers[0]!.status).toBe(200);
  });
});

it('breaks nothing', () => expectUnharmed(relais));
