import { existsSync } from 'node:fs';
import { filesOf } from '../box.ts';
import type { BoxConfig } from '../config.ts';
import { countWork, openStoreToRead } from '../queue-store.ts';
import { readStatus } from '../status.ts';
import { say } from './words.ts';

/** Shows how the box is, also while it runs or when it does not run. */
export async function status({ dataDir, language }: BoxConfig): Promise<number> {
  const files = filesOf(dataDir);
  const now = readStatus(files.status);
  if (!now || !existsSync(files.queue)) {
    say(language, `No box ran in ${dataDir} yet.`, `Aucun boîtier n'a encore tourné dans ${dataDir}.`);
    return 1;
  }
  const runs = isAlive(now.pid);
  const yes = (value: boolean) => (language === 'fr' ? (value ? 'oui' : 'non') : value ? 'yes' : 'no');
  say(
    language,
    `Box ${now.callboxId} of ${now.server}\n  runs: ${yes(runs)} (as of ${now.at})\n  line to the server: ${yes(now.online)}, registered: ${yes(now.registered)}`,
    `Boîtier ${now.callboxId} de ${now.server}\n  en marche : ${yes(runs)} (au ${now.at})\n  ligne vers le serveur : ${yes(now.online)}, enregistré : ${yes(now.registered)}`,
  );
  if (now.turnedAway !== null)
    say(
      language,
      `  the server refuses the token: ${now.turnedAway}`,
      `  le serveur refuse le jeton : ${now.turnedAway}`,
    );
  if (now.refuses !== null)
    say(language, `  takes no work: ${now.refuses}`, `  ne prend pas de travail : ${now.refuses}`);
  for (const sim of now.sims) {
    const facts = [
      sim.operator,
      sim.state,
      sim.network,
      sim.signalPercent === null ? null : `${sim.signalPercent} %`,
      sim.balance === null ? null : `${sim.balance} XAF`,
    ];
    console.log(`  SIM ${sim.slot}: ${facts.filter((fact) => fact !== null).join(', ')}`);
  }
  const store = openStoreToRead(files.queue);
  const { received, processing, done, acknowledged } = countWork(store);
  store.close();
  say(
    language,
    `  waiting: ${received}, at a SIM: ${processing}, to be reported: ${done}, reported: ${acknowledged}`,
    `  en attente : ${received}, à une SIM : ${processing}, à rapporter : ${done}, rapportées : ${acknowledged}`,
  );
  return runs ? 0 : 1;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
