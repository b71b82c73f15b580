/**
 * Writes openapi.json from the routes of this version.
 * `--check` writes nothing and fails when the file does not fit the routes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compose } from '../server/compose.ts';
import { systemClock } from '../server/kernel/clock.ts';
import { loadConfig } from '../server/kernel/config.ts';
import { createVault } from '../server/kernel/crypto.ts';
import { openDatabase } from '../server/kernel/db/index.ts';
import { newSecret } from '../server/kernel/ids.ts';
import { createLive } from '../server/kernel/live.ts';
import { createLog } from '../server/kernel/log.ts';
import { createMetrics } from '../server/kernel/metrics.ts';

export const OPENAPI_FILE = fileURLToPath(new URL('../openapi.json', import.meta.url));

/** The document that the routes make, and every route there is. Nothing listens and no database is reached. */
export async function describeApi(): Promise<{ text: string; routes: string }> {
  const config = { ...loadConfig({ LOG_LEVEL: 'silent' }), SECRET_KEY: newSecret() };
  const log = createLog(config);
  const db = openDatabase(config, 'postgres://127.0.0.1:1/never-reached');
  const vault = createVault([config.SECRET_KEY]);
  const live = createLive(db, config.DATABASE_URL, log);
  const app = await compose({ config, db, clock: systemClock, log, vault, live, metrics: createMetrics() });
  await app.http.ready();
  const text = `${JSON.stringify(sorted(app.http.swagger()), null, 2)}\n`;
  const routes = app.http.printRoutes({ commonPrefix: false });
  await app.stop();
  return { text, routes };
}

/** Names in alphabetical order, so that the file changes only where the API does; `properties` keep the order of the schema. */
function sorted(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (key !== 'properties') entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item, name)]));
}

if (import.meta.main) {
  const { text } = await describeApi();
  if (!process.argv.includes('--check')) writeFileSync(OPENAPI_FILE, text);
  else if (!existsSync(OPENAPI_FILE) || readFileSync(OPENAPI_FILE, 'utf8') !== text) {
    console.error('openapi.json does not fit the routes: run node scripts/generate-openapi.ts');
    process.exitCode = 1;
  }
}
