import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createClient } from './harness/client.ts';
import { inherited } from './harness/environment.ts';
import { eventually } from './harness/eventually.ts';

// The program as people start it: one process with its database and its sandbox.
const MAIN = fileURLToPath(new URL('../server/main.ts', import.meta.url));
const folders: string[] = [];
const running: Program[] = [];

interface Program {
  process: ChildProcess;
  output(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

function newFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-program-'));
  chmodSync(folder, 0o711);
  folders.push(folder);
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function run(environment: Record<string, string>): Program {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...inherited, LOG_FORMAT: 'json', SANDBOX_REVIEW_MS: '100', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const program = { process: child, output: () => output, ended };
  running.push(program);
  return program;
}

/** Starts a demo and waits until it says that it is ready. */
async function startDemo(folder: string) {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const program = run({ DATA_DIR: folder, PORT: String(port), SANDBOX_PORT: String(sandboxPort) });
  await eventually(() => expect(program.output()).toContain('Relais is ready'), 40_000);
  const file = path.join(folder, 'demo.json');
  const demo = JSON.parse(readFileSync(file, 'utf8'));
  return { program, demo, file, api: createClient(demo.baseUrl, { 'x-api-key': demo.apiKey }) };
}

afterAll(async () => {
  for (const { process: child, ended } of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      await ended;
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('the program', () => {
  it('starts from nothing, tells scripts what they need, and stops every part on Ctrl-C', {
    timeout: 120_000,
  }, async () => {
    const folder = newFolder();
    const first = await startDemo(folder);
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    expect(first.demo).toEqual({
      baseUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      companyId: expect.any(String),
      gigId: expect.any(String),
      owner: { email: expect.stringContaining('@'), password: expect.any(String) },
      apiKey: expect.stringMatching(/^rl_/),
      callboxToken: expect.any(String),
      sandbox: {
        url: expect.any(String),
        twilio: {
          baseUrl: expect.any(String),
          accountSid: expect.stringMatching(/^AC/),
          authToken: expect.any(String),
        },
        telnyx: {
          baseUrl: expect.stringMatching(/\/v2$/),
          apiKey: expect.any(String),
          publicKey: expect.any(String),
        },
      },
    });
    expect((await first.api.get('/health/ready')).status).toBe(200);
    const made = await first.api.post('/api/gigs', { name: 'Kept over a restart', destinationZone: 'FR' });
    expect(made.status).toBe(201);

    // A simulated box carries out what is handed in; whoever hands it in again is told how it stands.
    const recharge = { type: 'recharge', phoneNumber: '+237677123456', amount: 1000, clientId: 'recharge-1' };
    const handedIn = () =>
      first.api.post('/api/transactions', { ...recharge, customerInfo: { name: 'Client', operator: 'MTN' } });
    expect((await handedIn()).status).toBe(201);
    await eventually(
      async () => expect((await handedIn()).body.transaction).toMatchObject({ status: 'completed' }),
      40_000,
    );
    const { pid } = JSON.parse(readFileSync(path.join(folder, 'box', 'status.json'), 'utf8'));

    first.program.process.kill('SIGINT');
    expect(await first.program.ended).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(fetch(`${first.demo.sandbox.url}/`)).rejects.toThrow();

    const second = await startDemo(folder);
    expect(second.demo).toMatchObject({
      companyId: first.demo.companyId,
      apiKey: first.demo.apiKey,
      owner: first.demo.owner,
    });
    expect((await second.api.get(`/api/gigs/${made.body.gig.id}`)).body.gig.name).toBe('Kept over a restart');
    second.program.process.kill('SIGTERM');
    expect(await second.program.ended).toBe(0);
  });

  it('runs twice side by side, survives a kill, and ends with its launcher', {
    timeout: 120_000,
  }, async () => {
    const [left, right] = await Promise.all([startDemo(newFolder()), startDemo(newFolder())]);
    expect(left.demo.companyId).not.toBe(right.demo.companyId);
    expect((await left.api.with({ 'x-api-key': right.demo.apiKey }).get('/api/gigs')).status).toBe(401);

    left.program.process.kill('SIGKILL');
    await left.program.ended;
    const healed = await startDemo(path.dirname(left.file));
    expect((await healed.api.get('/api/gigs')).body.gigs.length).toBeGreaterThan(0);

    healed.program.process.disconnect();
    expect(await healed.program.ended).toBe(0);
  });

  it('has its data folder to itself: a second one says so, and leaves the first alone', {
    timeout: 120_000,
  }, async () => {
    const { program, demo, api } = await startDemo(newFolder());
    const second = run({ DATA_DIR: folders.at(-1)!, PORT: '0' });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`Relais already runs on the data in ${folders.at(-1)}`);
    expect(second.output()).toContain(`process ${program.process.pid}`);
    expect(second.output()).not.toContain('    at ');
    expect((await api.get(`/api/gigs/${demo.gigId}`)).status).toBe(200);
  });

  it('stops without a complaint while its example data is being made', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const program = run({
      DATA_DIR: newFolder(),
      PORT: String(port),
      SANDBOX_PORT: String(await freePort()),
    });
    const api = createClient(`http://127.0.0.1:${port}`);
    await eventually(async () => expect((await api.get('/health/ready')).status).toBe(200), 40_000);
    program.process.kill('SIGINT');
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toContain('    at ');
  });

  it('refuses production with what is missing, in sentences', { timeout: 60_000 }, async () => {
    const program = run({ RELAIS_MODE: 'production', DATA_DIR: newFolder() });
    expect(await program.ended).toBe(1);
    expect(program.output()).toContain('SECRET_KEY is missing');
    expect(program.output()).toContain('PUBLIC_BASE_URL is missing');
    expect(program.output()).not.toContain('    at ');
  });

  it('says that a port is taken', { timeout: 60_000 }, async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    const program = run({
      DATA_DIR: newFolder(),
      PORT: String(port),
      SANDBOX_PORT: String(await freePort()),
    });
    expect(await program.ended).toBe(1);
    expect(program.output()).toContain('The port is taken');
    blocker.close();
  });
});
