import { compose } from './compose.ts';
import { type Surroundings, startDemoBox } from './demo.ts';
import { printWelcome, seedDemo } from './demo-data.ts';
import { hasProviderCredentials, publicBaseUrl } from './kernel/config.ts';
import type { Logger } from './kernel/log.ts';
import type { Metrics } from './kernel/metrics.ts';
import { openKernel } from './kernel/open.ts';
import { startTraces } from './kernel/traces.ts';

/** A server that answers. */
export interface Serving {
  metrics: Metrics;
  /** Has clients come back by other connections, for a process that others take over from. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * One server process: database -> compose -> role.
 * @param options.isFirst makes the demo's data and greets; of several processes one does.
 * @param options.onOpen is told of what must be closed again, as soon as it is open.
 */
export async function serve(
  { config, sandbox }: Pick<Surroundings, 'config' | 'sandbox'>,
  log: Logger,
  options: { isFirst: boolean; onOpen(close: () => Promise<void>): void },
): Promise<Serving> {
  const endTraces = await startTraces(config);
  if (endTraces) options.onOpen(endTraces);
  const kernel = await openKernel(config, { log });
  const app = await compose(kernel);
  options.onOpen(() => app.stop());
  await app.start();
  if (config.RELAIS_MODE === 'demo' && config.RELAIS_ROLE !== 'worker') {
    if (options.isFirst) {
      printWelcome(await seedDemo(kernel, sandbox));
      // The company that it works for is there now.
      const stopBox = startDemoBox(config);
      if (stopBox) options.onOpen(stopBox);
    }
  } else {
    const providers = sandbox === null && hasProviderCredentials(config);
    log.info({ role: config.RELAIS_ROLE, providers }, `Relais answers at ${publicBaseUrl(config)}`);
  }
  return { metrics: kernel.metrics, drain: () => app.drain(), stop: () => app.stop() };
}
