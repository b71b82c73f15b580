import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type Config,
  ConfigError,
  commandSettings,
  loadConfig,
  printConfig,
  settingsFile,
} from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { type Opened, openInstallation } from '../open.ts';
import { CommandError, same, type Words } from '../words.ts';
import { checkProviders, checkSecrets } from './accounts.ts';
import { checkBackups } from './backups.ts';
import { checkClock } from './clock.ts';
import { checkDatabase } from './database.ts';
import { checkFiles } from './files.ts';
import { type Finding, fail, indent, printFinding } from './finding.ts';
import { checkDisk, checkNode } from './machine.ts';
import { checkPublicUrl } from './public-url.ts';
import { checkTexts } from './texts.ts';
import { checkMail, checkProcesses, checkWebhooks } from './traffic.ts';

const SETTINGS: Words = { en: 'Settings', fr: 'Réglages' };
const DATABASE: Words = { en: 'Database', fr: 'Base de données' };
/** A person waits: a provider that is slower than this is worth a word. */
const PROVIDER_TIMEOUT_MS = 5000;

/** `doctor`: one line for each check, with what to do. @returns 1 when something must be mended. */
export async function doctorCommand(): Promise<number> {
  const { language } = commandSettings();
  let failed = false;
  const report = (findings: Finding | Finding[]) => {
    for (const finding of [findings].flat()) {
      printFinding(finding, language);
      failed ||= finding.level === 'fail';
    }
  };
  report(checkNode());
  const config = readSettings(report);
  if (config) await examine(config, report);
  const conclusion: Words = failed
    ? {
        en: 'Something must be mended: see FAIL above.',
        fr: 'Quelque chose doit être corrigé : voir ÉCHEC plus haut.',
      }
    : { en: 'Nothing must be mended.', fr: "Rien n'est à corriger." };
  console.log(`\n${conclusion[language]}`);
  return failed ? 1 : 0;
}

type Report = (findings: Finding | Finding[]) => void;

function readSettings(report: Report): Config | null {
  try {
    const config = loadConfig();
    report({
      level: 'ok',
      name: SETTINGS,
      text: same([config.RELAIS_MODE, settingsFile()].filter(Boolean).join(', ')),
    });
    console.log(indent(printConfig(config)));
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = {
      en: 'Every setting is explained in config.default.toml.',
      fr: 'Chaque réglage est expliqué dans config.default.toml.',
    };
    report(fail(SETTINGS, same(error.message), advice));
    return null;
  }
}

async function examine(config: Config, report: Report): Promise<void> {
  if (!config.DATABASE_URL && !existsSync(path.join(config.DATA_DIR, 'postgres', 'PG_VERSION'))) {
    report(
      fail(
        DATABASE,
        {
          en: `There is no database in ${config.DATA_DIR}, and DATABASE_URL is empty.`,
          fr: `Il n'y a pas de base de données dans ${config.DATA_DIR}, et DATABASE_URL est vide.`,
        },
        {
          en: 'Start the server once, or set DATA_DIR or DATABASE_URL as the server has it.',
          fr: 'Démarrez le serveur une fois, ou donnez DATA_DIR ou DATABASE_URL comme au serveur.',
        },
      ),
    );
    return;
  }
  report(await attempt(DATABASE, () => checkDisk(config)));
  let opened: Opened;
  try {
    opened = await openInstallation({ ...config, PROVIDER_TIMEOUT_MS }, 'doctor');
  } catch (error) {
    report(unexpected(DATABASE, error));
    return;
  }
  try {
    await examineKernel(opened.kernel, report);
  } finally {
    await opened.close();
  }
}

async function examineKernel(kernel: Kernel, report: Report): Promise<void> {
  const database = [await attempt(DATABASE, () => checkDatabase(kernel))].flat();
  report(database);
  // Nothing else can be looked at without the database of this version.
  if (database.some(({ level }) => level === 'fail')) return;
  report(await attempt({ en: 'Clock', fr: 'Horloge' }, () => checkClock(kernel)));
  report(await attempt({ en: 'Public address', fr: 'Adresse publique' }, () => checkPublicUrl(kernel)));
  report(await attempt({ en: 'Providers', fr: 'Fournisseurs' }, () => checkProviders(kernel)));
  report(await attempt({ en: 'Texts', fr: 'SMS' }, () => checkTexts(kernel)));
  report(await attempt({ en: 'Webhooks', fr: 'Webhooks' }, () => checkWebhooks(kernel)));
  report(await attempt({ en: 'Mail', fr: 'E-mail' }, () => checkMail(kernel)));
  report(await attempt({ en: 'Processes', fr: 'Processus' }, () => checkProcesses(kernel)));
  report(await attempt({ en: 'Files', fr: 'Fichiers' }, () => checkFiles(kernel)));
  report(await attempt({ en: 'Backups', fr: 'Sauvegardes' }, () => checkBackups(kernel)));
  report(await attempt({ en: 'Secrets', fr: 'Secrets' }, () => checkSecrets(kernel)));
}

/** A check that breaks is a finding, not the end of the examination. */
async function attempt(name: Words, check: () => Promise<Finding | Finding[]>): Promise<Finding | Finding[]> {
  try {
    return await check();
  } catch (error) {
    return unexpected(name, error);
  }
}

function unexpected(name: Words, error: unknown): Finding {
  if (error instanceof CommandError) return fail(name, error.words, same(''));
  // A refused connection comes as several errors in one, with no message of its own.
  const { message, code } = error as NodeJS.ErrnoException;
  return fail(name, same(message || code || String(error)), {
    en: 'Check that it runs and that this machine may reach it.',
    fr: "Vérifiez que cela tourne et que cette machine peut l'atteindre.",
  });
}
