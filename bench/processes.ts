import { type ChildProcess, fork, type Serializable, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** A program under measurement. */
export interface Running {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** A folder that the embedded PostgreSQL's user can reach. */
export function makeFolder(): { path: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-bench-'));
  chmodSync(folder, 0o711);
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts a program of this repository with nothing but the given environment, and waits until `readyPath` is answered.
 * @param readyPath any answer counts but 503.
 */
export async function startProgram(
  args: string[],
  environment: Record<string, string>,
  readyPath: string,
): Promise<Running & { startedInMs: number }> {
  const startMs = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = Number(environment.PORT);
  while (!(await isReady(port, readyPath))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with exit code ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { pid: child.pid!, port, stop: () => stopChild(child), startedInMs: performance.now() - startMs };
}

/** Runs a program of this repository to its end, like `startProgram`. @throws when it fails. */
export async function runProgram(args: string[], environment: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${signal ?? `exit code ${code}`}`);
}

async function isReady(port: number, readyPath: string): Promise<boolean> {
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}${readyPath}`);
    return status !== 503;
  } catch {
    return false;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** A helper process that answers one message for each it gets. */
export interface Helper<Request, Answer> {
  ask(request: Request): Promise<Answer>;
  stop(): Promise<void>;
}

export function startHelper<Request, Answer>(file: string): Helper<Request, Answer> {
  const child = fork(path.join(ROOT, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    ask(request) {
      return new Promise<Answer>((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`${file} ended with exit code ${code}`));
        child.once('exit', ended);
        child.once('message', (answer) => {
          child.removeListener('exit', ended);
          resolve(answer as Answer);
        });
        child.send(request as Serializable);
      });
    },
    stop: () => stopChild(child),
  };
}

/** Resident memory of a process (Linux), in megabytes of 10^6 bytes; null where it cannot be read. */
export function residentMb(pid: number): number | null {
  try {
    const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib ? (Number(kib) * 1024) / 1e6 : null;
  } catch {
    return null;
  }
}

/** Processor time of a process (Linux), in milliseconds: of all its threads, and of the one that runs its JavaScript. */
export function processorMs(pid: number): { all: number; main: number } | null {
  try {
    const read = (file: string) => toMs(statOf(file).slice(11, 13));
    return { all: read(`/proc/${pid}/stat`), main: read(`/proc/${pid}/task/${pid}/stat`) };
  } catch {
    return null;
  }
}

/** The processes that this one has started and that run (Linux). @throws where it cannot be read. */
export function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
}

/** Processor time of a process and all its children, those that ended too (Linux): of PostgreSQL, say. Null where unknown. */
export function familyMs(pid: number): number | null {
  try {
    const children = childrenOf(pid);
    const own = toMs(statOf(`/proc/${pid}/stat`).slice(11, 15));
    return children.reduce((total, child) => total + (processorMs(Number(child))?.all ?? 0), own);
  } catch {
    return null;
  }
}

function parentOf(pid: string): number | null {
  try {
    return Number(statOf(`/proc/${pid}/stat`)[1]);
  } catch {
    return null;
  }
}

/** The fields of proc_pid_stat(5) from the third on. Of them the 12th and 13th are user and system time, in hundredths of a second. */
function statOf(file: string): string[] {
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function toMs(hundredths: string[]): number {
  return hundredths.reduce((total, each) => total + Number(each) * 10, 0);
}

const PAGE_BYTES = 8192;
const SYNCS = 300;

/** How long the disk takes to keep a page of 8 kB for good, in microseconds: what a commit of its own costs at least. */
export function diskSyncMicros(): number {
  const folder = makeFolder();
  const file = openSync(path.join(folder.path, 'pages'), 'w');
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const startMs = performance.now();
  for (let count = 0; count < SYNCS; count++) {
    writeSync(file, page, 0, PAGE_BYTES, count * PAGE_BYTES);
    fdatasyncSync(file);
  }
  const elapsedMs = performance.now() - startMs;
  closeSync(file);
  folder.remove();
  return (elapsedMs * 1000) / SYNCS;
}
