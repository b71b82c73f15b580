import { AggregatorRegistry } from 'prom-client';
import type { SandboxAccess } from './demo.ts';
import { loadConfig, processPlace } from './kernel/config.ts';
import { createLog } from './kernel/log.ts';
import type { Metrics } from './kernel/metrics.ts';
import type { Notice } from './processes.ts';
import { serve } from './serve.ts';
import { createStopper } from './stop.ts';

// One of several server processes behind a port; server/processes.ts starts it, and holds the port.

const config = loadConfig();
const log = createLog(config);
const place = processPlace();
const stopper = createStopper(config, log);
const sandbox = place.sandbox ? (JSON.parse(place.sandbox) as SandboxAccess) : null;
const tell = (notice: Notice) => process.send?.(notice);
let metrics: Metrics | null = null;
// Added first, so it is done last: nothing more is counted then.
stopper.add(leaveFigures);

try {
  const serving = await serve({ config, sandbox }, log, { isFirst: place.isFirst, onOpen: stopper.add });
  metrics = serving.metrics;
  shareFigures(metrics);
  process.on('message', (notice: Notice) => {
    // At once: whoever comes between the end of the draining and the stop would be cut off.
    if (notice.relais === 'drain') void serving.drain().then(() => stopper.stop('renewed'));
  });
  tell({ relais: 'ready' });
} catch (error) {
  if (!stopper.isStopping()) {
    log.error({ err: error }, 'A server process did not start');
    await stopper.closeAll().catch(() => undefined);
    process.exit(1);
  }
}

/**
 * Its counts stay when it goes. It goes once that is heard: whoever holds the port knows by then that it takes no more connections, and
 * one that was handed over meanwhile was given back.
 */
async function leaveFigures(): Promise<void> {
  if (!metrics || !process.connected) return;
  const figures = await metrics.registry.getMetricsAsJSON();
  await new Promise<void>((resolve) => {
    process.on('message', ({ relais }: Notice) => relais === 'heard' && resolve());
    // Whoever holds the port may be gone by then, and nobody asks any more.
    process.once('disconnect', resolve);
    process.send!({ relais: 'left', figures } satisfies Notice, (error) => error && resolve());
  });
}

/** /metrics answers with the figures of all processes: whoever scrapes cannot choose one behind a shared port. */
function shareFigures(metrics: Metrics): void {
  const WAIT_MS = 2000;
  const asked = new Map<number, { parts: object[]; settle(): void }>();
  let asks = 0;
  process.on('message', async (notice: Notice) => {
    if (notice.relais === 'asked') {
      // What cannot be read now is not told; the rest is.
      await metrics.refresh().catch(() => undefined);
      const figures = await metrics.registry.getMetricsAsJSON();
      tell({ ...notice, relais: 'figures', figures });
    } else if (notice.relais === 'figures') {
      const waiting = asked.get(notice.id);
      waiting?.parts.push(notice.figures);
      if (waiting?.parts.length === notice.of) waiting.settle();
    }
  });
  metrics.text = async () => {
    const id = ++asks;
    const parts: object[] = [];
    await new Promise<void>((resolve) => {
      // One that hangs is left out of the sum rather than waited for.
      const timer = setTimeout(resolve, WAIT_MS);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      asked.set(id, { parts, settle });
      tell({ relais: 'ask', id });
    });
    asked.delete(id);
    return AggregatorRegistry.aggregate(parts).metrics();
  };
}
