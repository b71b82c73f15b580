import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withKeptSecrets } from '../demo.ts';
import { type Restored, readHeader, restoreBackup } from '../kernel/backup/index.ts';
import { type Config, commandSettings, loadConfig } from '../kernel/config.ts';
import { createVault } from '../kernel/crypto.ts';
import { ask, canAsk } from './ask.ts';
import { openEmptyPlace, requireFile } from './open.ts';
import { CommandError, type Words } from './words.ts';

const OPTIONS = {
  replace: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
} as const;

/** `restore file`: fills an empty database from a backup; `--replace` removes what is there, after a question. */
export async function restoreCommand(args: string[]): Promise<number> {
  const { language } = commandSettings();
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [given] = positionals;
  if (!given)
    throw new CommandError({
      en: 'Which backup? npx relais restore <file>',
      fr: 'Quelle sauvegarde ? npx relais restore <fichier>',
    });
  const file = requireFile(given);
  const config = loadConfig();
  const { madeAt } = await readHeader(file);
  if (values.replace && !values.yes) await confirm(madeAt);
  const place = await openEmptyPlace(config, 'restore');
  try {
    const restored = await restoreBackup(place.databaseUrl, file, { replace: values.replace });
    console.log(outcome(file, restored)[language]);
    console.log(keyAdvice(config, restored, file)[language]);
    return 0;
  } finally {
    await place.close();
  }
}

async function confirm(madeAt: string): Promise<void> {
  const { language } = commandSettings();
  const word = { en: 'replace', fr: 'remplacer' }[language];
  const question: Words = {
    en: `Everything in this database is removed for good, and becomes what it was at ${madeAt}. Write "${word}" to go on`,
    fr: `Tout ce que contient cette base est définitivement supprimé, et redevient ce qu'il était le ${madeAt}. Écrivez « ${word} » pour continuer`,
  };
  if (canAsk() && (await ask(question[language])) === word) return;
  throw new CommandError({
    en: 'Nothing was changed. Where nobody can be asked, --yes says that you are sure.',
    fr: "Rien n'a été modifié. Là où personne ne peut répondre, --yes dit que vous êtes sûr.",
  });
}

function outcome(file: string, { header, manifest, migrations }: Restored): Words {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    en: `Restored from ${file}, as it was at ${header.madeAt}: ${rows} rows of ${manifest.tables.length} tables and ${manifest.objects.count} files, each compared with the backup.${migrations.length > 0 ? ` Then brought to this version by ${migrations.join(', ')}.` : ''}`,
    fr: `Restauré depuis ${file}, tel qu'au ${header.madeAt} : ${rows} lignes de ${manifest.tables.length} tables et ${manifest.objects.count} fichiers, chacun comparé à la sauvegarde.${migrations.length > 0 ? ` Puis amené à cette version par ${migrations.join(', ')}.` : ''}`,
  };
}

/** Whether what was sealed can be opened with the settings of this machine, and what to do when not. */
function keyAdvice(given: Config, { header, manifest }: Restored, file: string): Words {
  if (manifest.secrets) return keepSecrets(given, manifest.secrets, file);
  const config = withKeptSecrets(given);
  const known = [config.SECRET_KEY, ...config.SECRET_KEYS_OLD].some(
    (key) => createVault([key]).keyId === header.keyId,
  );
  if (known)
    return {
      en: 'SECRET_KEY is the one of the backup. Start the server, then run "npx relais doctor".',
      fr: 'SECRET_KEY est celle de la sauvegarde. Démarrez le serveur, puis lancez « npx relais doctor ».',
    };
  return {
    en: `SECRET_KEY is not the one of the backup (key ${header.keyId}): set the SECRET_KEY of then before you start the server, or what is sealed stays shut.`,
    fr: `SECRET_KEY n'est pas celle de la sauvegarde (clé ${header.keyId}) : remettez la SECRET_KEY d'alors avant de démarrer le serveur, sinon ce qui est scellé reste fermé.`,
  };
}

/** A backup made with --with-secrets brings its own settings; they are put beside the data, never over somebody's settings. */
function keepSecrets(config: Config, secrets: Record<string, string>, backup: string): Words {
  const file = path.join(config.DATA_DIR, `secrets-of-${path.basename(backup)}.env`);
  mkdirSync(config.DATA_DIR, { recursive: true });
  const lines = Object.entries(secrets).filter(([, value]) => value !== '');
  writeFileSync(file, lines.map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 });
  return {
    en: `The backup has its secrets inside: they are in ${file}. Put them into the settings before you start the server, and remove that file.`,
    fr: `La sauvegarde contient ses secrets : ils sont dans ${file}. Mettez-les dans les réglages avant de démarrer le serveur, et supprimez ce fichier.`,
  };
}
