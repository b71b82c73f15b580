/**
 * Writes server/kernel/db/schema.generated.ts from a database that was migrated just now.
 * `--check` writes nothing and fails when the file does not fit the migrations.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { surviveBrokenConnections } from '../server/kernel/db/index.ts';
import { migrate } from '../server/kernel/db/migrate.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const target = path.join(root, 'server/kernel/db/schema.generated.ts');
const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-schema-'));
// PostgreSQL may run as another user, who must be able to enter.
chmodSync(folder, 0o711);
const check = process.argv.includes('--check');
const output = check ? path.join(folder, 'schema.ts') : target;

const database = await startEmbeddedDatabase(folder);
try {
  const pool = surviveBrokenConnections(new pg.Pool({ connectionString: database.url }));
  await migrate(pool);
  await pool.end();
  const codegen = path.join(root, 'node_modules/kysely-codegen/dist/cli/bin.js');
  const options = [
    '--dialect=postgres',
    '--camel-case',
    '--include-pattern=public.*',
    '--exclude-pattern=public.schema_migrations',
    '--numeric-parser=string',
    '--type-only-imports',
  ];
  execFileSync(process.execPath, [codegen, `--url=${database.url}`, `--out-file=${output}`, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // The driver reads bigint as a number (kernel/db/index.ts): our counters stay far below 2^53.
  const asDriven = readFileSync(output, 'utf8').replace(
    'Int8 = ColumnType<string,',
    'Int8 = ColumnType<number,',
  );
  writeFileSync(output, asDriven);
  if (check && readFileSync(output, 'utf8') !== readFileSync(target, 'utf8')) {
    console.error('schema.generated.ts does not fit the migrations: run node scripts/generate-schema.ts');
    process.exitCode = 1;
  }
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}
