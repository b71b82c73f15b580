import { sql, type Tx } from '../../kernel/db/index.ts';

/** Somebody who has a conversation open. */
export interface Viewer {
  conversationId: string;
  userId: string;
  name: string;
  state: 'viewing' | 'typing';
}

/** Notes that somebody is there. @returns whether that is news: a mere sign of life is not. */
export async function saveViewer(tx: Tx, viewer: Viewer, companyId: string, at: Date): Promise<boolean> {
  const { rows } = await sql<{ isNews: boolean }>`
    with before as (select state from conversation_viewers where conversation_id = ${viewer.conversationId} and user_id = ${viewer.userId})
    insert into conversation_viewers (company_id, conversation_id, user_id, name, state, seen_at)
    values (${companyId}, ${viewer.conversationId}, ${viewer.userId}, ${viewer.name}, ${viewer.state}, ${at})
    on conflict (conversation_id, user_id) do update set name = excluded.name, state = excluded.state, seen_at = excluded.seen_at
    returning (select state from before) is distinct from ${viewer.state} as is_news`.execute(tx);
  return rows[0]?.isNews ?? false;
}

/** @returns whether somebody was there. */
export async function dropViewer(tx: Tx, conversationId: string, userId: string): Promise<boolean> {
  const { rows } = await sql`
    delete from conversation_viewers where conversation_id = ${conversationId} and user_id = ${userId} returning user_id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Who is there, those heard of since a moment. */
export async function listViewers(tx: Tx, conversationId: string, since: Date): Promise<Viewer[]> {
  const { rows } = await sql<Viewer>`
    select conversation_id, user_id, name, state from conversation_viewers
    where conversation_id = ${conversationId} and seen_at > ${since} order by name limit 50`.execute(tx);
  return rows;
}

/** Forgets those of whom nothing was heard since a moment. For the system role. */
export async function pruneViewers(tx: Tx, before: Date): Promise<void> {
  await sql`delete from conversation_viewers where seen_at < ${before}`.execute(tx);
}
