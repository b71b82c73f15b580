import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../server/compose.ts';
import { manualClock } from '../../server/kernel/clock.ts';
import { openKernel } from '../../server/kernel/open.ts';
import { type Client, createClient } from '../harness/client.ts';
import { enrolledBox, HEARTBEAT, REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// One-time codes, tokens of a box's own, and what becomes of them.

const HOUR_MS = 3_600_000;

const clock = manualClock(Date.UTC(2026, 4, 4, 9));
let relais: TestRelais;
let shared: Client;
let anybody: Client;

beforeAll(async () => {
  relais = await startRelais({ clock });
  shared = sharedBoxes(relais);
  anybody = createClient(relais.baseUrl);
});
afterAll(() => relais?.stop());

const enrol = (code: string, callboxId?: string) =>
  anybody.post('/api/call-box/enroll', { code, ...(callboxId ? { callboxId } : {}) });
const registration = (callboxId: string) => ({ ...REGISTRATION, callboxId });
const heartbeat = (callboxId: string) => ({ ...HEARTBEAT, callboxId });
async function codeFor(callboxId: string): Promise<{ code: string; id: string }> {
  const { body } = await relais.api.post('/api/boxes', { callboxId });
  return { code: body.enrolment.code, id: body.box.id };
}

describe('a code', () => {
  it('makes a box the company’s, once', async () => {
    const { code, id } = await codeFor('box-once');
    const first = await enrol(` ${code.toLowerCase().replaceAll('-', ' ')} `, 'box-once');
    expect(first.body).toMatchObject({
      ...{ success: true, callboxId: 'box-once', companyName: 'Harness SARL' },
      token: expect.stringMatching(/^rbx_.{40,}/),
    });
    const second = await enrol(code);
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: 'enrolment_used', details: expect.any(String) });
    const { body } = await relais.api.get(`/api/boxes/${id}`);
    expect(first.body.token.startsWith(body.box.token.hint)).toBe(true);
    expect(JSON.stringify(body)).not.toContain(first.body.token);
  });

  it('is worth one token when eight use it at once', async () => {
    const { code } = await codeFor('box-race');
    const answers = await Promise.all(Array.from({ length: 8 }, () => enrol(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  });

  it('expires after a day', async () => {
    const { code } = await codeFor('box-late');
    clock.advance(24 * HOUR_MS + 1);
    const answer = await enrol(code);
    expect(answer.status).toBe(410);
    expect(answer.body.code).toBe('enrolment_expired');
  });

  it('that nobody gave out is not known', async () => {
    for (const code of ['ABCD-EFGH-JKMN', 'x', '0']) {
      const answer = await enrol(code);
      expect({ status: answer.status, code: answer.body.code }).toEqual({
        ...{ status: 404, code: 'enrolment_unknown' },
      });
    }
  });

  it('is for the box it was made for, and a wrong name does not use it up', async () => {
    const { code } = await codeFor('box-named');
    expect((await enrol(code, 'box-other')).body.code).toBe('enrolment_other_box');
    expect((await enrol(code, 'box-named')).status).toBe(200);
  });

  it('ends the one before', async () => {
    const { code, id } = await codeFor('box-renewed');
    const { body } = await relais.api.post(`/api/boxes/${id}/enrolment`);
    expect((await enrol(code)).body.code).toBe('enrolment_expired');
    expect((await enrol(body.enrolment.code)).status).toBe(200);
  });

  it('is not given for a name that is taken', async () => {
    await codeFor('box-taken');
    const again = await relais.api.post('/api/boxes', { callboxId: 'box-taken' });
    expect({ status: again.status, code: again.body.code }).toEqual({ status: 409, code: 'box_exists' });
  });
});

describe("a box's own token", () => {
  it('speaks for that box alone', async () => {
    const { box } = await enrolledBox(relais, relais.api, 'box-own');
    expect((await box.post('/api/call-box/register', registration('box-own'))).status).toBe(200);
    expect((await box.post('/api/call-box/heartbeat', heartbeat('box-own'))).status).toBe(200);
    await shared.post('/api/call-box/register', registration('box-shared'));
    const foreign = [
      box.post('/api/call-box/register', registration('box-shared')),
      box.post('/api/call-box/register', registration('box-fresh')),
      box.post('/api/call-box/heartbeat', heartbeat('box-shared')),
      box.post('/api/call-box/logs', { callboxId: 'box-shared', lines: [] }),
      box.get('/api/call-box/config?callboxId=box-shared'),
    ];
    for (const answer of await Promise.all(foreign)) {
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 403, code: 'box_not_own' });
      expect(answer.body.details).toBeTruthy();
    }
    const change = await box.put('/api/call-box/config', { maxRetries: 20 });
    expect({ status: change.status, code: change.body.code }).toEqual({
      ...{ status: 403, code: 'box_token_limited' },
    });
    const { instances } = (await box.get('/api/call-box/stats')).body.stats;
    expect(instances.map(({ id }: { id: string }) => id)).toEqual(['box-own']);
    expect((await box.get('/api/boxes')).status).toBe(401);
  });

  it('takes the place of the shared one, which no longer speaks for the box', async () => {
    await shared.post('/api/call-box/register', registration('box-moved'));
    const { boxes } = (await relais.api.get('/api/boxes?search=box-moved')).body;
    const { enrolment } = (await relais.api.post(`/api/boxes/${boxes[0].id}/enrolment`)).body;
    expect((await shared.post('/api/call-box/heartbeat', heartbeat('box-moved'))).status).toBe(200);
    const { token } = (await enrol(enrolment.code)).body;
    const own = createClient(relais.baseUrl, { authorization: `Bearer ${token}` });
    expect((await own.post('/api/call-box/heartbeat', heartbeat('box-moved'))).status).toBe(200);
    for (const door of ['heartbeat', 'register']) {
      const answer = await shared.post(`/api/call-box/${door}`, {
        ...registration('box-moved'),
        ...heartbeat('box-moved'),
      });
      expect({ status: answer.status, code: answer.body.code }).toEqual({
        ...{ status: 403, code: 'box_token_needed' },
      });
    }
  });

  it('ends at once when it is revoked, and the shared one opens nothing instead', async () => {
    const { box, boxId } = await enrolledBox(relais, relais.api, 'box-stolen');
    await box.post('/api/call-box/register', registration('box-stolen'));
    const revoked = await relais.api.post(`/api/boxes/${boxId}/revoke`);
    expect(revoked.body.box.token.revokedAt).toBe(clock.now().toISOString());
    const answer = await box.post('/api/call-box/heartbeat', heartbeat('box-stolen'));
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      ...{ status: 401, code: 'invalid_box_token' },
    });
    expect((await shared.post('/api/call-box/heartbeat', heartbeat('box-stolen'))).status).toBe(403);
    expect((await relais.api.post(`/api/boxes/${boxId}/revoke`)).body.code).toBe('box_has_no_token');
  });

  it('ends within seconds in another process', async () => {
    const second = await openKernel(
      { ...relais.kernel.config, PORT: 0, RELAIS_ROLE: 'api' },
      {
        log: relais.kernel.log,
        clock,
      },
    );
    const app = await compose(second);
    try {
      const elsewhere = await app.start();
      const { boxId, token } = await enrolledBox(relais, relais.api, 'box-two-houses');
      const box = createClient(elsewhere, { authorization: `Bearer ${token}` });
      expect((await box.post('/api/call-box/register', registration('box-two-houses'))).status).toBe(200);
      await relais.api.post(`/api/boxes/${boxId}/revoke`);
      clock.advance(2001);
      expect((await box.post('/api/call-box/heartbeat', heartbeat('box-two-houses'))).status).toBe(401);
    } finally {
      await app.stop();
    }
  });

  it('ends when another one is made', async () => {
    const { box, boxId } = await enrolledBox(relais, relais.api, 'box-again');
    await box.post('/api/call-box/register', registration('box-again'));
    const { enrolment } = (await relais.api.post(`/api/boxes/${boxId}/enrolment`)).body;
    expect((await box.post('/api/call-box/heartbeat', heartbeat('box-again'))).status).toBe(200);
    expect((await enrol(enrolment.code)).status).toBe(200);
    expect((await box.post('/api/call-box/heartbeat', heartbeat('box-again'))).status).toBe(401);
  });
});

describe('a box that is retired', () => {
  it('is told so, gets nothing, and goes back to work when it is added again', async () => {
    await shared.post('/api/call-box/register', registration('box-old'));
    const { boxes } = (await relais.api.get('/api/boxes?search=box-old')).body;
    const { id } = boxes[0];
    expect((await relais.api.delete(`/api/boxes/${id}`)).body.box.state).toBe('retired');
    expect((await relais.api.delete(`/api/boxes/${id}`)).status).toBe(200);
    expect((await relais.api.get('/api/boxes?search=box-old')).body.boxes).toEqual([]);
    expect((await relais.api.get('/api/boxes?state=retired')).body.boxes[0].id).toBe(id);
    const heard = await shared.post('/api/call-box/heartbeat', heartbeat('box-old'));
    expect(heard.body).toMatchObject({ success: true, state: 'retired', pendingTransactions: 0 });
    const told = await shared.post('/api/call-box/register', registration('box-old'));
    expect(told.body.instance.status).toBe('retired');
    expect((await relais.api.patch(`/api/boxes/${id}`, { label: 'x' })).body.code).toBe('box_retired');
    const back = await relais.api.post('/api/boxes', { callboxId: 'box-old' });
    expect(back.body.box).toMatchObject({ id, retiredAt: null });
    expect((await shared.post('/api/call-box/heartbeat', heartbeat('box-old'))).body.state).toBe('active');
  });

  it('with a token of its own no longer comes in', async () => {
    const { box, boxId } = await enrolledBox(relais, relais.api, 'box-gone');
    await box.post('/api/call-box/register', registration('box-gone'));
    await relais.api.delete(`/api/boxes/${boxId}`);
    expect((await box.post('/api/call-box/heartbeat', heartbeat('box-gone'))).status).toBe(401);
  });
});

it('guesses at codes are held up', async () => {
  const answers = await Promise.all(Array.from({ length: 61 }, () => enrol('0000-0000-0000')));
  const last = answers.find(({ status }) => status === 429);
  expect(last?.body).toMatchObject({ success: false, code: 'rate_limited', details: expect.any(String) });
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
});
