import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../tests/harness/command.ts';
import { emptyDatabase, type TestDatabase } from '../../tests/harness/database.ts';
import { startRelais, type TestRelais } from '../../tests/harness/relais.ts';
import { verifyBackup } from '../kernel/backup/index.ts';
import { newSecret } from '../kernel/ids.ts';
import { markAudit } from '../modules/identity/audit-chain.ts';

// A copy with its secrets inside is enough to start anew elsewhere; without them it opens nothing that is sealed.

let relais: TestRelais;
let elsewhere: string;
let target: TestDatabase;
beforeAll(async () => {
  relais = await startRelais();
  // Something is sealed.
  await markAudit(relais.kernel);
  elsewhere = mkdtempSync(path.join(os.tmpdir(), 'relais-elsewhere-'));
  target = await emptyDatabase();
});
afterAll(async () => {
  await relais?.stop();
  await target?.drop();
  rmSync(elsewhere, { recursive: true, force: true });
});

const FRENCH = { LANG: 'fr_FR.UTF-8' };
const here = (args: string[], more: Record<string, string> = {}) =>
  runCommand(relais.kernel.config, args, more);
/** Another machine, with settings of its own. */
const there = (args: string[], more: Record<string, string> = {}) => {
  const config = { DATABASE_URL: target.url, DATA_DIR: elsewhere, SECRET_KEY: newSecret() };
  return runCommand({ ...relais.kernel.config, ...config }, args, more);
};

describe('a backup with secrets', { timeout: 300_000 }, () => {
  it('says so, is enough to start anew on another machine, and is never made unasked', async () => {
    const [plain, whole] = ['plain', 'whole'].map((name) => path.join(elsewhere, `${name}.backup`)) as [
      string,
      string,
    ];
    const { SECRET_KEY, CALLBOX_TOKEN } = relais.kernel.config;
    const without = await here(['backup', plain]);
    expect(without).toMatchObject({ code: 0, output: expect.stringContaining('SECRET_KEY is not inside') });
    expect((await verifyBackup(plain)).manifest.secrets).toBeNull();
    const made = await here(['backup', whole, '--with-secrets'], FRENCH);
    expect(made.output).toContain('SECRET_KEY est dedans : qui a ce fichier a tout.');
    expect(made.code, made.output).toBe(0);
    expect((await verifyBackup(whole)).manifest.secrets).toMatchObject({ SECRET_KEY, CALLBOX_TOKEN });
    for (const output of [made.output, without.output]) expect(output).not.toContain(SECRET_KEY);
    // Nobody else on the machine reads it.
    expect(statSync(whole).mode & 0o077).toBe(0);

    const restored = await there(['restore', whole]);
    expect(restored.code, restored.output).toBe(0);
    const kept = path.join(elsewhere, 'secrets-of-whole.backup.env');
    expect(restored.output).toContain(`they are in ${kept}`);
    expect(restored.output).not.toContain(SECRET_KEY);
    expect(statSync(kept).mode & 0o077).toBe(0);
    expect(readdirSync(elsewhere).filter((name) => name.endsWith('.key'))).toEqual([]);
    // With the settings of that machine what is sealed stays shut; with those of the file it opens.
    expect((await there(['doctor'])).output).toMatch(/FAIL +Secrets/);
    const secrets = parseEnv(readFileSync(kept, 'utf8')) as Record<string, string>;
    expect(secrets).toMatchObject({ SECRET_KEY, CALLBOX_TOKEN });
    expect((await there(['doctor'], secrets)).output).toMatch(/ok +Secrets +SECRET_KEY opens all [1-9]/);
    // The file is what counts, not that it was made once.
    expect((await there(['doctor'])).output).toMatch(/ok +Backups +the newest is 0 h old: .*plain\.backup/);
    rmSync(plain);
    const { output } = await there(['doctor'], FRENCH);
    expect(output).toMatch(
      /attention +Sauvegardes +la plus récente a 0 h, et n'est plus là : .*plain\.backup/,
    );
  });
});

describe('commands that have nothing to work on', { timeout: 300_000 }, () => {
  it('say so, make nothing, and blame no backup for a slip of the keys', async () => {
    const nowhere = path.join(elsewhere, 'nowhere');
    for (const command of ['drill', 'rotate-secrets']) {
      const answer = await runCommand({ ...relais.kernel.config, DATABASE_URL: '', DATA_DIR: nowhere }, [
        command,
      ]);
      expect(answer).toMatchObject({
        code: 1,
        output: expect.stringContaining(`There is no installation in ${nowhere}`),
      });
      expect(answer.output).not.toContain('    at ');
    }
    expect(readdirSync(elsewhere)).not.toContain('nowhere');
    const missing = path.join(elsewhere, 'missing.backup');
    const slip = await here(['drill', missing], FRENCH);
    expect(slip).toEqual({ code: 1, output: `Il n'y a pas de fichier ${missing}.\n` });
    expect(await here(['backup', '--with-secret'], FRENCH)).toEqual({
      code: 1,
      output: "L'option '--with-secret' n'est pas comprise : « npx relais help » dit lesquelles existent.\n",
    });
  });

  it('say that a database is empty', async () => {
    const empty = await emptyDatabase();
    const answer = await runCommand({ ...relais.kernel.config, DATABASE_URL: empty.url }, ['drill']);
    await empty.drop();
    expect(answer).toMatchObject({ code: 1, output: expect.stringContaining('This database is empty') });
  });
});
