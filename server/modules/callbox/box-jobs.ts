import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { forgetting, type RetentionRule } from '../../kernel/retention.ts';
import { countOld, pruneMany, pruneOld } from './box-logs-store.ts';
import { markPresence, publishPresence } from './box-presence-store.ts';
import { noteRounds } from './config-store.ts';
import { CONNECTED_MS } from './model.ts';
import { nudgeDispatcher } from './state.ts';

/** What one box may fill, however fast it writes. */
const LINES_KEPT_PER_BOX = 20_000;

/** What looks after boxes by the clock. */
export function boxJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'callbox.find_silent': () => findSilent(kernel),
      'callbox.prune_box_logs': () => pruneLogs(kernel),
    },
    schedules: {
      'callbox.find_silent': { everySeconds: 2 },
      'callbox.prune_box_logs': { everySeconds: 3600 },
    },
    retention: [logRetention(kernel)],
  };
}

/**
 * Marks boxes that were silent for half a minute as disconnected, and those that ask for work again as connected, and says so:
 * once however many processes look, since whoever's statement changes the row is the one that tells. What they had in hand is the
 * dispatcher's concern, which is told at once. That somebody looked is what the status of the synchronisation shows.
 */
export async function findSilent(kernel: Kernel): Promise<void> {
  const since = new Date(kernel.clock.nowMs() - CONNECTED_MS);
  const { gone, back } = await inSystem(kernel.db, async (tx) => {
    const gone = await markPresence(tx, { connected: false, since });
    const back = await markPresence(tx, { connected: true, since });
    await publishPresence(tx, [...gone, ...back]);
    await noteRounds(tx, kernel.clock.now(), new Date(kernel.clock.nowMs() - kernel.config.SYNC_INTERVAL_MS));
    return { gone, back };
  });
  for (const { companyId, code, lastSeenAt } of gone)
    kernel.log.warn({ companyId, callboxId: code, lastSeenAt }, `CallBox disconnected: ${code}`);
  for (const { companyId, code } of back)
    kernel.log.info({ companyId, callboxId: code }, `CallBox connected: ${code}`);
  const companies = new Set([...gone, ...back].map(({ companyId }) => companyId));
  for (const companyId of companies) nudgeDispatcher(kernel, companyId);
}

/** Forgets what is more than a box may fill. */
export async function pruneLogs(kernel: Kernel): Promise<void> {
  await inSystem(kernel.db, (tx) => pruneMany(tx, LINES_KEPT_PER_BOX));
}

/** How long companies keep what their boxes wrote. */
function logRetention({ config, db }: Kernel): RetentionRule {
  return forgetting({
    ...{ what: 'boxLogs', period: config.BOX_LOG_DAYS, min: 1, max: 3650, tables: ['box_logs'] },
    count: countOld,
    remove: ({ companyId }, before, limit) => inSystem(db, (tx) => pruneOld(tx, companyId, before, limit)),
  });
}
