import { ConfigError, commandSettings } from '../kernel/config.ts';
import { RelaisError, sentence } from '../kernel/errors.ts';
import { backupCommand } from './backup.ts';
import { createOwnerCommand } from './create-owner.ts';
import { doctorCommand } from './doctor/index.ts';
import { drillCommand } from './drill/index.ts';
import { recountCommand } from './recount.ts';
import { reloadCommand } from './reload.ts';
import { restoreCommand } from './restore.ts';
import { rotateSecretsCommand } from './rotate-secrets.ts';
import { CommandError, type Words } from './words.ts';

/** @returns the exit code. */
type Command = (args: string[]) => Promise<number>;

const COMMANDS: Record<string, Command> = {
  backup: backupCommand,
  'create-owner': createOwnerCommand,
  doctor: doctorCommand,
  drill: drillCommand,
  reload: reloadCommand,
  restore: restoreCommand,
  recount: recountCommand,
  'rotate-secrets': rotateSecretsCommand,
};

const HELP: Words = {
  en: `Usage: npx relais <command>

  create-owner     makes a person and the company that the person owns
                   --email --name --company --country (ISO 3166-1 alpha-2, e.g. FR)
                   The password is asked for, or read from RELAIS_OWNER_PASSWORD or the standard input.
  doctor           checks the installation, and says what to do about what is wrong
                   Exit code 1 when something must be mended.
  backup [file]    copies the database beside a running server; without a file, into BACKUP_DIR
                   --with-secrets puts SECRET_KEY inside; it never is otherwise
  drill [file]     restores the newest backup (or this one) into a database of its own, proves it, and removes it again
                   --database URL: an empty database to do it in. Exit code 1 when the copy is not good.
  reload           renews the processes of a running server (RELAIS_PROCESSES) without turning anybody away;
                   the new ones have the settings file as it is now
  restore <file>   fills an empty database from a backup; --replace removes what is there (--yes: without a question)
  recount          counts every figure of the reports anew, from what is stored, beside a running server
                   --company (an id) for one company alone
  rotate-secrets   seals everything stored with today's SECRET_KEY; former keys are in SECRET_KEYS_OLD
                   It can be stopped and started again, beside a running server.
  help             this text

Settings come from the environment, the settings file and config.default.toml, as for the server.`,
  fr: `Usage : npx relais <commande>

  create-owner     crée une personne et l'entreprise dont elle est propriétaire
                   --email --name --company --country (ISO 3166-1 alpha-2, p. ex. FR)
                   Le mot de passe est demandé, ou lu dans RELAIS_OWNER_PASSWORD ou sur l'entrée standard.
  doctor           vérifie l'installation et dit que faire de ce qui ne va pas
                   Code de sortie 1 quand quelque chose doit être corrigé.
  backup [fichier] copie la base à côté d'un serveur en marche ; sans fichier, dans BACKUP_DIR
                   --with-secrets y met SECRET_KEY ; elle n'y est jamais sinon
  drill [fichier]  restaure la sauvegarde la plus récente (ou celle-ci) dans une base à part, la vérifie, puis l'efface
                   --database URL : une base vide où le faire. Code de sortie 1 quand la copie n'est pas bonne.
  reload           renouvelle les processus d'un serveur en marche (RELAIS_PROCESSES) sans refuser personne ;
                   les nouveaux ont le fichier de réglages tel qu'il est maintenant
  restore <fichier> remplit une base vide depuis une sauvegarde ; --replace supprime l'existant (--yes : sans question)
  recount          recompte tous les chiffres des rapports d'après ce qui est conservé, à côté d'un serveur en marche
                   --company (un identifiant) pour une seule entreprise
  rotate-secrets   scelle tout ce qui est conservé avec la SECRET_KEY du jour ; les anciennes sont dans SECRET_KEYS_OLD
                   Peut être interrompu puis relancé, à côté d'un serveur en marche.
  help             ce texte

Les réglages viennent de l'environnement, du fichier de réglages et de config.default.toml, comme pour le serveur.`,
};

async function main(): Promise<number> {
  const { language } = commandSettings();
  const [name = 'help', ...args] = process.argv.slice(2);
  if (['help', '--help', '-h'].includes(name)) {
    console.log(HELP[language]);
    return 0;
  }
  const command = COMMANDS[name];
  if (!command || args.includes('--help')) {
    console.error(HELP[language]);
    return command ? 0 : 2;
  }
  try {
    return await command(args);
  } catch (error) {
    console.error(explain(error));
    return 1;
  }
}

const UNKNOWN_OPTION = {
  en: (option: string) => `The option ${option} is not understood: "npx relais help" says which there are.`,
  fr: (option: string) =>
    `L'option ${option} n'est pas comprise : « npx relais help » dit lesquelles existent.`,
};

/** The sentence of an error that a person can act on; the stack of any other. */
function explain(error: unknown): string {
  const { language } = commandSettings();
  if (error instanceof CommandError) return error.words[language];
  if (error instanceof RelaisError) return sentence(error.code, error.params, language);
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (error instanceof ConfigError) return message;
  if (code?.startsWith('ERR_PARSE_ARGS')) return UNKNOWN_OPTION[language](/'[^']+'/.exec(message)?.[0] ?? '');
  return stack ?? String(error);
}

process.exit(await main());
