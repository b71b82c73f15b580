// Relais as server/main.ts starts it, by a clock that runs faster than the machine's: leases of a minute end within seconds.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { compose } from '../../server/compose.ts';
import { withKeptSecrets } from '../../server/demo.ts';
import { seedDemo } from '../../server/demo-data.ts';
import { loadConfig } from '../../server/kernel/config.ts';
import { createLog } from '../../server/kernel/log.ts';
import { openKernel } from '../../server/kernel/open.ts';

// All processes of one run count from the same moment.
const speed = Number(process.env.CLOCK_SPEED ?? 1);
const epochMs = Number(process.env.CLOCK_EPOCH_MS ?? Date.now());
const nowMs = () => Math.round(epochMs + (Date.now() - epochMs) * speed);

const config = withKeptSecrets(loadConfig());
const log = createLog(config);
const kernel = await openKernel(config, { log, clock: { nowMs, now: () => new Date(nowMs()) } });
const app = await compose(kernel);
process.once('SIGTERM', () => {
  setTimeout(() => process.exit(1), config.SHUTDOWN_TIMEOUT_MS).unref();
  void app.stop().then(() => process.exit(0));
});
await app.start();
// Once is enough, and later PostgreSQL may be away at this moment.
if (!existsSync(path.join(config.DATA_DIR, 'demo.json'))) await seedDemo(kernel, null);
