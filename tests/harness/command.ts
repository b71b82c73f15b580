import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Config } from '../../server/kernel/config.ts';
import { inherited } from './environment.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../server/cli/main.ts');

/** A command of `npx relais` that runs as a process of its own. */
export interface Command {
  process: ChildProcess;
  output(): string;
  ended: Promise<{ code: number | null; output: string }>;
}

/** Starts a command with the settings of a server. */
export function startCommand(
  config: Partial<Config>,
  args: string[],
  more: Record<string, string> = {},
): Command {
  const settings = Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...inherited, ...settings, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return {
    process: child,
    output: () => output,
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, output }))),
  };
}

/** Runs a command to its end. */
export const runCommand = (config: Partial<Config>, args: string[], more?: Record<string, string>) =>
  startCommand(config, args, more).ended;
