import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { listBackups, recorded, restoreBackup } from '../../kernel/backup/index.ts';
import { commandSettings, loadConfig } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { assembleKernel } from '../../kernel/open.ts';
import { type Finding, printFinding } from '../doctor/finding.ts';
import { openExisting, requireFile } from '../open.ts';
import { CommandError, decimal, type Words } from '../words.ts';
import { checkAudit, checkBooks, checkCopy, checkSealed } from './checks.ts';
import { openScratch } from './scratch.ts';

const OPTIONS = { database: { type: 'string' } } as const;

/**
 * `drill [file]`: a backup that nobody has restored is a hope. Restores one beside the installation, looks whether it is all there,
 * and removes it again. @returns 1 when the copy is not good.
 */
export async function drillCommand(args: string[]): Promise<number> {
  const { language } = commandSettings();
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const config = loadConfig();
  const named = positionals[0] ? requireFile(positionals[0]) : null;
  const { kernel, close } = await openExisting(config, 'drill');
  const begunMs = performance.now();
  try {
    const file = named ?? (await newestBackup(kernel));
    console.log(file);
    const outcome = await recorded(kernel, 'drill', file, async () => {
      const scratch = await openScratch(kernel, config, values.database ?? null);
      try {
        const findings = await examine(kernel, scratch.databaseUrl, file);
        for (const finding of findings) printFinding(finding, language);
        const bad = findings.filter(({ level }) => level === 'fail');
        if (bad.length > 0) throw new DrillFailed(bad.map(({ text }) => text.en).join('; '));
        return {};
      } finally {
        await scratch.close();
      }
    }).catch((error) => {
      if (error instanceof DrillFailed) return null;
      throw error;
    });
    const seconds = decimal((performance.now() - begunMs) / 1000);
    console.log(`\n${(outcome ? good(seconds) : bad(seconds))[language]}`);
    return outcome ? 0 : 1;
  } finally {
    await close();
  }
}

class DrillFailed extends Error {}

async function newestBackup(kernel: Kernel): Promise<string> {
  const { rows } = await kernel.db.ownerPool.query<{ id: string }>('select id from installation');
  const [newest] = listBackups(kernel.config, rows[0]!.id);
  if (newest) return newest;
  throw new CommandError({
    en: 'There is no backup yet: "npx relais backup" makes one.',
    fr: "Il n'y a pas encore de sauvegarde : « npx relais backup » en fait une.",
  });
}

async function examine(kernel: Kernel, databaseUrl: string, file: string): Promise<Finding[]> {
  const begunMs = performance.now();
  const restored = await restoreBackup(databaseUrl, file, { replace: true }).catch((error) => {
    if (error instanceof RelaisError) return error;
    throw error;
  });
  if (restored instanceof RelaisError) return checkCopy(restored);
  const seconds = (performance.now() - begunMs) / 1000;
  const copy = assembleKernel({ ...kernel.config, DATABASE_URL: databaseUrl }, { log: kernel.log });
  try {
    return [
      ...checkCopy({ ...restored, seconds }),
      ...(await checkAudit(copy)),
      ...(await checkBooks(copy)),
      await checkSealed(copy),
    ];
  } finally {
    await copy.db.close();
  }
}

const good = (seconds: Words): Words => ({
  en: `The backup is good: it could be restored. ${seconds.en} s; nothing of it was left behind.`,
  fr: `La sauvegarde est bonne : elle se restaure. ${seconds.fr} s ; il n'en reste rien ici.`,
});
const bad = (seconds: Words): Words => ({
  en: `The backup is not good: see FAIL above, and make a new one. ${seconds.en} s`,
  fr: `La sauvegarde n'est pas bonne : voir ÉCHEC plus haut, et faites-en une nouvelle. ${seconds.fr} s`,
});
