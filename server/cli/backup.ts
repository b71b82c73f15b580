import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Made, makeBackup } from '../kernel/backup/index.ts';
import { commandSettings, loadConfig } from '../kernel/config.ts';
import { openExisting } from './open.ts';
import { sizeOf, type Words } from './words.ts';

const OPTIONS = { 'with-secrets': { type: 'boolean', default: false } } as const;

/** `backup [file]`: copies the database beside a running server, and reads the copy back before it gets its name. */
export async function backupCommand(args: string[]): Promise<number> {
  const { language } = commandSettings();
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const withSecrets = values['with-secrets'];
  const { kernel, close } = await openExisting(loadConfig(), 'backup');
  try {
    const file = positionals[0] ? path.resolve(positionals[0]) : null;
    const made = await makeBackup(kernel, { file, withSecrets });
    console.log(outcome(made)[language]);
    console.log(advice(made, withSecrets)[language]);
    return 0;
  } finally {
    await close();
  }
}

function outcome({ file, fileBytes, tables, objects }: Made): Words {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    en: `${file}: ${sizeOf(fileBytes)}, ${rows} rows of ${tables.length} tables and ${objects.count} files. It was read back whole.`,
    fr: `${file} : ${sizeOf(fileBytes)}, ${rows} lignes de ${tables.length} tables et ${objects.count} fichiers. La copie a été relue en entier.`,
  };
}

function advice({ bucket }: Made, withSecrets: boolean): Words {
  const parts: Words[] = [
    withSecrets
      ? {
          en: 'SECRET_KEY is inside: whoever has this file has everything. Keep it as you keep keys.',
          fr: 'SECRET_KEY est dedans : qui a ce fichier a tout. Gardez-le comme vous gardez des clés.',
        }
      : {
          en: 'SECRET_KEY is not inside: without it, credentials, documents and recordings in the copy stay shut. Keep it elsewhere (and CALLBOX_TOKEN, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY).',
          fr: "SECRET_KEY n'est pas dedans : sans elle, identifiants, documents et enregistrements de la copie restent fermés. Gardez-la ailleurs (ainsi que CALLBOX_TOKEN, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY).",
        },
  ];
  if (bucket)
    parts.push({
      en: `Recordings in the bucket ${bucket} are not in this copy: the bucket needs its own (versioning, replication).`,
      fr: `Les enregistrements du bucket ${bucket} ne sont pas dans cette copie : il lui faut la sienne (versions, réplication).`,
    });
  return { en: parts.map(({ en }) => en).join('\n'), fr: parts.map(({ fr }) => fr).join('\n') };
}
