import { createBlobs } from './blobs/index.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createVault } from './crypto.ts';
import type { Kernel } from './ctx.ts';
import { openDatabase } from './db/index.ts';
import { migrate } from './db/migrate.ts';
import { createLive } from './live.ts';
import { createLog, type Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createNews } from './news.ts';

interface Replacements {
  clock?: Clock;
  log?: Logger;
}

/** Puts a kernel together without reaching anything yet, so that it does not know its installation's id. @param config with DATABASE_URL and SECRET_KEY filled in. */
export function assembleKernel(config: Config, replacements: Replacements = {}): Kernel {
  const log = replacements.log ?? createLog(config);
  const db = openDatabase(config, config.DATABASE_URL);
  const clock = replacements.clock ?? systemClock;
  return {
    installationId: '',
    config,
    db,
    clock,
    log,
    vault: createVault([config.SECRET_KEY, ...config.SECRET_KEYS_OLD]),
    blobs: createBlobs(config, { db, clock }),
    live: createLive(db, config.DATABASE_URL, log),
    news: createNews(),
    metrics: createMetrics(() => clock.nowMs()),
  };
}

/** Opens everything that modules build on, with the database brought to this version first. */
export async function openKernel(config: Config, replacements: Replacements = {}): Promise<Kernel> {
  const kernel = assembleKernel(config, replacements);
  try {
    const applied = await migrate(kernel.db.ownerPool);
    if (applied.length > 0)
      kernel.log.info({ migrations: applied }, 'The database is brought to this version');
    const { rows } = await kernel.db.ownerPool.query<{ id: string }>('select id from installation');
    return { ...kernel, installationId: rows[0]!.id };
  } catch (error) {
    await kernel.db.close();
    throw error;
  }
}
