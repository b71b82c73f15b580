import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../tests/harness/eventually.ts';
import { readJournal } from './drivers/simulator.ts';
import { type MiniServer, startMiniServer } from './testing/server.ts';
import { newFolder, type RunningBox, startBox } from './testing/testkit.ts';

// The real program with simulated SIMs, while the line, the server, the disk and the clock are not what they should be.

let server: MiniServer;
let place: ReturnType<typeof newFolder>;
let boxes: RunningBox[];

beforeEach(async () => {
  server = await startMiniServer();
  place = newFolder();
  boxes = [];
});
afterEach(async () => {
  for (const box of boxes) await box.kill();
  await server.close();
  place.remove();
});

function start(more: Record<string, string> = {}): RunningBox {
  const box = startBox({
    RELAIS_BOX_DATA: place.folder,
    RELAIS_BOX_SERVER: server.url,
    RELAIS_BOX_TOKEN: server.token,
    RELAIS_BOX_ID: 'callbox_test',
    RELAIS_BOX_DRIVER: 'simulator',
    RELAIS_BOX_SIMULATOR: simulator(20),
    ...more,
  });
  boxes.push(box);
  return box;
}

const simulator = (delayMs: number) =>
  JSON.stringify({ delayMs, sims: [{ slot: '1', operator: null, balance: 1_000_000 }] });
const journal = () => readJournal(`${place.folder}/simulator.jsonl`);
const submit = (last: string) => server.submit({ phoneNumber: `+23767700${last}` });
const statuses = () => [...server.tasks.values()].map(({ status }) => status);
const said = (box: RunningBox, words: string) =>
  eventually(() => expect(box.output()).toContain(words), 25_000);

describe('the line goes', () => {
  it('while a transaction is carried out: its outcome is told when the line is back', async () => {
    const box = start({ RELAIS_BOX_SIMULATOR: simulator(700) });
    submit('1111');
    await said(box, 'begins: deposit');
    server.faults.offline = true;
    await said(box, 'ends: completed');
    submit('2222');
    await box.kill();
    expect(journal()).toHaveLength(1);
    // Days later: the server holds it as unknown, and the box has been off meanwhile.
    server.endLeases();
    start();
    server.faults.offline = false;
    await eventually(() => expect(statuses()).toEqual(['completed', 'completed']), 25_000);
    expect(journal()).toHaveLength(2);
  }, 60_000);

  it('before a transaction is begun: nothing is dialled, and what another box has by then is let go', async () => {
    const first = start({ RELAIS_BOX_FAULT: 'before_leave' });
    const task = submit('1111');
    await first.ended;
    server.faults.offline = true;
    const box = start();
    await said(box, 'callbox_test');
    // Its lease ran out, and another box has done it.
    Object.assign(task, { status: 'completed', attempt: 2, leaseId: 'of another box' });
    server.faults.offline = false;
    await said(box, 'is let go untouched');
    expect(journal()).toEqual([]);
  }, 60_000);

  it('just when the server answers: every question and report is asked again, and nothing is done twice', async () => {
    const box = start();
    await said(box, 'Registered');
    for (let number = 0; number < 4; number += 1) {
      submit(`4${number}00`);
      // Pauses grow with what is lost, and a question may wait for half a minute: how long it takes is chance.
      server.faults.loseAnswers = 3;
      await eventually(() => expect(server.faults.loseAnswers).toBe(0), 60_000);
    }
    await eventually(() => expect(statuses()).toEqual(Array(4).fill('completed')), 60_000);
    expect(new Set(journal().map(({ id }) => id)).size).toBe(4);
    expect(journal()).toHaveLength(4);
  }, 240_000);

  it('and a portal answers 200 to everything: nothing of it is believed', async () => {
    const box = start();
    await said(box, 'Registered');
    server.faults.portal = true;
    await said(box, 'No line to');
    submit('1111');
    server.faults.portal = false;
    await eventually(() => expect(statuses()).toEqual(['completed']), 25_000);
  }, 60_000);
});

describe('a box that is turned away', () => {
  it('says so to the technician, keeps everything, and goes on when it is let in', async () => {
    const box = start({ RELAIS_BOX_SIMULATOR: simulator(700) });
    submit('1111');
    await said(box, 'begins: deposit');
    server.faults.refuseToken = true;
    await said(box, "does not accept this box's token");
    await said(box, 'ends: completed');
    server.faults.refuseToken = false;
    await eventually(() => expect(statuses()).toEqual(['completed']), 25_000);
  }, 60_000);
});

describe('what is handed out again', () => {
  it('under another attempt is answered with the outcome that the box has', async () => {
    start();
    const task = submit('1111');
    await eventually(() => expect(task.status).toBe('completed'), 25_000);
    // A server that was restored from yesterday's copy knows nothing of it.
    Object.assign(task, { status: 'pending', attempt: 5, leaseId: null });
    await eventually(() => expect(task).toMatchObject({ status: 'completed', attempt: 6 }), 25_000);
    expect(journal()).toHaveLength(1);
  }, 60_000);

  it('after a definite failure is tried again; after a final one it is not', async () => {
    start();
    const [busy, refused] = [submit('0001'), submit('0002')];
    await eventually(() => expect(statuses()).toEqual(['failed', 'failed']), 25_000);
    expect([busy.attempt, refused.attempt]).toEqual([4, 1]);
    expect(journal()).toEqual([]);
  }, 60_000);
});

describe('the machine', () => {
  it('with a wrong clock works as any other, and says by how much it is wrong', async () => {
    server.clockOffsetMs = -5 * 365 * 86_400_000;
    const box = start();
    submit('1111');
    await eventually(() => expect(statuses()).toEqual(['completed']), 25_000);
    expect(box.output()).toMatch(/clock is \d+ s ahead/);
    const report = server.heard.findLast((line) => line.includes('"status":"completed"'))!;
    const at = Date.parse(/"at":"([^"]+)"/.exec(report)![1]!);
    const sentAt = Date.parse(/"sentAt":"([^"]+)"/.exec(server.heard[0]!)![1]!);
    expect(sentAt - at).toBeGreaterThan(4 * 365 * 86_400_000);
  }, 60_000);

  it('whose disk is full takes no work, and says so', async () => {
    const box = start({ RELAIS_BOX_MIN_FREE_BYTES: String(9e15) });
    submit('1111');
    await said(box, 'No work is taken (disk full');
    await eventually(() => expect(server.heartbeats.at(-1)?.status).toMatch(/disk full/), 25_000);
    expect(statuses()).toEqual(['pending']);
  }, 60_000);

  it('runs one box at a time', async () => {
    const first = start();
    await said(first, 'Registered');
    const second = start();
    expect(await second.ended).toBe('3');
    expect(second.output()).toContain('Another box runs');
  }, 60_000);

  it('stops in order: what is at a SIM is finished and kept', async () => {
    const box = start({ RELAIS_BOX_SIMULATOR: simulator(700) });
    submit('1111');
    await said(box, 'begins: deposit');
    expect(await box.kill('SIGTERM')).toBe('0');
    expect(box.output()).toContain('ends: completed');
    start();
    await eventually(() => expect(statuses()).toEqual(['completed']), 25_000);
    expect(journal()).toHaveLength(1);
  }, 60_000);
});

describe('commands', () => {
  const command = async (...args: string[]) => {
    const box = startBox({ RELAIS_BOX_DATA: place.folder, RELAIS_BOX_SERVER: server.url }, args);
    const code = await box.ended;
    return { code, output: box.output() };
  };
  it('show what would be dialled, and touch nothing', async () => {
    expect(await command('dry-run', 'mtn', 'deposit', '677123456', '5000')).toEqual({
      ...{ code: '0', output: expect.stringContaining('*126*1*1*677123456*5000*****#') },
    });
    expect(await command('dry-run', 'mtn', 'voucher', '677123456', 'NOTHING')).toMatchObject({ code: '1' });
  }, 60_000);
  it('refuse to run before the box is enrolled, or with codes that nobody checked', async () => {
    expect(await command('run')).toMatchObject({ code: '2', output: expect.stringContaining('enroll') });
    const settings = { token: 't', callboxId: 'box', sims: [{ port: '/dev/null' }] };
    writeFileSync(`${place.folder}/box.json`, JSON.stringify(settings));
    expect(await command('run')).toMatchObject({ code: '2', output: expect.stringContaining('Templates') });
  }, 60_000);
  it('name the setting that is wrong', async () => {
    writeFileSync(`${place.folder}/box.json`, JSON.stringify({ sims: [{ pin: 'abcd' }] }));
    expect(await command('status')).toMatchObject({
      code: '2',
      output: expect.stringContaining('sims.0.pin'),
    });
  }, 60_000);
  it('print a service that is started again for ever', async () => {
    const { output } = await command('service');
    expect(output).toContain('Restart=always');
    expect(output).toContain(place.folder);
  }, 60_000);
});
