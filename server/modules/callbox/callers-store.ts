import { sql, type Tx } from '../../kernel/db/index.ts';
import type { BoxCaller } from '../../kernel/http/authority.ts';

/** The box with this token, if it may still come in. For the system role. */
export async function findByToken(tx: Tx, tokenHash: string): Promise<BoxCaller | null> {
  const { rows } = await sql<BoxCaller>`
    select company_id, id as box_id, code as name from boxes
    where token_hash = ${tokenHash} and token_revoked_at is null and retired_at is null`.execute(tx);
  return rows[0] ?? null;
}
