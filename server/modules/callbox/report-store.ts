import { sql, type Tx } from '../../kernel/db/index.ts';

/** Remembers how boxes work. @param skips told an outcome without having said that they begin. @param announces said it. */
export async function noteManners(tx: Tx, skips: string[], announces: string[]): Promise<void> {
  if (skips.length === 0 && announces.length === 0) return;
  await sql`
    update boxes set skips_processing = skips_processing or id = any (${skips}::uuid[]),
      announces = announces or id = any (${announces}::uuid[])
    from (select id as locked from boxes where id = any (${[...new Set([...skips, ...announces])]}::uuid[]) order by id for no key update) as l
    where boxes.id = l.locked`.execute(tx);
}
