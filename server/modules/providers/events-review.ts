import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem, sql } from '../../kernel/db/index.ts';

/** How stored webhooks stand over all companies. */
export interface EventsReview {
  /** Due, and not acted on yet. */
  waiting: number;
  /** When the one that has been due for longest arrived. */
  oldestAt: Date | null;
  /** Given up, until somebody has looked. */
  failed: number;
  /** When the last delivery of each provider was heard; it may be long ago where nothing happens. */
  heard: { provider: string; at: Date }[];
}

/** Counts by partial indexes alone, however many webhooks are kept. */
export async function reviewEvents(kernel: Kernel): Promise<EventsReview> {
  return inSystem(kernel.db, async (tx) => {
    const { rows } = await sql<Omit<EventsReview, 'heard'>>`
      select (select count(*)::int from provider_events where status = 'received' and next_attempt_at <= now()) as waiting,
        (select received_at from provider_events where status = 'received' and next_attempt_at <= now() order by next_attempt_at limit 1) as oldest_at,
        (select count(*)::int from provider_events where status = 'failed') as failed`.execute(tx);
    const { rows: heard } = await sql<{ provider: string; at: Date }>`
      select provider, received_at as at from unnest(array['telnyx', 'twilio']) as names (name) cross join lateral (
        select provider, received_at from provider_events where provider = name order by id desc limit 1
      ) newest`.execute(tx);
    return { ...rows[0]!, heard };
  });
}
