import { compose } from './compose.ts';
import { prepareSurroundings, startDemoBox } from './demo.ts';
import { printWelcome, seedDemo } from './demo-data.ts';
import {
  type Config,
  ConfigError,
  hasProviderCredentials,
  loadConfig,
  printConfig,
  publicBaseUrl,
} from './kernel/config.ts';
import { createLog, type Logger } from './kernel/log.ts';
import { openKernel } from './kernel/open.ts';

/** How to close what was opened so far, the last one first. */
const closers: (() => Promise<void>)[] = [];

/** Starts Relais and keeps it until a signal: config -> database -> compose -> role. */
async function main(): Promise<void> {
  const given = loadConfig();
  const log = createLog(given);
  log.debug(`Settings in force:\n${printConfig(given)}`);
  stopOnSignal(given, log);
  const { config, sandbox, stop } = await prepareSurroundings(given);
  closers.unshift(stop);
  const kernel = await openKernel(config, { log });
  const app = await compose(kernel);
  closers.unshift(() => app.stop());
  await app.start();
  if (config.RELAIS_MODE === 'demo' && config.RELAIS_ROLE !== 'worker') {
    printWelcome(await seedDemo(kernel, sandbox));
    // The company that it works for is there now.
    const stopBox = startDemoBox(config, (code) => log.warn({ code }, 'The simulated box of the demo ended'));
    if (stopBox) closers.unshift(stopBox);
  } else {
    const providers = hasProviderCredentials(given);
    log.info({ role: config.RELAIS_ROLE, providers }, `Relais answers at ${publicBaseUrl(config)}`);
  }
}

async function closeAll(): Promise<void> {
  for (let close = closers.shift(); close; close = closers.shift()) await close();
}

/** A signal has come: what fails from now on fails because it is being stopped. */
let stopping = false;

/** Drains once on the first signal; a second one, or a drain that takes too long, ends the process. */
function stopOnSignal(config: Config, log: Logger): void {
  async function stop(reason: string): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`Stopping (${reason}): open requests and jobs are finished first`);
    setTimeout(() => process.exit(1), config.SHUTDOWN_TIMEOUT_MS).unref();
    await closeAll();
    process.exit(0);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
  // The launcher went away without a signal: nobody would stop us any more.
  process.on('disconnect', () => void stop('the launcher ended'));
}

/** Why it did not start, in a sentence where we know one. */
function explain(error: Error & { code?: string }): void {
  if (error.code === 'EADDRINUSE')
    console.error('The port is taken: stop the other program, or choose another with PORT.');
  else console.error(error instanceof ConfigError ? error.message : (error.stack ?? error));
}

main().catch(async (error) => {
  if (stopping) return;
  explain(error);
  await closeAll().catch(() => undefined);
  process.exit(1);
});
