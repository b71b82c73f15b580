import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

describe('a data folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'relais-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const program = `
    import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
    const lock = lockFolder(${'process.argv[1]'}, 'server');
    console.log(JSON.stringify(lock));
    process.stdin.resume();
  `;

  async function startHolder() {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, answer: JSON.parse(String(line)) as { taken: boolean } };
  }

  it('is one process at a time, and free again when that one lets go', () => {
    const lock = lockFolder(folder, 'server');
    expect(lock).toMatchObject({ taken: true });
    expect(lockFolder(folder, 'doctor')).toMatchObject({
      taken: false,
      holder: { pid: process.pid, what: 'server' },
    });
    if (lock.taken) lock.release();
    expect(lockFolder(folder, 'doctor')).toMatchObject({ taken: true });
  });

  it('says who has it, and is free again when that process was killed', async () => {
    const { child, answer } = await startHolder();
    expect(answer.taken).toBe(true);
    expect(lockFolder(folder, 'doctor')).toMatchObject({
      taken: false,
      holder: { pid: child.pid, what: 'server' },
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(lockFolder(folder, 'doctor')).toMatchObject({ taken: true });
    expect(readdirSync(folder)).toEqual(['relais.lock']);
  });

  it('is not held by a process that merely got the number of a dead one', () => {
    writeFileSync(
      path.join(folder, 'relais.lock'),
      JSON.stringify({ pid: process.pid, what: 'server', startedAt: 'long ago' }),
    );
    expect(lockFolder(folder, 'server')).toMatchObject({ taken: true });
  });

  it('is not held by half a file', () => {
    writeFileSync(path.join(folder, 'relais.lock'), '{"pid":');
    expect(lockFolder(folder, 'server')).toMatchObject({ taken: true });
  });

  it('goes to one of many processes that find a stale file at once', async () => {
    writeFileSync(
      path.join(folder, 'relais.lock'),
      JSON.stringify({ pid: 2 ** 22 + 1, what: 'server', startedAt: '1' }),
    );
    const holders = await Promise.all(Array.from({ length: 6 }, startHolder));
    expect(holders.filter(({ answer }) => answer.taken)).toHaveLength(1);
    for (const { child } of holders) child.kill('SIGKILL');
  });
});
