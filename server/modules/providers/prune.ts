import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { firstIdOf } from '../../kernel/ids.ts';
import { pruneEvents, pruneRefusals } from './events-store.ts';

/** Events that were acted on are kept this long, so that a late repeat is recognised and people can look back. */
const KEPT_DAYS = 30;
const REFUSALS_KEPT = 10_000;
const BATCH = 5000;

/** Drops what is too old. Events that failed stay until a person has looked at them. */
export async function pruneDeliveries(kernel: Kernel): Promise<void> {
  const beforeId = firstIdOf(kernel.clock.nowMs() - KEPT_DAYS * 86_400_000);
  while ((await inSystem(kernel.db, (tx) => pruneEvents(tx, beforeId, BATCH))) === BATCH);
  await inSystem(kernel.db, (tx) => pruneRefusals(tx, REFUSALS_KEPT));
}
