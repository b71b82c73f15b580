import { sql, type Tx } from '../../kernel/db/index.ts';

/** How the work that is to be done later stands, over all companies: it is one runner. */
export interface JobHealth {
  /** That could have begun by now. */
  due: number;
  /** That failed and will be tried again, or was given up. */
  failing: number;
  oldestDueAt: Date | null;
}

export async function jobHealth(tx: Tx): Promise<JobHealth> {
  const { rows } = await sql<JobHealth>`select due, failing, oldest_due_at from job_health()`.execute(tx);
  return rows[0]!;
}
