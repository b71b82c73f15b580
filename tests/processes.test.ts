import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from './harness/client.ts';
import { runCommand } from './harness/command.ts';
import { cloneDatabase, type TestDatabase } from './harness/database.ts';
import { RECHARGE } from './harness/engine.ts';
import { inherited } from './harness/environment.ts';
import { eventually } from './harness/eventually.ts';
import { twilioText } from './harness/provider-events.ts';

// Two real processes behind one port, on one database: killed and renewed while clients send.

const MAIN = fileURLToPath(new URL('../server/main.ts', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-processes-'));
const settingsFile = path.join(folder, 'relais.toml');
let database: TestDatabase;
let sql: pg.Client;
let server: ChildProcess;
let output = '';
let api: Client;
let demo: {
  baseUrl: string;
  companyId: string;
  apiKey: string;
  sandbox: { twilio: { accountSid: string; authToken: string } };
};
let numberOfOurs: string;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

const settings = { DATA_DIR: folder };
const state = () =>
  JSON.parse(readFileSync(path.join(folder, 'processes', 'state.json'), 'utf8')) as {
    workers: number[];
    reloads: number;
  };
const count = async (statement: string, values: unknown[] = []): Promise<number> =>
  Number((await sql.query(statement, values)).rows[0].count);

beforeAll(async () => {
  chmodSync(folder, 0o711);
  database = await cloneDatabase();
  sql = new pg.Client(database.url);
  sql.on('error', () => undefined);
  await sql.connect();
  writeFileSync(settingsFile, 'RATE_LIMIT_PER_MINUTE = 1000000');
  const [port, sandboxPort] = [await freePort(), await freePort()];
  server = spawn(process.execPath, [MAIN], {
    env: {
      ...{ ...inherited, LOG_FORMAT: 'json', DATA_DIR: folder, DATABASE_URL: database.url },
      ...{ PORT: String(port), SANDBOX_PORT: String(sandboxPort), SANDBOX_REVIEW_MS: '50', DEMO_BOX: 'off' },
      ...{ RELAIS_PROCESSES: '2', BACKUP_EVERY_HOURS: '0' },
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (chunk) => (output += chunk));
  await eventually(() => {
    expect(existsSync(path.join(folder, 'processes', 'state.json'))).toBe(true);
    expect(state().workers).toHaveLength(2);
    expect(output).toContain('Relais is ready');
  }, 120_000);
  demo = JSON.parse(readFileSync(path.join(folder, 'demo.json'), 'utf8'));
  api = createClient(demo.baseUrl, { 'x-api-key': demo.apiKey });
  numberOfOurs = await eventually(async () => {
    const found = await api.get('/api/phone-numbers/search/twilio?countryCode=US&features=sms,mms');
    const { phoneNumber } = found.body.numbers[0];
    const bought = await api.post('/api/phone-numbers/purchase', { phoneNumber, provider: 'twilio' });
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    return phoneNumber;
  }, 30_000);
}, 180_000);
afterAll(async () => {
  if (server && server.exitCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  await sql?.end();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** What clients were told was taken, by kind. */
interface Taken {
  transactions: string[];
  texts: string[];
  deliveries: string[];
  /** Requests that got no answer, or an answer that was none of the server's own. */
  cut: string[];
}

/** Clients that send transactions, texts and webhooks until they are told to stop. Whoever is cut off sends the same again. */
function sendLoad(name: string): { taken: Taken; stop(): Promise<void> } {
  const taken: Taken = { transactions: [], texts: [], deliveries: [], cut: [] };
  let running = true;
  async function insist(what: string, send: () => Promise<number>): Promise<void> {
    for (;;) {
      const status = await send().catch((error: Error) => {
        taken.cut.push(`${what}: ${(error.cause as Error)?.message ?? error.message}`);
        return 0;
      });
      if (status >= 200 && status < 300) return;
      if (status >= 400) taken.cut.push(`${what}: ${status}`);
    }
  }
  async function submit(clientId: string): Promise<void> {
    const body = { ...RECHARGE, clientId, customerInfo: { operator: 'nobody' } };
    await insist(clientId, async () => (await api.post('/api/transactions', body)).status);
    taken.transactions.push(clientId);
  }
  async function text(key: string, phone_number: string): Promise<void> {
    const body = { source: 'sms', phone_number, message: { text: key } };
    await insist(
      key,
      async () => (await api.post('/inbox/conversations', body, { 'idempotency-key': key })).status,
    );
    taken.texts.push(key);
  }
  async function deliver(words: string): Promise<void> {
    const { accountSid, authToken } = demo.sandbox.twilio;
    const url = `${demo.baseUrl}/inbox/webhooks/sms`;
    const whole = { AccountSid: accountSid, ...twilioText('+14155557777', numberOfOurs, words) };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, url, whole),
    };
    await insist(words, async () => {
      const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(whole) });
      await answer.arrayBuffer();
      return answer.status;
    });
    taken.deliveries.push(whole.MessageSid);
  }
  async function client(who: string): Promise<void> {
    for (let round = 0; running; round++) {
      await submit(`${name}-${who}-${round}`);
      await deliver(`${name} ${who} ${round}`);
      if (round % 5 === 0) await text(`${name}-${who}-text-${round}`, `+1415556${who}${String(100 + round)}`);
    }
  }
  const clients = [client('1'), client('2')];
  return {
    taken,
    stop: async () => {
      running = false;
      await Promise.all(clients);
    },
  };
}

/** Does something while clients send, and lets them go on a little. */
async function underLoad(name: string, work: (taken: Taken) => Promise<void>): Promise<Taken> {
  const { taken, stop } = sendLoad(name);
  try {
    await eventually(() => expect(taken.transactions.length).toBeGreaterThan(10), 120_000);
    await work(taken);
  } finally {
    await stop();
  }
  return taken;
}

/** Everything that clients were told was taken is there, once. */
async function expectOnce({ transactions, texts, deliveries }: Taken): Promise<void> {
  expect(transactions.length).toBeGreaterThan(10);
  expect(await count('select count(*) from transactions where client_id = any($1)', [transactions])).toBe(
    transactions.length,
  );
  expect(
    await count("select count(*) from messages where direction = 'outbound' and body = any($1)", [texts]),
  ).toBe(texts.length);
  // What a killed process had taken to act on is free for others after a minute.
  await eventually(
    async () =>
      expect(
        await count("select count(*) from messages where direction = 'inbound' and external_id = any($1)", [
          deliveries,
        ]),
      ).toBe(deliveries.length),
    100_000,
  );
}

/** A browser's stream, which comes back by itself where it was cut, from the last thing it saw. */
function followLive(): { ids: string[]; ready: Promise<unknown>; close(): void } {
  const ids: string[] = [];
  const stop = new AbortController();
  let last = '';
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const read = async () => {
    const headers = { 'x-api-key': demo.apiKey, ...(last ? { 'last-event-id': last } : {}) };
    const response = await fetch(`${demo.baseUrl}/api/live`, { headers, signal: stop.signal });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        last = /^id: (.*)$/m.exec(block)?.[1] ?? last;
        if (block.includes('event: ready')) isReady();
        const data = /^data: (.*)$/m.exec(block)?.[1];
        const news = data ? (JSON.parse(data) as { topic?: string; id?: string }) : {};
        if (news.topic === 'gig') ids.push(news.id!);
      }
    }
  };
  void (async () => {
    while (!stop.signal.aborted) await read().catch(() => undefined);
  })();
  return { ids, ready, close: () => stop.abort() };
}

const makeGig = async (name: string): Promise<string> => {
  const { status, body } = await api.post('/api/gigs', { name, destinationZone: 'FR' });
  expect(status).toBe(201);
  return body.gig.id;
};

/**
 * Asks over a connection of its own, which ends with the answer: one that stays open and unused is ended when its process is
 * renewed, and whoever takes it up at that very moment is cut off.
 */
function askOnce(path: string): Promise<{ text: string; allowed: unknown }> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, headers: { 'x-api-key': demo.apiKey, connection: 'close' } } as const;
    get(`${demo.baseUrl}${path}`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ text, allowed: answer.headers['x-ratelimit-limit'] }));
    }).on('error', reject);
  });
}

/** How many requests made a gig, as /metrics tells it. */
async function gigsMade(): Promise<number> {
  const { text } = await askOnce('/metrics');
  const line =
    /relais_http_request_seconds_count\{method="POST",route="\/api\/gigs",status="201"\} (\d+)/.exec(text);
  return Number(line?.[1]);
}

/** How many requests a minute the processes allow, as each answer says. */
const allowed = async () => (await askOnce('/api/gigs')).allowed;

describe('two processes behind one port', () => {
  it('tell each other’s browsers what changed, and are counted as one', { timeout: 60_000 }, async () => {
    const streams = [followLive(), followLive(), followLive(), followLive()];
    await Promise.all(streams.map(({ ready }) => ready));
    const gigs = [await makeGig('one'), await makeGig('two'), await makeGig('three')];
    for (const { ids } of streams) await eventually(() => expect(ids).toEqual(gigs));
    for (const { close } of streams) close();

    // Whichever process is scraped tells of both.
    const first = await gigsMade();
    expect(first).toBeGreaterThanOrEqual(3);
    expect([await gigsMade(), await gigsMade(), await gigsMade()]).toEqual([first, first, first]);
  });

  it('one killed under load: nothing that was taken is lost or doubled, and another takes its place', {
    timeout: 400_000,
  }, async () => {
    const stream = followLive();
    await stream.ready;
    const before = state().workers;
    const gigs = [await makeGig('before the kill')];
    const taken = await underLoad('kill', async ({ transactions }) => {
      process.kill(before[0]!, 'SIGKILL');
      const soFar = transactions.length;
      await eventually(() => expect(transactions.length).toBeGreaterThan(soFar + 10), 180_000);
      await eventually(() => {
        expect(state().workers).toHaveLength(2);
        expect(state().workers).not.toContain(before[0]);
      }, 180_000);
    });
    gigs.push(await makeGig('after the kill'));
    await expectOnce(taken);
    await eventually(() => expect(stream.ids).toEqual(gigs));
    stream.close();
  });

  it('renewed under load: not one request is refused or cut', { timeout: 400_000 }, async () => {
    const stream = followLive();
    await stream.ready;
    const before = state().workers;
    const counted = await gigsMade();
    expect(await allowed()).toBe('1000000');
    writeFileSync(settingsFile, 'RATE_LIMIT_PER_MINUTE = 900000');
    const taken = await underLoad('renew', async () => {
      const renewed = await runCommand(settings, ['reload']);
      expect(renewed).toMatchObject({ code: 0, output: expect.stringContaining('2 processes renewed') });
    });
    const gig = await makeGig('after the renewal');
    expect(taken.cut).toEqual([]);
    await expectOnce(taken);
    expect(state().workers.filter((pid) => before.includes(pid))).toEqual([]);
    await eventually(() => expect(stream.ids).toEqual([gig]));
    stream.close();
    // The new ones have the settings as they were then, and what the old ones counted.
    for (let each = 0; each < 4; each++) expect(await allowed()).toBe('900000');
    expect(await gigsMade()).toBe(counted + 1);
  });

  it.each([
    ['RATE_LIMIT_PER_MINUTE = "many"', 'RATE_LIMIT_PER_MINUTE: Invalid input'],
    [
      'RATE_LIMIT_PER_MINUTE = 1\nSECRET_KEY = "another"',
      'SECRET_KEY cannot change while processes hand over',
    ],
  ])('go on as they are when the settings are not usable: %s', { timeout: 60_000 }, async (text, why) => {
    const before = state().workers;
    writeFileSync(settingsFile, text);
    const refused = await runCommand(settings, ['reload']);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining(why) });
    expect(refused.output).toContain('Nothing was renewed');
    // Asked by a signal alone, it is the server that refuses, and says so in its log.
    const said = output.length;
    process.kill(server.pid!, 'SIGUSR2');
    await eventually(() => expect(output.slice(said)).toContain('those that ran go on'));
    expect(state().workers).toEqual(before);
    // Whoever takes the place of one that dies has the settings that were good.
    process.kill(before[0]!, 'SIGKILL');
    await eventually(() => {
      expect(state().workers).toHaveLength(2);
      expect(state().workers).not.toContain(before[0]);
    }, 60_000);
    for (let each = 0; each < 4; each++) expect(await allowed()).toBe('900000');
  });
});
