import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApns, startFcm, startWebPush } from '../../../tests/harness/push-services.ts';
import { systemClock } from '../../kernel/clock.ts';
import { type Config, loadConfig } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { newId } from '../../kernel/ids.ts';
import { sendApns } from './push-apns.ts';
import { sendFcm } from './push-fcm.ts';
import type { PushNotice, PushTarget } from './push-model.ts';
import { sendWebPush } from './push-web.ts';

// Each sender speaks with a server that knows its protocol and verifies what it is sent.

let apns: Awaited<ReturnType<typeof startApns>>;
let fcm: Awaited<ReturnType<typeof startFcm>>;
let web: Awaited<ReturnType<typeof startWebPush>>;
beforeAll(async () => {
  apns = await startApns();
  fcm = await startFcm();
  web = await startWebPush();
});
afterAll(async () => {
  await apns?.close();
  await fcm?.close();
  await web?.close();
});

/** What senders use of a kernel. @param aheadMs how far its clock goes before the world's. */
function kernelWith(config: Partial<Config>, aheadMs = () => 0): Kernel {
  const clock = {
    now: () => new Date(systemClock.nowMs() + aheadMs()),
    nowMs: () => systemClock.nowMs() + aheadMs(),
  };
  const all = { ...loadConfig({}), OUTGOING_ALLOW_PRIVATE: true, PUSH_TIMEOUT_MS: 300, ...config };
  return { config: all, clock } as Kernel;
}

const callId = newId(systemClock);
const incoming = (): PushNotice => ({
  ...{ traceId: newId(systemClock), callId, companyId: newId(systemClock), kind: 'incoming' },
  ...{ content: { from: '+33612345678', callerName: 'Ada Lovelace' }, createdAt: systemClock.now() },
});
const target = (platform: PushTarget['platform'], token: string): PushTarget => ({
  ...{ platform, token, appId: 'org.example.relais', environment: 'production' },
});

describe('Apple', () => {
  const ios = (letter: string) => target('ios', letter.repeat(64));

  it('takes a notice that CallKit can show', async () => {
    const notice = incoming();
    expect(await sendApns(kernelWith(apns.config), ios('a'), notice)).toMatchObject({
      kind: 'accepted',
      status: 200,
    });
    expect(apns.delivered.at(-1)).toMatchObject({
      token: 'a'.repeat(64),
      data: {
        ...{ aps: {}, type: 'call.incoming', uuid: callId, callId, traceId: notice.traceId },
        ...{ handle: '+33612345678', handleType: 'phone', callerName: 'Ada Lovelace' },
      },
      headers: {
        ...{ 'apns-push-type': 'voip', 'apns-topic': 'org.example.relais.voip', 'apns-priority': '10' },
        ...{ 'apns-id': notice.traceId },
        'apns-expiration': String(Math.floor(notice.createdAt.getTime() / 1000) + 45),
      },
    });
    expect(apns.faults).toEqual([]);
  });

  it('sees one connection and one token for many notices, and a new token before the hour is over', async () => {
    let aheadMs = 0;
    const kernel = kernelWith(apns.config, () => aheadMs);
    const [connections, tokens] = [apns.connections(), apns.tokens.size];
    for (const after of [0, 10, 39]) {
      aheadMs = after * 60_000;
      expect(await sendApns(kernel, ios('b'), incoming())).toMatchObject({ kind: 'accepted' });
    }
    expect([apns.connections() - connections, apns.tokens.size - tokens]).toEqual([1, 1]);
    aheadMs = 41 * 60_000;
    expect(await sendApns(kernel, ios('b'), incoming())).toMatchObject({ kind: 'accepted' });
    expect([apns.connections() - connections, apns.tokens.size - tokens]).toEqual([1, 2]);
  });

  const verdicts: [status: number, reason: string, kind: string][] = [
    [410, 'Unregistered', 'retired'],
    [400, 'BadDeviceToken', 'retired'],
    [410, 'ExpiredToken', 'retired'],
    [400, 'DeviceTokenNotForTopic', 'rejected'],
    [403, 'InvalidProviderToken', 'rejected'],
    [403, 'ExpiredProviderToken', 'later'],
    [413, 'PayloadTooLarge', 'rejected'],
    [429, 'TooManyRequests', 'later'],
    [500, 'InternalServerError', 'later'],
    [503, 'ServiceUnavailable', 'later'],
  ];
  for (const [status, reason, kind] of verdicts) {
    it(`answers ${status} ${reason}: ${kind}`, async () => {
      apns.verdicts.set('c'.repeat(64), { status, reason });
      const outcome = await sendApns(kernelWith(apns.config), ios('c'), incoming());
      expect(outcome).toMatchObject({ kind, status, answer: reason });
    });
  }

  it('that keeps silent is asked again later, over another connection', async () => {
    apns.verdicts.set('d'.repeat(64), null);
    const kernel = kernelWith(apns.config);
    expect(await sendApns(kernel, ios('d'), incoming())).toMatchObject({
      kind: 'later',
      answer: 'no answer within 300 ms',
    });
    apns.verdicts.delete('d'.repeat(64));
    expect(await sendApns(kernel, ios('d'), incoming())).toMatchObject({ kind: 'accepted' });
  });

  it('that is not there is asked again later', async () => {
    const kernel = kernelWith({ ...apns.config, APNS_URL: 'https://localhost:1' });
    expect(await sendApns(kernel, ios('e'), incoming())).toMatchObject({ kind: 'later', status: null });
  });

  it('refuses a token of another key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const APNS_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const outcome = await sendApns(kernelWith({ ...apns.config, APNS_KEY }), ios('f'), incoming());
    expect(outcome).toMatchObject({ kind: 'rejected', status: 403, answer: 'InvalidProviderToken' });
    expect(apns.faults.splice(0)).toEqual(['InvalidProviderToken']);
  });

  it('is not asked without a key; a key may be in base64, or with \\n for its lines', async () => {
    expect(await sendApns(kernelWith({}), ios('a'), incoming())).toEqual({ kind: 'not_configured' });
    const key = apns.config.APNS_KEY!;
    for (const APNS_KEY of [Buffer.from(key).toString('base64'), key.replaceAll('\n', '\\n')])
      expect(await sendApns(kernelWith({ ...apns.config, APNS_KEY }), ios('a'), incoming())).toMatchObject({
        kind: 'accepted',
      });
  });
});

describe('Google', () => {
  const android = (token: string) => target('android', token);

  it('takes a data message of high priority, for an access token that it gave', async () => {
    const notice = incoming();
    const kernel = kernelWith(fcm.config);
    const grants = fcm.grants.length;
    const outcome = await sendFcm(kernel, android('device-one-of-android'), notice);
    expect(outcome).toMatchObject({
      kind: 'accepted',
      status: 200,
      answer: expect.stringMatching(/^projects\/relais-test\/messages\//),
    });
    expect(fcm.delivered.at(-1)).toMatchObject({
      token: 'device-one-of-android',
      data: {
        type: 'call.incoming',
        uuid: callId,
        handle: '+33612345678',
        callerName: 'Ada Lovelace',
        traceId: notice.traceId,
      },
      headers: { priority: 'HIGH', ttl: '45s' },
    });
    await sendFcm(kernel, android('device-two-of-android'), incoming());
    expect(fcm.grants.length - grants).toBe(1);
    expect(fcm.faults).toEqual([]);
  });

  it('that forgot an access token is asked for another', async () => {
    const kernel = kernelWith(fcm.config);
    await sendFcm(kernel, android('device'), incoming());
    fcm.revoke();
    expect(await sendFcm(kernel, android('device'), incoming())).toMatchObject({
      kind: 'later',
      status: 401,
    });
    expect(await sendFcm(kernel, android('device'), incoming())).toMatchObject({ kind: 'accepted' });
  });

  it('is asked for another access token before the old one ends', async () => {
    let aheadMs = 0;
    const kernel = kernelWith(fcm.config, () => aheadMs);
    await sendFcm(kernel, android('device'), incoming());
    const grants = fcm.grants.length;
    aheadMs = 30 * 60_000;
    await sendFcm(kernel, android('device'), incoming());
    expect(fcm.grants.length).toBe(grants);
    // The endpoint refuses an assertion from the future: what matters is that it is asked.
    aheadMs = 56 * 60_000;
    expect(await sendFcm(kernel, android('device'), incoming())).toMatchObject({
      kind: 'rejected',
      status: 400,
    });
    expect(fcm.faults.splice(0)).toEqual(['Invalid JWT: iat and exp']);
  });

  const verdicts: [status: number, reason: string, kind: string][] = [
    [404, 'UNREGISTERED', 'retired'],
    [403, 'SENDER_ID_MISMATCH', 'retired'],
    [400, 'INVALID_ARGUMENT', 'retired'],
    [401, 'THIRD_PARTY_AUTH_ERROR', 'later'],
    [403, 'PERMISSION_DENIED', 'rejected'],
    [429, 'QUOTA_EXCEEDED', 'later'],
    [500, 'INTERNAL', 'later'],
    [503, 'UNAVAILABLE', 'later'],
  ];
  for (const [status, reason, kind] of verdicts) {
    it(`answers ${status} ${reason}: ${kind}`, async () => {
      fcm.verdicts.set('troubled', { status, reason, headers: { 'retry-after': '7' } });
      const outcome = await sendFcm(kernelWith(fcm.config), android('troubled'), incoming());
      expect(outcome).toMatchObject({ kind, status, answer: expect.stringContaining(reason) });
      if (status === 503) expect(outcome).toMatchObject({ afterSeconds: 7 });
    });
  }

  it('that keeps silent, or is not there, is asked again later', async () => {
    fcm.verdicts.set('silent', null);
    expect(await sendFcm(kernelWith(fcm.config), android('silent'), incoming())).toMatchObject({
      kind: 'later',
      status: null,
    });
    const nowhere = kernelWith({ ...fcm.config, FCM_URL: 'http://127.0.0.1:1' });
    expect(await sendFcm(nowhere, android('device'), incoming())).toMatchObject({
      kind: 'later',
      status: null,
    });
  });

  it('is not asked without an account, or with one that cannot be read', async () => {
    expect(await sendFcm(kernelWith({}), android('device'), incoming())).toEqual({ kind: 'not_configured' });
    const broken = kernelWith({ ...fcm.config, FCM_SERVICE_ACCOUNT: '{"project_id":1}' });
    expect(await sendFcm(broken, android('device'), incoming())).toMatchObject({ kind: 'rejected' });
    const base64 = Buffer.from(fcm.config.FCM_SERVICE_ACCOUNT!).toString('base64');
    const kernel = kernelWith({ ...fcm.config, FCM_SERVICE_ACCOUNT: base64 });
    expect(await sendFcm(kernel, android('device'), incoming())).toMatchObject({ kind: 'accepted' });
  });
});

describe("a browser's push service", () => {
  const browser = (name: string) => target('web', JSON.stringify(web.subscribe(name).subscription));

  it('takes a notice that the browser alone can read', async () => {
    const notice = incoming();
    expect(await sendWebPush(kernelWith(web.config), browser('one'), notice)).toMatchObject({
      kind: 'accepted',
      status: 201,
    });
    expect(web.delivered.at(-1)).toMatchObject({
      data: { type: 'call.incoming', uuid: callId, handle: '+33612345678', traceId: notice.traceId },
      headers: {
        ttl: '45',
        urgency: 'high',
        topic: callId.replaceAll('-', ''),
        'content-encoding': 'aes128gcm',
      },
    });
    expect(web.faults).toEqual([]);
  });

  const verdicts: [status: number, kind: string][] = [
    ...([
      [404, 'retired'],
      [410, 'retired'],
      [400, 'rejected'],
      [413, 'rejected'],
    ] as [number, string][]),
    ...([
      [429, 'later'],
      [500, 'later'],
      [503, 'later'],
    ] as [number, string][]),
  ];
  for (const [status, kind] of verdicts) {
    it(`answers ${status}: ${kind}`, async () => {
      const to = browser(`troubled-${status}`);
      web.verdicts.set(`/push/troubled-${status}`, {
        status,
        reason: 'because',
        headers: { 'retry-after': '9' },
      });
      expect(await sendWebPush(kernelWith(web.config), to, incoming())).toMatchObject({
        kind,
        status,
        answer: 'because',
      });
    });
  }

  it('that keeps silent, or is not there, is asked again later', async () => {
    const to = browser('silent');
    web.verdicts.set('/push/silent', null);
    expect(await sendWebPush(kernelWith(web.config), to, incoming())).toMatchObject({
      kind: 'later',
      status: null,
    });
    const { subscription } = web.subscribe('gone');
    const nowhere = target('web', JSON.stringify({ ...subscription, endpoint: 'http://127.0.0.1:1/x' }));
    expect(await sendWebPush(kernelWith(web.config), nowhere, incoming())).toMatchObject({
      kind: 'later',
      status: null,
    });
  });

  it('is not looked for inside', async () => {
    const kernel = kernelWith({ ...web.config, OUTGOING_ALLOW_PRIVATE: false });
    const before = web.delivered.length;
    expect(await sendWebPush(kernel, browser('inside'), incoming())).toMatchObject({
      kind: 'rejected',
      status: null,
    });
    expect(web.delivered.length).toBe(before);
  });

  it('is not asked without keys', async () => {
    expect(await sendWebPush(kernelWith({}), browser('two'), incoming())).toEqual({ kind: 'not_configured' });
  });
});
