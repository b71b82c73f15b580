import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { firstIdOf } from '../../kernel/ids.ts';
import { forgetting, type RetentionRule } from '../../kernel/retention.ts';
import { countEvents, pruneEvents, pruneRefusals } from './events-store.ts';

/** Events that were acted on are kept this long, so that a late repeat is recognised and people can look back. */
const KEPT_DAYS = 30;
/** Providers repeat a delivery for some days: what is forgotten earlier would be acted on twice. */
const KEPT_DAYS_MIN = 7;
const REFUSALS_KEPT = 10_000;
const BATCH = 5000;

/** Drops what is too old and nobody's. Events that failed stay until a person has looked at them. */
export async function pruneDeliveries(kernel: Kernel): Promise<void> {
  const beforeId = firstIdOf(kernel.clock.nowMs() - KEPT_DAYS * 86_400_000);
  while ((await inSystem(kernel.db, (tx) => pruneEvents(tx, null, beforeId, BATCH))) === BATCH);
  await inSystem(kernel.db, (tx) => pruneRefusals(tx, REFUSALS_KEPT));
}

const FORGOTTEN = forgetting({
  ...{ what: 'providerEvents', period: KEPT_DAYS, min: KEPT_DAYS_MIN, max: 3650 },
  tables: ['provider_events'],
  count: async (tx, before) => {
    const { ended, oldest } = await countEvents(tx, firstIdOf(before.getTime()));
    return { count: ended, oldest };
  },
  remove: ({ companyId, kernel }, before, limit) =>
    inSystem(kernel.db, (tx) => pruneEvents(tx, companyId, firstIdOf(before.getTime()), limit)),
});

/** How long companies keep what providers delivered. */
export const PROVIDER_RETENTION: RetentionRule = {
  ...FORGOTTEN,
  preview: async (tx, before) => {
    const { ended, failed, oldest } = await countEvents(tx, firstIdOf(before.getTime()));
    const stays: Record<string, number> = failed > 0 ? { failed } : {};
    return { count: ended, oldest, stays };
  },
};
