import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../tests/harness/eventually.ts';
import { FAULT_POINTS } from './faults.ts';
import { createEmulator, type Emulator, serveEmulator } from './testing/modem-emulator.ts';
import { createOperator, type Operator } from './testing/operator.ts';
import { type MiniServer, startMiniServer } from './testing/server.ts';
import { newFolder, type RunningBox, startBox } from './testing/testkit.ts';

// The real program in a process of its own, between a modem with an operator behind it and a server; and the power goes.

let server: MiniServer;
let operator: Operator;
let emulator: Emulator;
let line: Awaited<ReturnType<typeof serveEmulator>>;
let place: ReturnType<typeof newFolder>;
let boxes: RunningBox[];

beforeEach(async () => {
  server = await startMiniServer();
  // So long a box waits for evidence of what it may have dialled.
  server.config.timeoutMs = 4000;
  operator = createOperator();
  emulator = createEmulator(operator);
  line = await serveEmulator(emulator);
  place = newFolder();
  boxes = [];
});
afterEach(async () => {
  for (const box of boxes) await box.kill();
  await line.close();
  await server.close();
  place.remove();
});

const PIN = '73914';

function start(fault = '', more: Record<string, string> = {}): RunningBox {
  const box = startBox({
    RELAIS_BOX_DATA: place.folder,
    RELAIS_BOX_SERVER: server.url,
    RELAIS_BOX_TOKEN: server.token,
    RELAIS_BOX_ID: 'callbox_test',
    RELAIS_BOX_SIMS: JSON.stringify([{ slot: '1', port: line.port, operator: 'mtn', pin: PIN }]),
    RELAIS_BOX_ACCEPT_EXAMPLES: 'true',
    RELAIS_BOX_SETTLE_MS: '20',
    RELAIS_BOX_LOOK_EVERY_MS: '500',
    RELAIS_BOX_LOG_LEVEL: 'debug',
    RELAIS_BOX_FAULT: fault,
    ...more,
  });
  boxes.push(box);
  return box;
}

const submit = (last: string) => server.submit({ phoneNumber: `+23767700${last}` });
const booked = (phoneNumber: string) =>
  operator.bookings.filter(({ number }) => phoneNumber.endsWith(number)).length;

const statuses = () => [...server.tasks.values()].map(({ status }) => status);

/** Every transaction has ended; nothing was done twice, and what the server believes is so. */
function expectTruth(): void {
  for (const { status, phoneNumber, history } of server.tasks.values()) {
    const times = booked(phoneNumber);
    expect(times, `${phoneNumber}: ${history}`).toBeLessThanOrEqual(1);
    expect(['completed', 'failed', 'unknown'], `${phoneNumber}: ${history}`).toContain(status);
    if (status === 'completed') expect(times).toBe(1);
    if (status === 'failed') expect(times).toBe(0);
  }
}

describe('the power goes', () => {
  for (const point of FAULT_POINTS) {
    it(`at ${point}: nothing is done twice, nothing is lost`, async () => {
      submit('1111');
      submit('2222');
      submit('0001');
      const first = start(point);
      expect(await first.ended, first.output()).toBe('SIGKILL');
      // What was taken and not begun may be handed out again meanwhile.
      server.endLeases();
      start();
      await eventually(() => expectTruth(), 40_000);
      expect(operator.bookings.length).toBeGreaterThanOrEqual(1);
      // What the SIM had not begun is known for sure, so nobody has to look at it.
      if (FAULT_POINTS.indexOf(point) < FAULT_POINTS.indexOf('after_begun'))
        await eventually(() => expect(statuses()).not.toContain('unknown'));
      expectTruth();
    }, 90_000);
  }

  it('again and again at random', async () => {
    for (let number = 0; number < 12; number += 1) submit(`3${String(number).padStart(3, '0')}`);
    const random = (at: number) => FAULT_POINTS[(at * 7 + 3) % FAULT_POINTS.length]!;
    for (let round = 0; round < 6; round += 1) {
      const box = start(`${random(round)}:${(round % 3) + 1}`);
      const ended = await Promise.race([
        box.ended,
        eventually(() => {
          expectTruth();
          return 'all ended';
        }, 20_000),
      ]);
      if (ended === 'all ended') await box.kill();
      if (round % 2) server.endLeases();
    }
    start();
    await eventually(() => expectTruth(), 40_000);
  }, 240_000);
});

describe('a PIN', () => {
  it('is neither logged nor told to the server', async () => {
    submit('1111');
    server.submit({ phoneNumber: '+237677003333', type: 'withdraw' });
    const box = start();
    await eventually(() => expectTruth(), 25_000);
    expect(operator.heard.join()).toContain(PIN);
    expect(box.output()).toContain('USSD: *126*1*1*677001111*500*****#');
    expect(box.output()).not.toContain(PIN);
    expect(server.heard.join('\n')).not.toContain(PIN);
  }, 60_000);
});
