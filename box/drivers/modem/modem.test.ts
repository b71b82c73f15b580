import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { systemClock } from '../../clock.ts';
import { createEmulator, type Emulator, type Quirks, serveEmulator } from '../../testing/modem-emulator.ts';
import { createOperator, type Operator } from '../../testing/operator.ts';
import { openPty } from '../../testing/pty.ts';
import { loadBook } from '../../ussd/book.ts';
import type { Driver, IncomingText, Job } from '../port.ts';
import { createModemDriver, type ModemSim } from './index.ts';

// The driver against modems that behave as real ones do: on a pseudo-terminal, and on a socket.

interface Bench {
  driver: Driver;
  operator: Operator;
  emulator: Emulator;
  texts: IncomingText[];
  log: string[];
  fullDisk: boolean;
}

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function openSocket(emulator: Emulator): Promise<string> {
  const served = await serveEmulator(emulator);
  cleanUp.push(served.close);
  return served.port;
}

async function openTerminal(emulator: Emulator): Promise<string> {
  const { device, line, close } = await openPty();
  emulator.attach(line as Duplex);
  cleanUp.push(close);
  return device;
}

async function setUp(
  quirks: Partial<Quirks> = {},
  {
    open = openSocket,
    sim = {},
  }: { open?: (emulator: Emulator) => Promise<string>; sim?: Partial<ModemSim> } = {},
): Promise<Bench> {
  const operator = createOperator();
  const emulator = createEmulator(operator, quirks);
  const bench: Bench = {
    operator,
    emulator,
    texts: [],
    log: [],
    fullDisk: false,
    driver: undefined as never,
  };
  const port = await open(emulator);
  const one: ModemSim = {
    ...{ slot: '1', port, baudRate: 115_200, operator: 'mtn', phoneNumber: null, pin: '73914', simPin: null },
    ...{ ussdEncoding: 'auto', smsMode: 'pdu' },
    ...sim,
  };
  bench.driver = createModemDriver([one], {
    ...{ clock: systemClock, book: loadBook(null), settleMs: 30, lookEveryMs: 200 },
    hooks: {
      onText: async (text) => {
        if (bench.fullDisk) throw new Error('database or disk is full');
        bench.texts.push(text);
        await text.forget();
      },
      log: (_level, text) => bench.log.push(text),
      faultPoint: () => undefined,
    },
  });
  await bench.driver.start();
  cleanUp.push(() => bench.driver.stop());
  return bench;
}

const ready = ({ driver }: Bench) => eventually(() => expect(driver.sims()[0]!.state).toBe('ready'));

const job = (change: Partial<Job> = {}): Job => ({
  ...{ id: 'tx_1', slot: '1', operator: 'mtn', type: 'deposit', phoneNumber: '+237677123456' },
  ...{ amount: 5000, payItemId: null },
  ...change,
});
const execute = ({ driver }: Bench, change: Partial<Job> = {}, timeMs = 5000) =>
  driver.execute(job(change), systemClock.monotonicMs() + timeMs);

describe.each([
  ['a pseudo-terminal', openTerminal],
  ['a socket', openSocket],
])('a modem on %s', (_name, open) => {
  it('says who it is, dials a code, walks through a menu, and hands on texts', async () => {
    const bench = await setUp({ noisy: true, pieces: 7 }, { open });
    await ready(bench);
    expect(bench.driver.sims()[0]).toMatchObject({
      ...{ iccid: '8923701234567890123', network: 'MTN CM', signalPercent: 65 },
    });
    expect(await execute(bench)).toMatchObject({
      ...{ kind: 'completed', transactionRef: 'MP000001', balance: 495_000 },
    });
    expect(await execute(bench, { type: 'withdraw', amount: 700 })).toMatchObject({ kind: 'completed' });
    expect(bench.operator.bookings.map(({ type, number, amount }) => [type, number, amount])).toEqual([
      ['deposit', '677123456', 5000],
      ['withdraw', '677123456', 700],
    ]);
    bench.emulator.deliver('MobileMoney', `Vous avez reçu ${'1 000 FCFA, '.repeat(20)}✓`);
    await eventually(() => expect(bench.texts).toHaveLength(1));
    expect(bench.texts[0]).toMatchObject({ sender: 'MobileMoney', body: expect.stringMatching(/✓$/) });
    await eventually(() => expect(bench.emulator.stored()).toBe(0));
  });
});

describe('whatever a modem is like', () => {
  const KINDS: Partial<Quirks>[] = [
    { ussd: 'packed', maker: 'huawei' },
    { ussd: 'ucs2' },
    { newsFirst: true },
    { slowMs: 30, noisy: true },
    { pieces: 1 },
  ];
  for (const kind of KINDS) {
    it(`it is understood: ${JSON.stringify(kind)}`, async () => {
      const bench = await setUp(kind);
      await ready(bench);
      expect(await execute(bench)).toMatchObject({ kind: 'completed', balance: 495_000 });
      expect(await bench.driver.balance('1')).toBe(495_000);
    });
  }
});

describe('what goes wrong before anything was sent', () => {
  it('is a failure that may be repeated: no network, SIM locked, modem away', async () => {
    const away = await setUp({ pinState: 'SIM PUK' });
    await eventually(() => expect(away.driver.sims()[0]!.state).toBe('locked'));
    expect(await execute(away)).toMatchObject({ kind: 'failed', repeatable: true, code: 'locked' });
    const bench = await setUp();
    await ready(bench);
    bench.emulator.mishaps.push('no_network');
    expect(await execute(bench)).toMatchObject({ kind: 'failed', repeatable: true });
    expect(bench.operator.heard).toEqual([]);
  });
  it('in a menu is one too: nothing has moved before its last step', async () => {
    const bench = await setUp();
    await ready(bench);
    bench.emulator.mishaps.push('vanishes');
    expect(await execute(bench, { type: 'withdraw' })).toMatchObject({ kind: 'failed', repeatable: true });
    expect(bench.operator.bookings).toEqual([]);
  });
  it('a SIM asks for its PIN: it gets it once', async () => {
    const bench = await setUp({ pinState: 'SIM PIN' }, { sim: { simPin: '4711' } });
    await ready(bench);
    expect(bench.log.join()).not.toContain('4711');
  });
});

describe('what goes wrong after it was sent', () => {
  for (const mishap of ['error', 'never_answers', 'vanishes', 'times_out'] as const) {
    it(`is unknown, whether or not it was done: ${mishap}`, async () => {
      const bench = await setUp();
      await ready(bench);
      bench.emulator.mishaps.push(mishap);
      expect(await execute(bench, {}, 600)).toMatchObject({ kind: 'unknown' });
      await ready(bench);
      expect(await execute(bench, { phoneNumber: '+237677000009' })).toMatchObject({ kind: 'completed' });
    });
  }
  it('a late answer is not taken for that of the next transaction', async () => {
    const bench = await setUp();
    await ready(bench);
    bench.emulator.mishaps.push('late');
    expect(await execute(bench, {}, 200)).toMatchObject({ kind: 'unknown' });
    const next = await execute(bench, { phoneNumber: '+237677000002', amount: 5000 });
    expect(next.kind).not.toBe('completed');
    expect(bench.operator.bookings).toHaveLength(1);
  });
  it('words that nobody knows are unknown, a refusal is final, a busy service may be tried again', async () => {
    const bench = await setUp();
    await ready(bench);
    expect(await execute(bench, { phoneNumber: '+237677000005' })).toMatchObject({ kind: 'unknown' });
    expect(await execute(bench, { phoneNumber: '+237677000002' })).toMatchObject({
      kind: 'failed',
      repeatable: false,
    });
    expect(await execute(bench, { phoneNumber: '+237677000001' })).toMatchObject({
      kind: 'failed',
      repeatable: true,
    });
  });
});

describe('a modem that goes away', () => {
  it('is looked for until it is back', async () => {
    const bench = await setUp();
    await ready(bench);
    bench.emulator.unplug();
    await eventually(() => expect(bench.log.join()).toContain('went away'));
    await ready(bench);
    expect(await execute(bench)).toMatchObject({ kind: 'completed' });
  });
});

describe('a text that cannot be kept', () => {
  it('stays on the SIM until it can', async () => {
    const bench = await setUp();
    await ready(bench);
    bench.fullDisk = true;
    bench.emulator.deliver('MTN', 'Bonjour');
    await eventually(() => expect(bench.log.join()).toContain('disk is full'));
    expect(bench.emulator.stored()).toBe(1);
    bench.fullDisk = false;
    await eventually(() => expect(bench.texts).toHaveLength(1));
    expect(bench.emulator.stored()).toBe(0);
  });
});
