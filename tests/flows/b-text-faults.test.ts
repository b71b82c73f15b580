import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { inSystem, sql } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import { claimDepartures } from '../../server/modules/messages/outbox-store.ts';
import { sendText } from '../../server/modules/messages/send.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// Flow B under every fault that a text can meet on its way out. The invariant: each text reaches its handset once, or says
// why it did not.
const FAST = {
  RECONCILE_SECONDS: 3600,
  PROVIDER_TIMEOUT_MS: 400,
  SMS_PER_SECOND: 100,
  SMS_SETTLE_SECONDS: 2,
};

let relais: TestRelais;
let phones: ReturnType<typeof handsets>;
const numbers = {} as Record<'telnyx' | 'twilio', TextNumber>;

beforeAll(async () => {
  relais = await startRelais({ config: FAST });
  phones = handsets(relais);
  numbers.telnyx = await buyTextNumber(relais, 'telnyx');
  numbers.twilio = await buyTextNumber(relais, 'twilio');
});
afterAll(() => relais?.stop());

/** Sends a text to somebody whose number makes the sandbox misbehave. */
async function send(to: string, integrationId: string, text = `to ${to}`) {
  const { status, body } = await relais.api.post('/inbox/conversations', {
    source: 'sms',
    phone_number: to,
    integration_id: integrationId,
    message: { text },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return { id: body.message.id as string, conversationId: body.conversation.id as string };
}

async function endsAs(message: { id: string; conversationId: string }, status: string) {
  return eventually(async () => {
    const found = (await threadOf(relais.api, message.conversationId)).find(
      ({ id }: { id: string }) => id === message.id,
    );
    expect(found.status, JSON.stringify(found.error)).toBe(status);
    return found;
  }, 25_000);
}

/** What reached a handset. */
async function reached(number: string): Promise<string[]> {
  return (await phones.messages(number))
    .filter(({ direction }) => direction === 'received')
    .map(({ text }) => text);
}

/** What the provider took for a number: the truth that counts, whether it has arrived yet or not. */
async function takenByTwilio({ sandbox }: TestRelais, number: string): Promise<string[]> {
  const { baseUrl, accountSid, authToken } = sandbox.twilio;
  const response = await fetch(
    `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json?To=${encodeURIComponent(number)}`,
    { headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` } },
  );
  const { messages } = (await response.json()) as { messages: { body: string }[] };
  return messages.map(({ body }) => body);
}

describe('an answer that does not tell whether the text left', () => {
  const cases = (['telnyx', 'twilio'] as const).flatMap((provider, index) =>
    (
      [
        ['8014', 'an error although it was taken'],
        ['8015', 'silence although it was taken'],
        ['8016', 'silence because it was not taken'],
        ['8017', 'an error because it was not taken'],
      ] as const
    ).map(([digits, what]) => ({ provider, number: `+141${5 + index}556${digits}`, what })),
  );
  const nobodyTakes = '+14155570077';
  const sent = new Map<string, { id: string; conversationId: string }>();

  // All at once: most of their time is patience.
  beforeAll(async () => {
    await phones.fault({
      kind: 'timeout_before',
      match: { provider: 'telnyx', method: 'POST', path: '/v2/messages', number: nobodyTakes },
      times: null,
    });
    for (const { provider, number } of cases) sent.set(number, await send(number, numbers[provider].id));
    sent.set(nobodyTakes, await send(nobodyTakes, numbers.telnyx.id));
  });

  for (const { provider, number, what } of cases) {
    it(`${provider}: ${what}: looked up, and there once`, async () => {
      await endsAs(sent.get(number)!, 'delivered');
      expect(await reached(number)).toEqual([`to ${number}`]);
    });
  }

  it('and never comes: given up after three tries, and the button asks first', async () => {
    const message = sent.get(nobodyTakes)!;
    const ended = await endsAs(message, 'failed');
    expect(ended.error.code).toBe('no_answer');
    const faults = await phones.ask<{ items: { id: string }[] }>('GET', 'faults');
    for (const { id } of faults.items) await phones.ask('DELETE', `faults/${id}`);
    const again = await relais.api.post(`/inbox/messages/${message.id}/retry`);
    expect(again.body.message.status).toBe('unknown');
    await endsAs(message, 'delivered');
    expect(await reached(nobodyTakes)).toEqual([`to ${nobodyTakes}`]);
  });
});

describe('what a provider refuses', () => {
  it('too many at once: the number pauses, and the text goes later', async () => {
    const message = await send('+14155568013', numbers.telnyx.id);
    await endsAs(message, 'delivered');
    expect(await reached('+14155568013')).toEqual(['to +14155568013']);
  });

  const failures: [digits: string, status: string, code: string][] = [
    ['8001', 'undelivered', 'landline'],
    ['8002', 'undelivered', 'unreachable'],
    ['8003', 'undelivered', 'filtered'],
    ['8004', 'undelivered', 'blocked'],
    ['8021', 'failed', 'region_blocked'],
  ];
  for (const [digits, status, code] of failures) {
    it(`${code}: it ends with the reason in words, and may be tried again`, async () => {
      const number = `+1415557${digits}`;
      const message = await send(number, numbers.twilio.id);
      const ended = await eventually(async () => {
        const [found] = await threadOf(relais.api, message.conversationId);
        expect(['failed', 'undelivered']).toContain(found.status);
        return found;
      });
      expect(ended).toMatchObject({ status, error: { code, provider_code: expect.stringMatching(/^\d+$/) } });
      expect(ended.error.reason.length).toBeGreaterThan(20);
      expect(await reached(number)).toEqual([]);
      const again = await relais.api.post(`/inbox/messages/${message.id}/retry`);
      expect(again.body.message).toMatchObject({ status: 'queued', error: null });
      await endsAs(message, status);
    });
  }
});

describe('a process that dies while it sends', () => {
  /** The same server seen from later: leases have run out. */
  function later(kernel: Kernel, seconds: number): Kernel {
    const nowMs = () => kernel.clock.nowMs() + seconds * 1000;
    return { ...kernel, clock: { nowMs, now: () => new Date(nowMs()) } };
  }

  it('before and after each of its transactions: the text reaches its handset once', {
    timeout: 60_000,
  }, async () => {
    const api = await startRelais({ config: { ...FAST, RELAIS_ROLE: 'api' } });
    try {
      const integrationId = await plantIntegration(api);
      for (let step = 1; ; step++) {
        let wasKilled = false;
        for (const when of ['before', 'after'] as const) {
          const to = `+1415558${when === 'before' ? 1 : 2}${String(step).padStart(3, '0')}`;
          const sent = await api.api.post('/inbox/conversations', {
            source: 'sms',
            phone_number: to,
            integration_id: integrationId,
            message: { text: 'once' },
          });
          expect(sent.status, JSON.stringify(sent.body)).toBe(201);
          const [claim] = await claimNow(api.kernel);
          expect(claim).toBeDefined();
          const { kernel, killed } = killAt(api.kernel, step, when);
          await sendText(systemCtx(kernel, api.companyId, 'test'), claim!).catch(() => undefined);
          wasKilled ||= killed();
          // Whoever comes next finds the lease run out, looks the text up, and sends it if it never left.
          for (let seconds = 60; seconds <= 300; seconds += 60) {
            for (const again of await claimNow(later(api.kernel, seconds)))
              await sendText(systemCtx(later(api.kernel, seconds), api.companyId, 'test'), again);
          }
          expect(await takenByTwilio(api, to), `${when} transaction ${step}`).toEqual(['once']);
        }
        if (!wasKilled) break;
        expect(step).toBeLessThan(10);
      }
    } finally {
      await api.stop();
    }
  });

  async function claimNow(kernel: Kernel) {
    const now = kernel.clock.now();
    return inSystem(kernel.db, async (tx) => {
      // The pace is not what is looked at here, and the clock jumps back and forth.
      await sql`update inbox_integrations set next_send_at = ${now}`.execute(tx);
      return claimDepartures(tx, {
        now,
        leaseId: newId(kernel.clock),
        leaseUntil: new Date(now.getTime() + 30_000),
        pace: 1000,
        limit: 10,
      });
    });
  }

  /** A number of the sandbox's Twilio account, put into the inbox by its own door. */
  async function plantIntegration(target: TestRelais): Promise<string> {
    const found = await target.api.get('/api/phone-numbers/search/twilio?countryCode=US&features=sms');
    const { phoneNumber } = found.body.numbers[0];
    await target.api.post('/api/phone-numbers/purchase/twilio', { phoneNumber });
    const made = await target.api.post('/inbox/integrations', {
      name: 'Twilio',
      integration_type: 'sms',
      account_id: target.sandbox.twilio.accountSid,
      api_key: target.sandbox.twilio.authToken,
      phone_number: phoneNumber,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return made.body.integration.id;
  }

  it('by kill -9, again and again: nothing is lost and nothing is doubled', { timeout: 90_000 }, async () => {
    const api = await startRelais({
      config: { ...FAST, RELAIS_ROLE: 'api', SMS_PER_SECOND: 20, RECONCILE_SECONDS: 2 },
    });
    const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-worker-'));
    let worker: ChildProcess | null = null;
    try {
      const integrationId = await plantIntegration(api);
      const recipients = Array.from({ length: 60 }, (_, index) => `+1415559${String(1000 + index)}`);
      await Promise.all(
        recipients.map((phone_number) =>
          api.api.post('/inbox/conversations', {
            source: 'sms',
            phone_number,
            integration_id: integrationId,
            message: { text: 'exactly once' },
          }),
        ),
      );
      for (const gone of [15, 35]) {
        worker = startWorker(api, folder);
        await eventually(async () => expect(await left(api)).toBeGreaterThanOrEqual(gone), 30_000);
        worker.kill('SIGKILL');
        await new Promise((resolve) => worker!.once('exit', resolve));
      }
      worker = startWorker(api, folder);
      await eventually(async () => {
        const { body } = await api.api.get('/inbox/messages?direction=outbound&limit=200');
        const open = body.messages.filter(({ status }: { status: string }) => status !== 'delivered');
        expect(open.map(({ status }: { status: string }) => status)).toEqual([]);
        expect(body.messages.length).toBe(60);
      }, 60_000);
      for (const number of recipients) {
        expect(await takenByTwilio(api, number), number).toEqual(['exactly once']);
      }
    } finally {
      worker?.kill('SIGKILL');
      await api.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** How many texts have been handed over. */
  async function left({ kernel }: TestRelais): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from messages where direction = 'outbound' and attempts > 0`.execute(
      kernel.db.system,
    );
    return rows[0]!.count;
  }

  /** A process of its own that works on the same database. */
  function startWorker(target: TestRelais, folder: string): ChildProcess {
    const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
    const settings = Object.fromEntries(
      Object.entries(target.kernel.config).map(([name, value]) => [name, String(value)]),
    );
    return spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, ...settings, RELAIS_ROLE: 'worker', PORT: '0', DATA_DIR: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
});

describe('a number that is taken out of the inbox', () => {
  it('still hears of what it sent; what it was to send fails and says so', async () => {
    const found = await relais.api.get('/api/phone-numbers/search/twilio?countryCode=US&features=sms');
    const { phoneNumber } = found.body.numbers[0];
    await relais.api.post('/api/phone-numbers/purchase/twilio', { phoneNumber });
    const id = await eventually(async () => {
      const { body } = await relais.api.get('/inbox/integrations');
      const mine = body.integrations.find(
        (each: { phone_number: string }) => each.phone_number === phoneNumber,
      );
      expect(mine).toBeDefined();
      return mine.id as string;
    });
    // Its receipts come late.
    const message = await send('+14155718008', id);
    await endsAs(message, 'sending');
    await relais.api.post(`/inbox/conversations/${message.conversationId}/messages`, {
      text: 'later',
      send_at: new Date(Date.now() + 3_600_000).toISOString(),
      integration_id: id,
    });
    expect((await relais.api.delete(`/inbox/integrations/${id}`)).status).toBe(200);
    const [, later] = await threadOf(relais.api, message.conversationId);
    expect(later).toMatchObject({ status: 'failed', error: { code: 'sender_inactive' } });
    await phones.ask('POST', 'advance', { webhooks: true });
    await endsAs(message, 'delivered');
  });
});
