import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newSecret } from './ids.ts';

/** A program that has a data folder to itself. */
export interface FolderHolder {
  pid: number;
  /** What it is, for people: "server", "doctor". */
  what: string;
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  startedAt: string;
}

export type FolderLock =
  | { taken: true; release(): void }
  /** Somebody else has it; null when that one let go at this very moment. */
  | { taken: false; holder: FolderHolder | null };

const FILE = 'relais.lock';

/**
 * Takes a data folder for this process, by a file in it. A file whose process is gone (it was killed, the machine was
 * switched off) counts for nothing.
 */
export function lockFolder(folder: string, what: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, FILE);
  const mine: FolderHolder = { pid: process.pid, what, startedAt: startOf(process.pid) };
  // Written beside and linked: the file appears whole or not at all, and only if there is none.
  const draft = `${file}.${newSecret(6)}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(draft, file)) return { taken: true, release: () => release(file, mine) };
      const holder = readHolder(file);
      if (holder && isAlive(holder)) return { taken: false, holder };
      removeStale(file, holder);
    }
    return { taken: false, holder: readHolder(file) };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that has a folder; null when nobody has it. */
export function folderHolder(folder: string): FolderHolder | null {
  const holder = readHolder(path.join(folder, FILE));
  return holder && isAlive(holder) ? holder : null;
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): FolderHolder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as FolderHolder;
  } catch {
    return null;
  }
}

/** Takes a dead process's file away, unless another process did so and took the folder in between. */
function removeStale(file: string, dead: FolderHolder | null): void {
  const aside = `${file}.${newSecret(6)}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (JSON.stringify(readHolder(aside)) !== JSON.stringify(dead)) linked(aside, file);
  rmSync(aside, { force: true });
}

function release(file: string, mine: FolderHolder): void {
  if (JSON.stringify(readHolder(file)) === JSON.stringify(mine)) rmSync(file, { force: true });
}

function isAlive(holder: FolderHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(holder.pid) === holder.startedAt;
}

/** When a process started, in the system's own words. */
function startOf(pid: number): string {
  try {
    // proc_pid_stat(5): the 22nd field; the second one is a name in parentheses that may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // no /proc: ask ps
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
