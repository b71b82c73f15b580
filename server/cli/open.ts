import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { needsSandbox, type SandboxAccess, withKeptSecrets, withSandboxAccess } from '../demo.ts';
import type { Config } from '../kernel/config.ts';
import type { Kernel } from '../kernel/ctx.ts';
import { startEmbeddedDatabase } from '../kernel/db/embedded.ts';
import { fail } from '../kernel/errors.ts';
import { lockFolder } from '../kernel/folder-lock.ts';
import { assembleKernel } from '../kernel/open.ts';
import { CommandError } from './words.ts';

/** The installation as a command sees it, beside the server or without one. */
export interface Opened {
  kernel: Kernel;
  close(): Promise<void>;
}

/**
 * Opens the database that the server uses, without changing it. The embedded one is joined where it runs; where it does
 * not, it is started for the command, which then has the data folder to itself.
 * @param what the command, for whoever finds the folder taken.
 */
export async function openInstallation(given: Config, what: string): Promise<Opened> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closePart of closers) await closePart();
  };
  const config = withDemoAccounts(withKeptSecrets(given));
  try {
    if (!config.DATABASE_URL) {
      const lock = lockFolder(config.DATA_DIR, what);
      if (lock.taken) closers.unshift(lock.release);
      const database = await startEmbeddedDatabase(config.DATA_DIR);
      // Whoever has the folder stops the database; beside a running server it is the server.
      if (lock.taken) closers.unshift(database.stop);
      else if (!database.adopted) {
        await database.stop();
        throw new CommandError({
          en: `Relais is starting or stopping on ${config.DATA_DIR}: try again in a moment.`,
          fr: `Relais démarre ou s'arrête sur ${config.DATA_DIR} : réessayez dans un instant.`,
        });
      }
      config.DATABASE_URL = database.url;
    }
    const kernel = assembleKernel(config, { log: pino({ level: 'silent' }) });
    closers.unshift(() => kernel.db.close());
    return { kernel, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The same for commands that work on what a server has made: where none ever ran, nothing is made for them either, least of all
 * a new SECRET_KEY beside data that is still to be restored. @throws CommandError.
 */
export async function openExisting(config: Config, what: string): Promise<Opened> {
  if (!config.DATABASE_URL && !existsSync(path.join(config.DATA_DIR, 'postgres', 'PG_VERSION')))
    throw new CommandError({
      en: `There is no installation in ${config.DATA_DIR}, and DATABASE_URL is empty: set DATA_DIR or DATABASE_URL as the server has it.`,
      fr: `Il n'y a pas d'installation dans ${config.DATA_DIR}, et DATABASE_URL est vide : donnez DATA_DIR ou DATABASE_URL comme au serveur.`,
    });
  const opened = await openInstallation(config, what);
  try {
    const { rows } = await opened.kernel.db.ownerPool.query<{ made: boolean }>(
      "select to_regclass('public.installation') is not null as made",
    );
    if (rows[0]!.made) return opened;
    throw new CommandError({
      en: 'This database is empty: no server of Relais has worked on it yet. Start the server once, or restore a backup into it.',
      fr: "Cette base est vide : aucun serveur Relais n'y a encore travaillé. Démarrez le serveur une fois, ou restaurez-y une sauvegarde.",
    });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** A file that somebody named. @throws CommandError when there is none: a slip of the keys is no damaged backup. */
export function requireFile(given: string): string {
  const file = path.resolve(given);
  if (existsSync(file)) return file;
  throw new CommandError({ en: `There is no file ${file}.`, fr: `Il n'y a pas de fichier ${file}.` });
}

/** A database that a command has to itself, and does not look into. */
export interface Place {
  databaseUrl: string;
  close(): Promise<void>;
}

/** The database that the server would use, while no server uses it: for a restore. */
export async function openEmptyPlace(config: Config, what: string): Promise<Place> {
  if (config.DATABASE_URL) return { databaseUrl: config.DATABASE_URL, close: async () => undefined };
  const lock = lockFolder(config.DATA_DIR, what);
  if (!lock.taken) fail('restore_in_use');
  try {
    const database = await startEmbeddedDatabase(config.DATA_DIR);
    return {
      databaseUrl: database.url,
      close: async () => {
        await database.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** In the demo, the providers' accounts are the sandbox's, as the last start wrote them down. */
function withDemoAccounts(config: Config): Config {
  const file = path.join(config.DATA_DIR, 'demo.json');
  if (!needsSandbox(config) || !existsSync(file)) return config;
  const { sandbox } = JSON.parse(readFileSync(file, 'utf8')) as { sandbox: SandboxAccess | null };
  return sandbox ? withSandboxAccess(config, sandbox) : config;
}
