import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import type { TestRelais } from './relais.ts';

/** A comparison that has ended, and something that differed and waits for somebody. */
export async function makeDrift(
  { kernel }: Pick<TestRelais, 'kernel'>,
  companyId: string,
): Promise<{ syncRunId: string; driftId: string }> {
  const [syncRunId, driftId] = [newId(kernel.clock), newId(kernel.clock)];
  await transact(systemCtx(kernel, companyId, 'test'), async (tx) => {
    await sql`
      insert into sync_runs (id, company_id, provider, account_ref, started_by, state, stage, window_from, window_until, created_at, finished_at)
      values (${syncRunId}, ${companyId}, 'telnyx', 'KEY…test', 'clock', 'done', 'end', now(), now(), now(), now())`.execute(
      tx,
    );
    await sql`
      insert into drift (id, company_id, run_id, provider, kind, subject, external_id, field, ours, theirs, outcome, found_at, seen_at)
      values (${driftId}, ${companyId}, ${syncRunId}, 'telnyx', 'connection', 'Relais', 'messaging_profile', 'webhook_url', 'https://ours.example/',
        'https://elsewhere.example/', 'person', now(), now())`.execute(tx);
  });
  return { syncRunId, driftId };
}
