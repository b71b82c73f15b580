import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Telnyx from 'telnyx';
import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type { z } from 'zod';
import type { HandsetText } from './admin/handsets.ts';
import type { writtenBody } from './admin/schemas.ts';
import type { LineView } from './core/calls/view.ts';
import { type RunningSandbox, type SandboxOptions, startSandbox } from './index.ts';

/** A sandbox in a folder of its own, whose reviews wait until `advance` unless a shorter time is asked for. */
export interface TestSandbox extends RunningSandbox {
  dataDir: string;
  /** Calls the admin API and gives its answer. Throws if it refuses. */
  admin<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  /** Stops it and starts it again on the same folder. */
  restart(): Promise<TestSandbox>;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
}

/** Long enough that nothing is reviewed by itself during a test. */
const NEVER_MS = 3_600_000;

export async function openSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sandbox-')));
  const running = await startSandbox({ reviewMs: NEVER_MS, ...options, dataDir });
  return {
    ...running,
    dataDir,
    admin: (method, path, body) => callAdmin(running.url, method, path, body),
    restart: async () => {
      await running.close();
      return openSandbox({ ...options, dataDir });
    },
    dispose: async () => {
      await running.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function callAdmin<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const response = await fetch(`${url}/sandbox/api/${path}`, {
    method,
    ...(json === undefined ? {} : { body: json }),
  });
  const answer = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.error}`);
  return answer;
}

/** The official Telnyx SDK pointed at a sandbox. It does not retry by itself. */
export function telnyxClient(
  sandbox: RunningSandbox,
  options: { maxRetries?: number; timeout?: number } = {},
): Telnyx {
  const { apiKey, publicKey, baseUrl } = sandbox.telnyx;
  return new Telnyx({ apiKey, publicKey, baseURL: baseUrl, maxRetries: 0, ...options });
}

type RequestOptions<T> = RequestClient.RequestOptions<T>;

/** Sends every Twilio host's requests to one address, with the host in X-Orig-Host. */
class SandboxRequestClient extends twilio.RequestClient {
  private readonly base: URL;
  constructor(base: string, timeout?: number) {
    super(timeout === undefined ? {} : { timeout });
    this.base = new URL(base);
  }
  override request<T>(options: RequestOptions<T>) {
    const target = new URL(options.uri);
    const { hostname } = target;
    target.protocol = this.base.protocol;
    target.host = this.base.host;
    return super.request<T>({
      ...options,
      uri: target.href,
      headers: { ...options.headers, 'X-Orig-Host': hostname },
    });
  }
}

/** The official Twilio SDK pointed at a sandbox. */
export function twilioClient(sandbox: RunningSandbox, options: { timeout?: number } = {}): twilio.Twilio {
  const { accountSid, authToken, baseUrl } = sandbox.twilio;
  return twilio(accountSid, authToken, { httpClient: new SandboxRequestClient(baseUrl, options.timeout) });
}

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server that keeps what it is sent. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Resolves with the first `count` requests once they are there. */
  wait(count: number): Promise<Received[]>;
  /** Statuses to answer with, in order; 200 once they are used up. */
  answerWith(...statuses: number[]): void;
  /** What to answer every request with from now on; nothing until then. */
  replyWith(contentType: string, body: string): void;
  /** TwiML for requests whose path (without the query) is this one. */
  document(path: string, twiml: string): void;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const statuses: number[] = [];
  let reply = { headers: {}, body: '' };
  const documents = new Map<string, string>();
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      const document = documents.get((request.url ?? '').split('?')[0] ?? '');
      const { headers, body } =
        document === undefined ? reply : { headers: { 'content-type': 'text/xml' }, body: document };
      response.writeHead(statuses.shift() ?? 200, headers).end(body);
      for (const check of [...waiting]) check();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    wait: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (received.length < count) return;
          waiting.delete(check);
          resolve(received.slice(0, count));
        };
        waiting.add(check);
        check();
      }),
    answerWith: (...next) => {
      statuses.push(...next);
    },
    replyWith: (contentType, body) => {
      reply = { headers: { 'content-type': contentType }, body };
    },
    document: (path, twiml) => {
      documents.set(path, `<?xml version="1.0" encoding="UTF-8"?><Response>${twiml}</Response>`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sets number-order webhooks up, as an installation does. */
export async function subscribeToOrders(client: Telnyx, url: string): Promise<void> {
  const events = await client.notificationEvents.list();
  const event = events.data?.find((entry) => entry.name === 'Number Order Notifications');
  const conditions = await client.notificationEventConditions.list();
  const condition = conditions.data?.find((entry) => entry.notification_event_id === event?.id);
  const profile = await client.notificationProfiles.create({ name: 'orders' });
  const channel = await client.notificationChannels.create({
    channel_type_id: 'webhook',
    channel_destination: url,
    notification_profile_id: profile.data?.id,
  });
  await client.notificationSettings.create({
    notification_event_condition_id: condition?.id,
    notification_profile_id: profile.data?.id,
    notification_channel_id: channel.data?.id,
  });
}

/** The first number of a search. */
export async function findNumber(client: Telnyx, country: string, endsWith?: string): Promise<string> {
  const phoneNumber = endsWith === undefined ? {} : { phone_number: { ends_with: endsWith } };
  const filter = { country_code: country, phone_number_type: 'local' as const, limit: 1, ...phoneNumber };
  const found = await client.availablePhoneNumbers.list({ filter });
  const number = found.data?.[0]?.phone_number;
  if (number === undefined) throw new Error(`no ${country} number ending with ${endsWith ?? 'anything'}`);
  return number;
}

/** A text as a handset shows it; `direction` is seen from the handset. */
export type { HandsetText } from './admin/handsets.ts';

/** Texts a number from a handset: `media` are samples (`photo`, …) or files in base64. */
export function textIn(
  sandbox: Pick<TestSandbox, 'admin'>,
  {
    from,
    ...written
  }: { from: string; to: string; text?: string; media?: z.input<typeof writtenBody>['media'] },
): Promise<HandsetText> {
  return sandbox.admin<HandsetText>('POST', `handsets/${encodeURIComponent(from)}/messages`, written);
}

/** What a handset sent and got, oldest first. */
export async function handset(sandbox: Pick<TestSandbox, 'admin'>, number: string): Promise<HandsetText[]> {
  const path = `handsets/${encodeURIComponent(number)}/messages?limit=1000`;
  return (await sandbox.admin<{ items: HandsetText[] }>('GET', path)).items;
}

/** A line as its handset shows it. */
export type { LineView } from './core/calls/view.ts';

/** Calls a number from a handset. */
export function callIn(
  sandbox: Pick<TestSandbox, 'admin'>,
  { from, to }: { from: string; to: string },
): Promise<LineView> {
  return sandbox.admin<LineView>('POST', `handsets/${encodeURIComponent(from)}/calls`, { to });
}

/** A handset's newest line. */
export async function lineOf(sandbox: Pick<TestSandbox, 'admin'>, handset: string): Promise<LineView> {
  const path = `lines?limit=1&handset=${encodeURIComponent(handset)}`;
  const [line] = (await sandbox.admin<{ items: LineView[] }>('GET', path)).items;
  if (line === undefined) throw new Error(`${handset} has no line`);
  return line;
}

/** Does something with a handset's newest line: answer, decline, hangup, press, say. */
export async function onLine(
  sandbox: Pick<TestSandbox, 'admin'>,
  handset: string,
  act: string,
  body: object = {},
): Promise<LineView> {
  const { id } = await lineOf(sandbox, handset);
  return sandbox.admin<LineView>('POST', `lines/${id}/${act}`, body);
}

/** Buys a US number on Twilio whose texts go to `smsUrl`. */
export async function buyTwilioNumber(
  client: twilio.Twilio,
  smsUrl = '',
  more: object = {},
): Promise<string> {
  const [found] = await client.availablePhoneNumbers('US').local.list({ limit: 1 });
  const phoneNumber = found?.phoneNumber ?? '';
  await client.incomingPhoneNumbers.create({ phoneNumber, smsUrl, ...more });
  return phoneNumber;
}

/** Orders a US number on Telnyx, on a messaging profile whose webhooks go to `webhookUrl`. */
export async function buyTelnyxNumber(
  sandbox: Pick<TestSandbox, 'admin'>,
  client: Telnyx,
  webhookUrl = '',
): Promise<{ number: string; profileId: string }> {
  const profile = await client.messagingProfiles.create({
    name: 'texts',
    whitelisted_destinations: ['*'],
    webhook_url: webhookUrl,
  });
  const profileId = profile.data?.id ?? '';
  const number = await findNumber(client, 'US');
  await client.numberOrders.create({
    phone_numbers: [{ phone_number: number }],
    messaging_profile_id: profileId,
  });
  await sandbox.admin('POST', 'advance', {});
  return { number, profileId };
}

/** A one-page PDF, small but real enough to be told by its content. */
export const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
