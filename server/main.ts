import { prepareSurroundings } from './demo.ts';
import { ConfigError, loadConfig, printConfig } from './kernel/config.ts';
import { createLog } from './kernel/log.ts';
import { createStopper, type Stopper } from './stop.ts';

let stopper: Stopper | undefined;

/** Starts Relais and keeps it until a signal: config -> surroundings -> one process that serves, or several behind one port. */
async function main(): Promise<void> {
  const given = loadConfig();
  const log = createLog(given);
  log.debug(`Settings in force:\n${printConfig(given)}`);
  stopper = createStopper(given, log);
  const surroundings = await prepareSurroundings(given);
  stopper.add(surroundings.stop);
  if (given.RELAIS_PROCESSES > 1) {
    const { startProcesses } = await import('./processes.ts');
    const processes = await startProcesses(surroundings, log);
    stopper.add(processes.stop);
  } else {
    // Loaded here, so that a process that only holds the port stays small.
    const { serve } = await import('./serve.ts');
    await serve(surroundings, log, { isFirst: true, onOpen: stopper.add });
  }
}

/** Why it did not start, in a sentence where we know one. */
function explain(error: Error & { code?: string }): void {
  if (error.code === 'EADDRINUSE')
    console.error('The port is taken: stop the other program, or choose another with PORT.');
  else console.error(error instanceof ConfigError ? error.message : (error.stack ?? error));
}

main().catch(async (error) => {
  if (stopper?.isStopping()) return;
  explain(error);
  await stopper?.closeAll().catch(() => undefined);
  process.exit(1);
});
