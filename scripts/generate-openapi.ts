/**
 * Writes openapi.json from the routes of this version.
 * `--check` writes nothing and fails when the file does not fit the routes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compose } from '../server/compose.ts';
import { loadConfig } from '../server/kernel/config.ts';
import { newSecret } from '../server/kernel/ids.ts';
import { assembleKernel } from '../server/kernel/open.ts';

export const OPENAPI_FILE = fileURLToPath(new URL('../openapi.json', import.meta.url));

/** The document that the routes make, and every route there is. Nothing listens and no database is reached. */
export async function describeApi(): Promise<{ text: string; routes: string }> {
  const kernel = assembleKernel({
    ...loadConfig({ LOG_LEVEL: 'silent', DATABASE_URL: 'postgres://127.0.0.1:1/never-reached' }),
    SECRET_KEY: newSecret(),
  });
  const app = await compose(kernel);
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
