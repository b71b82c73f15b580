import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { pushEnded, pushIncoming } from '../../server/modules/calls/push.ts';
import { sendPush } from '../../server/modules/calls/push-send.ts';
import { answerCall, makeCall } from '../harness/call-rows.ts';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startApns, startFcm, startWebPush } from '../harness/push-services.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// A call comes in: the devices of those whom it rings are woken, and everything that becomes of it is told.

let relais: TestRelais;
let apns: Awaited<ReturnType<typeof startApns>>;
let fcm: Awaited<ReturnType<typeof startFcm>>;
let web: Awaited<ReturnType<typeof startWebPush>>;
let owner: Person;
let ada: { person: Person; userId: string };
let bob: { person: Person; userId: string };

beforeAll(async () => {
  [apns, fcm, web] = [await startApns(), await startFcm(), await startWebPush()];
  relais = await startRelais({
    config: {
      ...apns.config,
      ...fcm.config,
      ...web.config,
      OUTGOING_ALLOW_PRIVATE: true,
      PUSH_TIMEOUT_MS: 500,
    },
  });
  owner = await signedIn(relais, relais.owner);
  [ada, bob] = [await joined('agent'), await joined('agent')];
});
afterAll(async () => {
  await relais?.stop();
  for (const service of [apns, fcm, web]) await service?.close();
});

async function joined(role: string) {
  const { person } = await join(relais, owner, role);
  return { person, userId: (await person.get('/api/me')).body.user.id as string };
}

let count = 0;
function hex(): string {
  count += 1;
  return count.toString(16).padStart(64, '0');
}
const iPhone = (token: string) => ({
  platform: 'ios',
  token,
  appId: 'org.example.relais',
  name: 'An iPhone',
});

async function register(person: Person, device: object) {
  const { status, body } = await person.post('/api/push/devices', device);
  expect({ status, code: body.code }).toEqual({ status: 201, code: undefined });
  return body.device;
}

const ctx = () => systemCtx(relais.kernel, relais.companyId, 'test');
const ring = (callId: string, userIds: string[], contactName: string | null = 'Grace Hopper') =>
  transact(ctx(), (tx) =>
    pushIncoming(ctx(), tx, { id: callId, from: '+33612345678', contactName }, userIds),
  );
const end = (callId: string, why: 'answered' | 'ended') =>
  transact(ctx(), (tx) => pushEnded(ctx(), tx, callId, why));
const ringing = () => makeCall(relais, { status: 'RINGING' });

async function tracesOf(callId: string, kind = 'incoming') {
  const { traces } = (await ada.person.get(`/api/calls/${callId}/push`)).body;
  return traces.filter((trace: { kind: string }) => trace.kind === kind);
}

describe('a device', () => {
  it('is registered once, shown without its token, and kept encrypted', async () => {
    const token = hex();
    const first = await register(ada.person, iPhone(token));
    const again = await register(ada.person, { ...iPhone(token.toUpperCase()), name: 'Renamed' });
    expect(again).toMatchObject({
      id: first.id,
      name: 'Renamed',
      own: true,
      configured: true,
      retiredAt: null,
    });
    const { body } = await ada.person.get('/api/push/devices');
    expect(body.devices.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    expect(JSON.stringify(body)).not.toContain(token);
    const { rows } = await relais.kernel.db.ownerPool.query(
      'select token_sealed, token_hash from push_devices',
    );
    expect(JSON.stringify(rows)).not.toContain(token);
    await ada.person.delete(`/api/push/devices/${first.id}`);
    expect((await ada.person.get('/api/push/devices')).body.devices).toEqual([]);
  });

  it('goes over to whoever signs in on it, in another company too, and rings for them alone', async () => {
    const token = hex();
    await register(ada.person, iPhone(token));
    await register(bob.person, iPhone(token));
    expect((await ada.person.get('/api/push/devices')).body.devices).toEqual([]);
    expect((await bob.person.get('/api/push/devices')).body.devices).toHaveLength(1);
    const other = await relais.addCompany('Elsewhere SARL');
    await register(await signedIn(relais, other.owner), iPhone(token));
    expect((await bob.person.get('/api/push/devices')).body.devices).toEqual([]);
    const { callId } = await ringing();
    await ring(callId, [ada.userId, bob.userId]);
    expect(await tracesOf(callId)).toEqual([]);
  });

  it('is one row when it registers many times at once', async () => {
    const token = hex();
    const rows = await Promise.all(Array.from({ length: 8 }, () => register(ada.person, iPhone(token))));
    const { devices } = (await ada.person.get('/api/push/devices')).body;
    expect(devices).toHaveLength(1);
    expect(rows).toHaveLength(8);
    await ada.person.delete(`/api/push/devices/${devices[0].id}`);
  });

  it('is nobody else’s business, but whoever manages calls may remove it', async () => {
    const { id } = await register(ada.person, iPhone(hex()));
    for (const request of [
      bob.person.delete(`/api/push/devices/${id}`),
      bob.person.post(`/api/push/devices/${id}/test`),
    ])
      expect((await request).status).toBe(404);
    expect((await bob.person.get('/api/push/devices?all=true')).body.devices).toEqual([]);
    const all = (await owner.get('/api/push/devices?all=true')).body.devices;
    expect(all).toMatchObject([{ id, own: false, user: { name: 'The agent' } }]);
    expect((await owner.delete(`/api/push/devices/${id}`)).status).toBe(200);
  });

  const refused: [what: string, device: object, code: string][] = [
    ['a token that is none', iPhone('nonsense'), 'push_token_invalid'],
    ['no app', { platform: 'ios', token: 'a'.repeat(64), name: 'x' }, 'invalid_request'],
    ['no token', { platform: 'android', name: 'x' }, 'push_token_invalid'],
    ['no subscription', { platform: 'web', token: 'x'.repeat(40), name: 'x' }, 'push_token_invalid'],
    [
      'keys that are none',
      {
        platform: 'web',
        name: 'x',
        subscription: { endpoint: 'https://push.example/1', keys: { p256dh: 'AAAA', auth: 'AAAA' } },
      },
      'push_token_invalid',
    ],
  ];
  for (const [what, device, code] of refused) {
    it(`is refused with ${what}`, async () => {
      expect((await ada.person.post('/api/push/devices', device)).body).toMatchObject({
        success: false,
        code,
      });
    });
  }

  it('belongs to a person, not to an API key; those who only read may be told of what they read', async () => {
    expect((await relais.api.post('/api/push/devices', iPhone(hex()))).body.code).toBe('person_required');
    const viewer = await joined('viewer');
    expect(await register(viewer.person, iPhone(hex()))).toMatchObject({ own: true, notices: ['calls'] });
  });
});

describe('a call that comes in', () => {
  it('wakes every device of those whom it rings, once, and is followed to the answer', async () => {
    const browser = web.subscribe('ada');
    const token = hex();
    const devices = [
      await register(ada.person, iPhone(token)),
      await register(ada.person, { platform: 'android', token: 'token-of-adas-android', name: 'Pixel' }),
      await register(ada.person, { platform: 'web', subscription: browser.subscription, name: 'Firefox' }),
    ];
    const { callId, agentLegId } = await ringing();
    await Promise.all([ring(callId, [ada.userId]), ring(callId, [ada.userId])]);
    const traces = await eventually(async () => {
      const found = await tracesOf(callId);
      expect(found.map(({ state }: { state: string }) => state)).toEqual([
        'accepted',
        'accepted',
        'accepted',
      ]);
      return found;
    });
    expect(traces.map(({ providerStatus }: { providerStatus: number }) => providerStatus).sort()).toEqual([
      200, 200, 201,
    ]);
    const data = { type: 'call.incoming', uuid: callId, handle: '+33612345678', callerName: 'Grace Hopper' };
    const told = () =>
      [...apns.delivered, ...fcm.delivered, ...web.delivered].filter((each) => each.data.uuid === callId);
    expect(told()).toHaveLength(3);
    for (const each of told()) expect(each.data).toMatchObject({ ...data, companyId: relais.companyId });

    const { traceId } = apns.delivered.find((each) => each.data.uuid === callId)!.data as { traceId: string };
    const report = (person: Person, event: string) => person.post(`/api/push/traces/${traceId}`, { event });
    const { trace: shown } = (await report(ada.person, 'shown')).body;
    expect(shown).toMatchObject({
      state: 'shown',
      device: { id: devices[0].id },
      shownAt: expect.any(String),
    });
    expect((await report(ada.person, 'shown')).body.trace.shownAt).toBe(shown.shownAt);
    expect((await report(bob.person, 'answered')).body.code).toBe('not_your_device');
    expect((await report(ada.person, 'answered')).body.trace).toMatchObject({ state: 'answered' });

    await answerCall(relais, { callId, agentLegId });
    await end(callId, 'answered');
    // The device that answered has its call: the two others stop ringing.
    await eventually(async () => {
      const ended = await tracesOf(callId, 'ended');
      expect(ended.map(({ state }: { state: string }) => state)).toEqual(['accepted', 'accepted']);
    });
    const endings = told().filter((each) => each.data.type === 'call.ended');
    expect(endings).toHaveLength(2);
    expect(endings[0]!.data).toMatchObject({ uuid: callId, reason: 'answered' });
    expect([...apns.faults, ...fcm.faults, ...web.faults]).toEqual([]);
    for (const { id } of devices) await ada.person.delete(`/api/push/devices/${id}`);
  });

  it('that has gone on to the voicemail wakes nobody any more', async () => {
    const device = await register(bob.person, iPhone(hex()));
    const { callId, agentLegId } = await ringing();
    await relais.kernel.db.ownerPool.query(
      `update call_legs set state = 'ended', ended_at = now() where id = $1`,
      [agentLegId],
    );
    await ring(callId, [bob.userId]);
    await eventually(async () =>
      expect(await tracesOf(callId)).toMatchObject([{ state: 'failed', failure: 'too_late', attempts: 0 }]),
    );
    await bob.person.delete(`/api/push/devices/${device.id}`);
  });

  it('that is over wakes nobody any more, whatever delayed the notice', async () => {
    await register(bob.person, iPhone(hex()));
    const { callId, agentLegId } = await ringing();
    await answerCall(relais, { callId, agentLegId });
    await ring(callId, [bob.userId]);
    await eventually(async () =>
      expect(await tracesOf(callId)).toMatchObject([{ state: 'failed', failure: 'too_late', attempts: 0 }]),
    );
    expect(apns.delivered.filter((each) => each.data.uuid === callId)).toEqual([]);
    await end(callId, 'ended');
    expect(await tracesOf(callId, 'ended')).toEqual([]);
  });

  it('is not announced again by a job that runs twice', async () => {
    const { callId } = await ringing();
    await ring(callId, [bob.userId]);
    const [trace] = await eventually(async () => {
      const found = await tracesOf(callId);
      expect(found).toMatchObject([{ state: 'accepted' }]);
      return found;
    });
    await sendPush(relais.kernel, relais.companyId, trace.id);
    expect(apns.delivered.filter((each) => each.data.uuid === callId)).toHaveLength(1);
  });

  it('retires a device that the push service no longer knows, until it registers anew', async () => {
    const token = hex();
    const { id } = await register(ada.person, iPhone(token));
    apns.verdicts.set(token, { status: 410, reason: 'Unregistered' });
    const { callId } = await ringing();
    await ring(callId, [ada.userId]);
    await eventually(async () =>
      expect(await tracesOf(callId)).toMatchObject([
        { state: 'failed', failure: 'device_unknown', providerStatus: 410, providerAnswer: 'Unregistered' },
      ]),
    );
    const { devices } = (await ada.person.get('/api/push/devices')).body;
    expect(devices).toMatchObject([{ id, retiredReason: 'Unregistered' }]);
    expect((await ada.person.post(`/api/push/devices/${id}/test`)).body.code).toBe('push_device_retired');
    const second = await ringing();
    await ring(second.callId, [ada.userId]);
    expect(await tracesOf(second.callId)).toEqual([]);
    apns.verdicts.delete(token);
    expect(await register(ada.person, iPhone(token))).toMatchObject({ id, retiredAt: null });
    await ada.person.delete(`/api/push/devices/${id}`);
  });

  it('is tried again while it rings when the push service has troubles', async () => {
    const token = hex();
    const { id } = await register(ada.person, iPhone(token));
    apns.verdicts.set(token, { status: 503, reason: 'ServiceUnavailable' });
    const { callId } = await ringing();
    await ring(callId, [ada.userId]);
    await eventually(async () =>
      expect(await tracesOf(callId)).toMatchObject([{ state: 'sent', providerStatus: 503 }]),
    );
    apns.verdicts.delete(token);
    await eventually(async () =>
      expect(await tracesOf(callId)).toMatchObject([{ state: 'accepted', providerStatus: 200 }]),
    );
    await ada.person.delete(`/api/push/devices/${id}`);
  });

  it('gives a push service up that never answers', async () => {
    const token = hex();
    const { id } = await register(ada.person, iPhone(token));
    apns.verdicts.set(token, null);
    const { callId } = await ringing();
    await ring(callId, [ada.userId]);
    const [trace] = await tracesOf(callId);
    for (let tries = 0; tries < 5; tries += 1) await sendPush(relais.kernel, relais.companyId, trace.id);
    expect(await tracesOf(callId)).toMatchObject([
      { state: 'failed', failure: 'unanswered', providerAnswer: 'no answer within 500 ms' },
    ]);
    await ada.person.delete(`/api/push/devices/${id}`);
  });

  it('of another company is not found', async () => {
    const { callId } = await ringing();
    const { api } = await relais.addCompany('Curious SARL');
    expect((await api.get(`/api/calls/${callId}/push`)).body.code).toBe('not_found');
  });
});

describe('a trial', () => {
  it('is followed by its trace', async () => {
    const { id } = await register(ada.person, {
      platform: 'android',
      token: 'token-of-a-trial-device',
      name: 'Pixel',
    });
    const { traceId } = (await ada.person.post(`/api/push/devices/${id}/test`)).body;
    const trace = await eventually(async () => {
      const { body } = await ada.person.get(`/api/push/traces/${traceId}`);
      expect(body.trace).toMatchObject({ kind: 'test', state: 'accepted', callId: null });
      return body.trace;
    });
    expect(fcm.delivered.at(-1)!.data).toMatchObject({ type: 'call.test', uuid: traceId, traceId });
    expect(trace.providerAnswer).toMatch(/^projects\//);
    expect((await bob.person.get(`/api/push/traces/${traceId}`)).status).toBe(404);
    await ada.person.delete(`/api/push/devices/${id}`);
  });
});

it('says which push services there are', async () => {
  const { body } = await ada.person.get('/api/push/settings');
  expect(body).toMatchObject({ ios: true, android: true, web: { publicKey: web.config.VAPID_PUBLIC_KEY } });
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::int as count from push_traces where failure = 'rejected'`.execute(
    relais.kernel.db.system,
  );
  expect(rows).toEqual([{ count: 0 }]);
});
