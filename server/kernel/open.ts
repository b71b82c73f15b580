import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createVault } from './crypto.ts';
import type { Kernel } from './ctx.ts';
import { openDatabase } from './db/index.ts';
import { migrate } from './db/migrate.ts';
import { createLive } from './live.ts';
import { createLog, type Logger } from './log.ts';
import { createMetrics } from './metrics.ts';

/**
 * Opens everything that modules build on, with the database brought to this version first.
 * @param config with DATABASE_URL and SECRET_KEY filled in.
 */
export async function openKernel(
  config: Config,
  replacements: { clock?: Clock; log?: Logger } = {},
): Promise<Kernel> {
  const log = replacements.log ?? createLog(config);
  const vault = createVault([config.SECRET_KEY, ...config.SECRET_KEYS_OLD]);
  const db = openDatabase(config, config.DATABASE_URL);
  try {
    const applied = await migrate(db.ownerPool);
    if (applied.length > 0) log.info({ migrations: applied }, 'The database is brought to this version');
  } catch (error) {
    await db.close();
    throw error;
  }
  const live = createLive(db, config.DATABASE_URL, log);
  return { config, db, clock: replacements.clock ?? systemClock, log, vault, live, metrics: createMetrics() };
}
