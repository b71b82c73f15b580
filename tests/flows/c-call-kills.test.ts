import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../server/kernel/db/index.ts';
import { callWith, liftLimits, PACE_MS, setRule, telephones } from '../harness/calls.ts';
import { type Death, startWorker, type Worker } from '../harness/dying.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// A call comes in while the process that works on it dies: whoever takes over goes on where it was, and nobody waits in
// silence or is rung twice.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
let number: { id: string; phoneNumber: string };

beforeAll(async () => {
  relais = await startRelais({
    config: { RECONCILE_SECONDS: 1, PROVIDER_TIMEOUT_MS: 20_000, CALL_SETTLE_SECONDS: 1, RELAIS_ROLE: 'api' },
    reviewMs: PACE_MS,
  });
  phones = telephones(relais);
  await liftLimits(relais.api);
  const found = await relais.api.get('/api/phone-numbers/search?countryCode=US&features=voice');
  const { phoneNumber } = found.body.numbers[0];
  await relais.api.post('/api/phone-numbers/purchase', { phoneNumber, provider: 'telnyx' });
  const { numbers } = (await relais.api.get(`/api/phone-numbers?search=${encodeURIComponent(phoneNumber)}`))
    .body;
  await eventually(async () => {
    const { body } = await relais.api.post(`/api/phone-numbers/${numbers[0].id}/refresh`);
    expect(body.number.status, JSON.stringify(body)).toBe('active');
  });
  number = { id: numbers[0].id, phoneNumber };
  const configured = await relais.api.post(`/api/phone-numbers/${number.id}/configure`);
  expect(configured.status, JSON.stringify(configured.body)).toBe(200);
});
afterAll(() => relais?.stop());

/** Our own telephone is answered as soon as it rings. */
async function pickUp(agent: string): Promise<void> {
  const [line] = (await phones.linesOf(agent)).filter(({ state }) => state === 'ringing');
  if (line) await phones.answer(line);
}

/** The call goes on to its end as if nothing had been. */
async function isWell(caller: string, agent: string, line: { id: string }): Promise<void> {
  await eventually(async () => {
    await pickUp(agent);
    await phones.say(line, 'Anybody there?');
    expect((await phones.heard(agent)).join()).toContain('Anybody there?');
  }, 20_000);
  await callWith(relais.api, caller, { status: 'IN_PROGRESS', recording: 'on' });
  expect(await phones.linesOf(agent, '0')).toHaveLength(1);
  expect((await phones.heard(caller)).filter((words) => words.includes('Welcome.'))).toHaveLength(1);
  await phones.hangUp(line);
  await callWith(relais.api, caller, { status: 'COMPLETED', missed: false });
  await phones.falls(agent);
}

/** It is not known whether our telephone rings: it is looked for, never rung again, and the caller hears what comes otherwise. */
async function isRungByNobody(caller: string, agent: string): Promise<void> {
  await eventually(async () => expect((await phones.heard(caller)).join()).toContain('Nobody.'), 45_000);
  const call = await callWith(relais.api, caller, { status: 'NO_ANSWER', missed: true });
  expect(call.legs[1].endReason).toMatchObject({ code: 'provider_silent' });
  expect(await phones.linesOf(agent, '0')).toEqual([]);
}

const rule = (agent: string) =>
  setRule(relais.api, number.id, {
    ...{ language: 'en', greeting: 'Welcome.', record: true, announceRecording: null },
    open: { kind: 'forward', to: agent, timeoutSeconds: 120, otherwise: { kind: 'say', text: 'Nobody.' } },
    closed: { kind: 'voicemail' },
  });

let cases = 1000;

/** Somebody calls; a first worker dies over it, and a second one takes over. */
async function callThrough(death: Death | null, goesOn = isWell): Promise<Worker | null> {
  const [caller, agent] = [`+1415556${++cases}`, `+1415557${cases}`];
  await rule(agent);
  const first = death && (await startWorker(relais, death));
  const line = await phones.call(caller, number.phoneNumber);
  if (first)
    await eventually(async () => {
      await pickUp(agent);
      expect(first.isDead(), `${first.asked}`).toBe(true);
    });
  await first?.stop();
  const second = await startWorker(relais);
  try {
    await goesOn(caller, agent, line);
  } finally {
    await second.stop();
  }
  return first;
}

it('nobody is there when it comes: whoever starts later finds it', async () => {
  await callThrough(null);
});

it('a provider that is slower than a lease: nobody else does what is in hand', {
  timeout: 60_000,
}, async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow = [await startWorker(relais, null, gate), await startWorker(relais, null, gate)];
  const leaseMs = async () => {
    const { rows } = await sql<{ leaseUntil: Date }>`
      select lease_until from call_commands where state = 'waiting' and lease_until is not null`.execute(
      relais.kernel.db.system,
    );
    expect(rows).toHaveLength(1);
    return rows[0]!.leaseUntil.getTime();
  };
  try {
    const [caller, agent] = ['+14155569001', '+14155569002'];
    await rule(agent);
    const line = await phones.call(caller, number.phoneNumber);
    const first = await eventually(leaseMs);
    await eventually(async () => expect(await leaseMs()).toBeGreaterThan(first + 3000));
    open();
    await eventually(async () => expect((await phones.heard(caller)).join()).toContain('Welcome.'));
    const asked = slow.flatMap((worker) => worker.asked);
    for (const command of ['answer', 'speak'])
      expect(asked.filter((each) => each === command)).toHaveLength(1);
    await phones.hangUp(line);
    await callWith(relais.api, caller, { endedAt: expect.any(String) });
  } finally {
    open();
    for (const worker of slow) await worker.stop();
  }
});

describe('the process dies', () => {
  /** What a whole call asks for. */
  const COMMANDS = ['answer', 'speak', 'calls', 'conferences', 'join', 'record_start'];
  const deaths = COMMANDS.flatMap((command, index) =>
    (['before', 'after'] as const).map((when) => ({ command, at: index + 1, when })),
  );
  const isLost = (command: string, when: string) => command === 'calls' && when === 'before';

  it.each(deaths)('$when command $at, $command', { timeout: 60_000 }, async ({ command, at, when }) => {
    const first = await callThrough({ at, when }, isLost(command, when) ? isRungByNobody : isWell);
    expect(first?.asked).toHaveLength(at);
  });
});
