import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator, serveEmulator } from '../../box/testing/modem-emulator.ts';
import { createOperator, type Operator } from '../../box/testing/operator.ts';
import { newFolder, type RunningBox, startBox } from '../../box/testing/testkit.ts';
import { RECHARGE, submitted } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Our own box program, in a process of its own, between the real server and a modem with an operator behind it.

let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais({ config: { SYNC_INTERVAL_MS: 500 } });
});
afterAll(() => relais?.stop());

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Field {
  operator: Operator;
  emulator: Emulator;
  start(fault?: string): RunningBox;
  enroll(code: string): Promise<RunningBox>;
}

/** A machine in the field with a modem, and nothing installed yet. @param operatorName of its SIM, so that tests do not share work. */
async function field(operatorName: string): Promise<Field> {
  const operator = createOperator({ confirms: true });
  const emulator = createEmulator(operator);
  const line = await serveEmulator(emulator);
  const place = newFolder();
  const boxes: RunningBox[] = [];
  cleanUp.push(async () => {
    for (const box of boxes) await box.kill();
    await line.close();
    place.remove();
  });
  const env = {
    RELAIS_BOX_DATA: place.folder,
    RELAIS_BOX_SIMS: JSON.stringify([{ slot: '1', port: line.port, operator: operatorName, pin: '73914' }]),
    ...{ RELAIS_BOX_ACCEPT_EXAMPLES: 'true', RELAIS_BOX_SETTLE_MS: '20', RELAIS_BOX_LOOK_EVERY_MS: '500' },
  };
  const begin = (fault: string, args: string[]) => {
    const box = startBox({ ...env, RELAIS_BOX_FAULT: fault }, args);
    boxes.push(box);
    return box;
  };
  return {
    ...{ operator, emulator },
    start: (fault = '') => begin(fault, ['run']),
    async enroll(code) {
      const box = begin('', ['enroll', relais.baseUrl, code]);
      await box.ended;
      return box;
    },
  };
}

async function namedBox(callboxId: string): Promise<string> {
  const { status, body } = await relais.api.post('/api/boxes', { callboxId });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.enrolment.code;
}

/** A deposit for the number that ends so, and how it stands: whoever hands it in again is told. */
async function deposit(last: string) {
  const content = {
    ...RECHARGE,
    ...{ type: 'deposit', phoneNumber: `+23767700${last}`, amount: 500, clientId: `deposit-${last}` },
    customerInfo: { name: 'Client', operator: 'MTN' },
  };
  await submitted(relais.api, content);
  return async () => (await relais.api.post('/api/transactions', content)).body.transaction;
}

describe('a box in the field', () => {
  it('is enrolled with a code, once, and carries out what is handed in', async () => {
    const machine = await field('mtn');
    const code = await namedBox('box_field');
    const enrolled = await machine.enroll(code);
    expect(enrolled.output()).toContain('box_field');
    expect((await machine.enroll(code)).output()).toContain('Not enrolled');
    machine.start();
    const [done, refused] = [await deposit('1111'), await deposit('0002')];
    await eventually(async () =>
      expect(await done()).toMatchObject({
        ...{ status: 'completed', transactionRef: 'MP000001', assignedTo: 'box_field', attempt: 1 },
      }),
    );
    await eventually(async () =>
      expect(await refused()).toMatchObject({ status: 'failed', failureCode: 'wrong_number' }),
    );
    expect(machine.operator.bookings).toHaveLength(1);
  }, 60_000);

  it('whose power goes after it dialled leaves an unknown, which the operator’s text settles after the start', async () => {
    const machine = await field('mtn');
    await machine.enroll(await namedBox('box_power'));
    const first = machine.start('after_dial');
    const current = await deposit('2222');
    expect(await first.ended, first.output()).toBe('SIGKILL');
    expect(machine.operator.bookings).toHaveLength(1);
    machine.start();
    await eventually(async () => expect((await current()).status).toBe('completed'), 40_000);
    expect(machine.operator.bookings).toHaveLength(1);
  }, 60_000);

  it('whose power goes before it began does it after all, once', async () => {
    const machine = await field('mtn');
    await machine.enroll(await namedBox('box_before'));
    const first = machine.start('before_leave');
    const current = await deposit('3333');
    expect(await first.ended, first.output()).toBe('SIGKILL');
    machine.start();
    await eventually(async () => expect((await current()).status).toBe('completed'), 40_000);
    expect(machine.operator.bookings.map(({ number }) => number)).toEqual(['677003333']);
  }, 60_000);
});
