import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';

const TRIES_MAX = 4;
const DEADLOCK = '40P01';

/**
 * Like transact, and again when the database ended the transaction because two waited for each other: whoever waits for a
 * contact that is being merged ends up holding a signpost, which the next merge may want.
 */
export async function transactPatiently<T>(ctx: CompanyCtx, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact(ctx, work);
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK || tries === TRIES_MAX) throw error;
    }
  }
}
