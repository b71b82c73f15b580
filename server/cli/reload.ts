import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError, commandSettings, loadConfig } from '../kernel/config.ts';
import { folderHolder } from '../kernel/folder-lock.ts';
import { type ProcessesState, processesFolder, type ReloadFailure, stateFile } from '../processes.ts';
import { CommandError, type Words } from './words.ts';

const LOOK_MS = 200;
/** One renewal for each process: to start, and to finish what it has begun. */
const PATIENCE_MS = 120_000;

const FAILURES: Record<ReloadFailure['kind'], (why: string) => Words> = {
  start: (why) => ({
    en: `A new process did not start (${why}), so those that ran go on. The log of the server says why.`,
    fr: `Un nouveau processus n'a pas démarré (${why}) ; les précédents continuent donc. Le journal du serveur dit pourquoi.`,
  }),
  settings: (why) => ({
    en: `Nothing was renewed, and the server goes on with the settings that it has. ${why}`,
    fr: `Rien n'a été renouvelé ; le serveur continue avec les réglages qu'il a. ${why}`,
  }),
  fixed: (names) => ({
    en: `Nothing was renewed: ${names} cannot change while processes hand over. Set them back, or stop the server and start it.`,
    fr: `Rien n'a été renouvelé : ${names} ne peut pas changer pendant que les processus se relaient. Remettez l'ancienne valeur, ou arrêtez le serveur puis relancez-le.`,
  }),
};

/** `reload`: renews the processes of a running server one after the other, with the settings as they are now; nobody is turned away. */
export async function reloadCommand(): Promise<number> {
  const { language } = commandSettings();
  const config = usableSettings();
  const holder = folderHolder(processesFolder(config));
  const before = readState(stateFile(config));
  if (!holder || !before)
    throw new CommandError({
      en: `No server with several processes runs on ${config.DATA_DIR}. Start it with RELAIS_PROCESSES=2 or more; a single one is restarted by stopping and starting it.`,
      fr: `Aucun serveur à plusieurs processus ne tourne sur ${config.DATA_DIR}. Démarrez-le avec RELAIS_PROCESSES=2 ou plus ; un serveur à processus unique se redémarre en l'arrêtant puis en le lançant.`,
    });
  process.kill(holder.pid, 'SIGUSR2');
  const patienceMs = PATIENCE_MS + before.workers.length * config.SHUTDOWN_TIMEOUT_MS;
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += LOOK_MS) {
    const state = readState(stateFile(config));
    if (state && state.reloads > before.reloads) return conclude(state);
    await sleep(LOOK_MS);
  }
  throw new CommandError({
    en: 'The processes are not all renewed yet: the log of the server says how far it is.',
    fr: 'Les processus ne sont pas encore tous renouvelés : le journal du serveur dit où il en est.',
  });

  function conclude({ failure, workers }: ProcessesState): number {
    if (failure) throw new CommandError(FAILURES[failure.kind](failure.why));
    const done = {
      en: `${workers.length} processes renewed, one after the other.`,
      fr: `${workers.length} processus renouvelés, l'un après l'autre.`,
    };
    console.log(done[language]);
    return 0;
  }
}

/** The settings as a new process would find them; with wrong ones nothing is asked of the server. */
function usableSettings(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandError(FAILURES.settings(error.message));
  }
}

function readState(file: string): ProcessesState | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessesState) : null;
}
