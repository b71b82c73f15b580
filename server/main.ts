import { compose } from './compose.ts';
import { prepareSurroundings, type Surroundings } from './demo.ts';
import { printWelcome, seedDemo } from './demo-data.ts';
import {
  ConfigError,
  hasProviderCredentials,
  loadConfig,
  printConfig,
  publicBaseUrl,
} from './kernel/config.ts';
import type { Kernel } from './kernel/ctx.ts';
import { createLog } from './kernel/log.ts';
import { openKernel } from './kernel/open.ts';

/** Starts Relais and keeps it until a signal: config -> database -> compose -> role. */
async function main(): Promise<void> {
  const given = loadConfig();
  const log = createLog(given);
  log.debug(`Settings in force:\n${printConfig(given)}`);
  const surroundings = await prepareSurroundings(given);
  const { config } = surroundings;
  const opened: (() => Promise<void>)[] = [surroundings.stop];
  try {
    const kernel = await openKernel(config, { log });
    opened.unshift(() => kernel.db.close());
    const app = await compose(kernel);
    opened.unshift(() => app.stop());
    await app.start();
    stopOnSignal(kernel, () => app.stop(), surroundings);
    if (config.RELAIS_MODE === 'demo' && config.RELAIS_ROLE !== 'worker') {
      printWelcome(await seedDemo(kernel, surroundings.sandbox));
    } else {
      log.info(
        { role: config.RELAIS_ROLE, providers: hasProviderCredentials(given) },
        `Relais answers at ${publicBaseUrl(config)}`,
      );
    }
  } catch (error) {
    explain(error as Error);
    for (const close of opened) await close().catch(() => undefined);
    process.exit(1);
  }
}

/** Drains once on the first signal; a second one, or a drain that takes too long, ends the process. */
function stopOnSignal(kernel: Kernel, stopApp: () => Promise<void>, surroundings: Surroundings): void {
  let stopping = false;
  async function stop(reason: string): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    kernel.log.info(`Stopping (${reason}): open requests and jobs are finished first`);
    setTimeout(() => process.exit(1), kernel.config.SHUTDOWN_TIMEOUT_MS).unref();
    await stopApp();
    await surroundings.stop();
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

main().catch((error) => {
  explain(error);
  process.exit(1);
});
