import { sql, type Tx } from '../../kernel/db/index.ts';

/** Tells the company's consoles that conversations changed, in one statement. */
export async function announceConversations(tx: Tx, companyId: string, ids: string[]): Promise<void> {
  await sql`
    select publish_live(${companyId}::uuid, 'conversation', id) from unnest(${[...new Set(ids)]}::text[]) as id`.execute(
    tx,
  );
}
