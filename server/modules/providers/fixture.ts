import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import twilio from 'twilio';
import { cloneDatabase } from '../../../tests/harness/database.ts';
import { type Clock, manualClock } from '../../kernel/clock.ts';
import { type Config, loadConfig } from '../../kernel/config.ts';
import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import { createHttp } from '../../kernel/http/server.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { openKernel } from '../../kernel/open.ts';
import type { WebhookDoor } from './delivery.ts';
import type { PortDeps } from './deps.ts';
import { webhookDoor } from './ingress.ts';
import { providerRoutes } from './routes.ts';

/** The time at which tests begin. */
export const START_MS = Date.parse('2026-03-01T10:00:00Z');

/** The two parts of an Ed25519 signer, as Telnyx has the one and its portal shows the other. */
export interface Signer {
  publicKey: string;
  /** Headers of a delivery signed at a moment. */
  headers(body: string | Buffer, atMs: number): Record<string, string>;
}

export function telnyxSigner(privateKey?: KeyObject): Signer {
  const pair = generateKeyPairSync('ed25519');
  const key = privateKey ?? pair.privateKey;
  return {
    publicKey: (pair.publicKey.export({ format: 'der', type: 'spki' }) as Buffer)
      .subarray(-32)
      .toString('base64'),
    headers: (body, atMs) => {
      const timestamp = String(Math.floor(atMs / 1000));
      const signed = Buffer.concat([Buffer.from(`${timestamp}|`), Buffer.from(body)]);
      return {
        'content-type': 'application/json',
        'telnyx-timestamp': timestamp,
        'telnyx-signature-ed25519': sign(null, signed, key).toString('base64'),
      };
    },
  };
}

/** A form as Twilio sends it, signed for the address that Twilio was given. */
export function twilioForm(
  authToken: string,
  url: string,
  params: Record<string, string>,
): { body: string; headers: Record<string, string> } {
  return {
    body: new URLSearchParams(params).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, url, params),
    },
  };
}

/** This module on a real database and real HTTP, with time that stands still until it is moved. */
export interface Bench {
  kernel: Kernel;
  clock: ReturnType<typeof manualClock>;
  baseUrl: string;
  telnyx: Signer;
  twilioToken: string;
  twilioSid: string;
  /** A company and a context of its own. */
  addCompany(): Promise<CompanyCtx>;
  /** Who the next requests come from. */
  actAs(ctx: CompanyCtx | null): void;
  post(
    path: string,
    body: string | Buffer,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** The same for answers that are no JSON. */
  postRaw(
    path: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; type: string | null; text: string }>;
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

export const TELNYX_DOOR = '/api/phone-numbers/webhooks/telnyx/number-order';
export const TWILIO_DOOR = '/api/webhooks/twilio/bundles';
export const TWIML_DOOR = '/inbox/webhooks/sms';
export const PUBLIC_URL = 'https://relais.example.test';

/** @param doors beside the usual ones */
export async function startBench(config: Partial<Config> = {}, doors: WebhookDoor[] = []): Promise<Bench> {
  const database = await cloneDatabase();
  const clock = manualClock(START_MS);
  const telnyx = telnyxSigner();
  const twilioSid = `AC${'1'.repeat(32)}`;
  const twilioToken = newSecret();
  const settings: Config = {
    ...loadConfig({ LOG_LEVEL: 'silent' }),
    DATABASE_URL: database.url,
    SECRET_KEY: newSecret(),
    PUBLIC_BASE_URL: PUBLIC_URL,
    TELNYX_API_KEY: 'KEY0123456789',
    TELNYX_PUBLIC_KEY: telnyx.publicKey,
    TWILIO_ACCOUNT_SID: twilioSid,
    TWILIO_AUTH_TOKEN: twilioToken,
    PROVIDER_TIMEOUT_MS: 2000,
    ...config,
  };
  const kernel = await openKernel(settings, { clock, log: pino({ level: 'silent' }) });
  let actor: CompanyCtx | null = null;
  const server = await createHttp(kernel, {
    authenticate: async (request) => ({
      ...(actor ?? request.ctx),
      requestId: request.id,
      address: request.ip,
    }),
  });
  providerRoutes(server);
  webhookDoor(server, { url: TELNYX_DOOR, provider: 'telnyx', topic: 'telnyx.number_order' });
  webhookDoor(server, { url: TWILIO_DOOR, provider: 'twilio', topic: 'twilio.bundle' });
  webhookDoor(server, { url: TWIML_DOOR, provider: 'twilio', topic: 'twilio.text', answer: 'twiml' });
  for (const door of doors) webhookDoor(server, door);
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  const send = async (path: string, init: RequestInit) => {
    const response = await fetch(`${baseUrl}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    ...{ kernel, clock, baseUrl, telnyx, twilioSid, twilioToken },
    addCompany: () => addCompany(kernel),
    actAs: (ctx) => {
      actor = ctx;
    },
    post: (path, body, headers) =>
      send(path, { method: 'POST', body: body as NonNullable<RequestInit['body']>, headers }),
    postRaw: async (path, body, headers) => {
      const response = await fetch(`${baseUrl}${path}`, { method: 'POST', body, headers });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        text: await response.text(),
      };
    },
    call: (method, path, body) =>
      send(path, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }),
    close: async () => {
      await (server as unknown as FastifyInstance).close();
      await kernel.db.close();
      await database.drop();
    },
  };
}

async function addCompany(kernel: Kernel): Promise<CompanyCtx> {
  const companyId = newId(kernel.clock);
  await kernel.db.ownerPool.query('alter table companies no force row level security');
  await kernel.db.ownerPool.query(
    "insert into companies (id, name, country, time_zone, currency, created_at) values ($1, 'Test', 'FR', 'Europe/Paris', 'EUR', now())",
    [companyId],
  );
  await kernel.db.ownerPool.query('alter table companies force row level security');
  return {
    kernel,
    log: kernel.log,
    requestId: 'test',
    actor: { kind: 'user', id: newId(kernel.clock), name: 'Test', role: 'owner' },
    grants: [],
    companyId,
    address: '127.0.0.1',
    language: 'en',
  };
}

/** What an adapter needs, with pauses that end at once and are written down. */
export function portDeps(kernelLike: { clock: Clock }, pausesMs: number[] = []): PortDeps {
  const counted: string[] = [];
  return {
    clock: kernelLike.clock,
    log: pino({ level: 'silent' }),
    metrics: {
      providerRequests: { inc: (labels: { outcome: string }) => counted.push(labels.outcome) } as never,
    },
    timeoutMs: 1500,
    publicBaseUrl: PUBLIC_URL,
    installation: 'a1b2c3d4',
    sleep: async (ms) => {
      pausesMs.push(ms);
    },
    random: () => 0.5,
  };
}
