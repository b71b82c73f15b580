import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inherited } from '../../tests/harness/environment.ts';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A box program that really runs, in a process of its own. */
export interface RunningBox {
  process: ChildProcess;
  output(): string;
  /** Resolves with the signal or code with which it ended. */
  ended: Promise<string>;
  kill(signal?: NodeJS.Signals): Promise<string>;
}

/** Starts it. @param env settings of the box, and its fault. */
export function startBox(env: Record<string, string>, args: string[] = ['run']): RunningBox {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    env: { ...inherited, LANG: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? String(code))),
  );
  return {
    process: child,
    output: () => output,
    ended,
    kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A folder for one test, and how to be rid of it. */
export function newFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'relais-box-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
