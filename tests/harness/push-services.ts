import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { jwtVerify } from 'jose';
import webpush from 'web-push';
import type { Config } from '../../server/kernel/config.ts';
import type { Subscription } from '../../server/modules/calls/push-model.ts';
import { selfSigned } from './certificate.ts';
import { type Reaction, type Received, type Receiver, startReceiver } from './receiver.ts';

/** A notice as a device got it. */
export interface Delivered {
  token: string;
  data: Record<string, unknown>;
  headers: Record<string, unknown>;
}

/** An answer to the next notices for a token: a refusal in the service's own words, or silence (null). */
export type Verdict = { status: number; reason: string; headers?: Record<string, string> } | null;

interface Service {
  config: Partial<Config>;
  delivered: Delivered[];
  /** What was wrong with requests, in words: empty when Relais speaks the protocol right. */
  faults: string[];
  verdicts: Map<string, Verdict>;
  close(): Promise<void>;
}

const one = (value: unknown) => (Array.isArray(value) ? value[0] : value) as string | undefined;

/** Apple's push service: HTTP/2 over TLS, and a provider token that is verified (ES256, at most an hour old). */
export async function startApns(): Promise<Service & { connections(): number; tokens: Set<string> }> {
  const { key, cert } = selfSigned();
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), cert]);
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const service = {
    delivered: [] as Delivered[],
    faults: [] as string[],
    verdicts: new Map<string, Verdict>(),
  };
  const tokens = new Set<string>();
  const sessions = new Set<http2.ServerHttp2Session>();
  let connections = 0;
  const server = http2.createSecureServer({ key, cert });
  server.on('session', (session) => {
    connections += 1;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  async function refusal(headers: http2.IncomingHttpHeaders): Promise<string | null> {
    const token = /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (!token) return 'MissingProviderToken';
    tokens.add(token);
    try {
      const { payload, protectedHeader } = await jwtVerify(token, pair.publicKey, {
        ...{ algorithms: ['ES256'], issuer: 'TEAM123456' },
      });
      if (protectedHeader.kid !== 'KEY1234567') return 'InvalidProviderToken';
      if (Math.abs(Date.now() / 1000 - payload.iat!) > 3600) return 'ExpiredProviderToken';
    } catch {
      return 'InvalidProviderToken';
    }
    const type = one(headers['apns-push-type']) ?? '';
    if (!['voip', 'alert'].includes(type) || headers['apns-priority'] !== '10') return 'InvalidPushType';
    const topic = one(headers['apns-topic']) ?? '';
    if (!/^[\w.-]+$/.test(topic) || topic.endsWith('.voip') !== (type === 'voip')) return 'BadTopic';
    if ((one(headers['apns-collapse-id']) ?? '').length > 64) return 'BadCollapseId';
    if (!/^\d+$/.test(one(headers['apns-expiration']) ?? '')) return 'BadExpirationDate';
    if (!/^[0-9a-f-]{36}$/.test(one(headers['apns-id']) ?? '')) return 'BadMessageId';
    return null;
  }

  server.on('stream', async (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    const token = /^\/3\/device\/([0-9a-f]+)$/.exec(headers[':path'] ?? '')?.[1];
    const refused = token ? await refusal(headers) : 'BadPath';
    const answer = (status: number, reason?: string) => {
      if (stream.destroyed) return;
      stream.respond({ ':status': status, 'apns-id': one(headers['apns-id']) ?? '' });
      stream.end(reason ? JSON.stringify({ reason }) : undefined);
    };
    if (refused || !token) {
      service.faults.push(refused ?? 'BadPath');
      return answer(refused === 'BadPath' ? 404 : 403, refused ?? 'BadPath');
    }
    const verdict = service.verdicts.get(token);
    if (verdict === null) return;
    if (verdict) return answer(verdict.status, verdict.reason);
    service.delivered.push({
      token,
      data: JSON.parse(Buffer.concat(parts).toString()),
      headers: { ...headers },
    });
    answer(200);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...service,
    tokens,
    connections: () => connections,
    config: {
      APNS_URL: `https://localhost:${port}`,
      APNS_KEY: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      ...{ APNS_KEY_ID: 'KEY1234567', APNS_TEAM_ID: 'TEAM123456' },
    },
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Reaction => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Firebase Cloud Messaging: the token endpoint (RFC 7523, RS256 verified) and messages:send of HTTP v1. */
export async function startFcm(): Promise<
  Service & { grants: string[]; revoke(): void; receiver: Receiver }
> {
  const receiver = await startReceiver();
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const service = {
    delivered: [] as Delivered[],
    faults: [] as string[],
    verdicts: new Map<string, Verdict>(),
  };
  const grants: string[] = [];
  let valid = new Set<string>();
  const email = 'push@relais-test.iam.gserviceaccount.com';

  /** Verified before it is answered: a reaction is given at once. */
  function granted(request: Received): Reaction {
    const form = new URLSearchParams(request.body.toString());
    const fault = assertionFault(form);
    if (fault) {
      service.faults.push(fault);
      return json(400, { error: 'invalid_grant', error_description: fault });
    }
    const token = `ya29.${randomBytes(16).toString('hex')}`;
    grants.push(token);
    valid.add(token);
    return json(200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
  }

  function assertionFault(form: URLSearchParams): string | null {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return 'unsupported_grant_type';
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    const { alg } = read(header);
    const { iss, aud, scope, iat, exp } = read(claims);
    if (
      alg !== 'RS256' ||
      !verify(
        'sha256',
        Buffer.from(`${header}.${claims}`),
        pair.publicKey,
        Buffer.from(signature, 'base64url'),
      )
    )
      return 'Invalid JWT Signature.';
    if (iss !== email || aud !== `${receiver.url}/token`) return 'Invalid JWT: iss or aud';
    if (scope !== 'https://www.googleapis.com/auth/firebase.messaging') return 'Invalid scope';
    if (exp - iat > 3600 || Math.abs(iat - Date.now() / 1000) > 300) return 'Invalid JWT: iat and exp';
    return null;
  }

  receiver.react((request) => {
    if (request.path === '/token') return granted(request);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!valid.has(bearer))
      return json(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'Invalid token' } });
    if (request.path !== '/v1/projects/relais-test/messages:send')
      return json(404, { error: { status: 'NOT_FOUND' } });
    const { message } = JSON.parse(request.body.toString());
    const isSound =
      Object.values(message.data).every((value) => typeof value === 'string') &&
      message.android?.priority === 'HIGH' &&
      /^\d+s$/.test(message.android?.ttl) &&
      message.notification === undefined;
    if (!isSound) service.faults.push(`a message that FCM would refuse: ${request.body}`);
    const verdict = service.verdicts.get(message.token);
    if (verdict === null) return null;
    if (verdict) {
      const details = [
        { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: verdict.reason },
      ];
      const error = {
        code: verdict.status,
        message: wordsOf(verdict.reason),
        status: verdict.reason,
        details,
      };
      return json(verdict.status, { error }, verdict.headers);
    }
    service.delivered.push({ token: message.token, data: message.data, headers: { ...message.android } });
    return json(200, { name: `projects/relais-test/messages/${service.delivered.length}` });
  });
  return {
    ...service,
    grants,
    receiver,
    revoke: () => {
      valid = new Set();
    },
    config: {
      FCM_URL: receiver.url,
      FCM_SERVICE_ACCOUNT: JSON.stringify({
        ...{ type: 'service_account', project_id: 'relais-test', private_key_id: 'k1', client_email: email },
        private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        token_uri: `${receiver.url}/token`,
      }),
    },
    close: receiver.close,
  };
}

const wordsOf = (reason: string) =>
  reason === 'INVALID_ARGUMENT' ? 'The registration token is not a valid FCM registration token' : reason;

/** A browser: its subscription, and what it can read of what arrives (RFC 8291). */
export interface Browser {
  subscription: Subscription;
  read(body: Buffer): Record<string, unknown>;
}

const hkdf = (salt: Uint8Array, key: Uint8Array, info: Uint8Array, length: number) =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));

/** Decrypts by RFC 8188 and 8291, written from the texts and not with the library that encrypts. */
function createBrowser(endpoint: string): Browser {
  const ecdh = createECDH('prime256v1');
  const own = ecdh.generateKeys();
  const auth = randomBytes(16);
  return {
    subscription: { endpoint, keys: { p256dh: own.toString('base64url'), auth: auth.toString('base64url') } },
    read(body) {
      const salt = body.subarray(0, 16);
      const keySize = body.readUInt8(20);
      const sender = body.subarray(21, 21 + keySize);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), own, sender]);
      const key = hkdf(auth, ecdh.computeSecret(sender), info, 32);
      const content = hkdf(salt, key, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
      const nonce = hkdf(salt, key, Buffer.from('Content-Encoding: nonce\0'), 12);
      const sealed = body.subarray(21 + keySize);
      const decipher = createDecipheriv('aes-128-gcm', content, nonce);
      decipher.setAuthTag(sealed.subarray(-16));
      const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
      // The last record ends with 2, then padding.
      return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString());
    },
  };
}

/** A browser's push service: keeps to RFC 8030 and verifies who sends (VAPID, RFC 8292). */
export async function startWebPush(): Promise<Service & { subscribe(name: string): Browser }> {
  const receiver = await startReceiver();
  const { publicKey, privateKey } = webpush.generateVAPIDKeys();
  const service = {
    delivered: [] as Delivered[],
    faults: [] as string[],
    verdicts: new Map<string, Verdict>(),
  };
  const browsers = new Map<string, Browser>();

  function faultOf({ headers }: Received): string | null {
    const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
    if (key !== publicKey) return `k is ${key}`;
    const [header = '', claims = '', signature = ''] = token.split('.');
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const verifier = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    const signed = Buffer.from(`${header}.${claims}`);
    const options = { key: verifier, dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', signed, options, Buffer.from(signature, 'base64url')))
      return 'the signature is wrong';
    const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    if (aud !== receiver.url) return `aud is ${aud}`;
    if (exp < Date.now() / 1000 || exp > Date.now() / 1000 + 86_400) return `exp is ${exp}`;
    if (!/^(mailto:|https:)/.test(sub)) return `sub is ${sub}`;
    if (headers['content-encoding'] !== 'aes128gcm')
      return `content-encoding is ${headers['content-encoding']}`;
    if (!/^\d+$/.test(String(headers.ttl))) return `ttl is ${headers.ttl}`;
    if (!/^[\w-]{1,32}$/.test(String(headers.topic))) return `topic is ${headers.topic}`;
    return null;
  }

  receiver.react((request) => {
    const browser = browsers.get(request.path);
    if (!browser) return { status: 404 };
    const fault = faultOf(request);
    if (fault) service.faults.push(fault);
    if (fault) return { status: 403, body: fault };
    const verdict = service.verdicts.get(request.path);
    if (verdict === null) return null;
    if (verdict)
      return {
        status: verdict.status,
        body: verdict.reason,
        ...(verdict.headers ? { headers: verdict.headers } : {}),
      };
    service.delivered.push({
      token: request.path,
      data: browser.read(request.body),
      headers: { ...request.headers },
    });
    return { status: 201, headers: { location: `${receiver.url}/message/1` } };
  });
  return {
    ...service,
    config: {
      VAPID_PUBLIC_KEY: publicKey,
      VAPID_PRIVATE_KEY: privateKey,
      VAPID_SUBJECT: 'mailto:ops@example.test',
    },
    subscribe(name) {
      const browser = createBrowser(`${receiver.url}/push/${name}`);
      browsers.set(`/push/${name}`, browser);
      return browser;
    },
    close: receiver.close,
  };
}
