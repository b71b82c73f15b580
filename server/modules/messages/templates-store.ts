import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';

export interface TemplateRow {
  id: string;
  companyId: string;
  name: string;
  body: string;
  createdAt: Date;
  updatedAt: Date;
}

export async function listTemplates(tx: Tx): Promise<TemplateRow[]> {
  const { rows } = await sql<TemplateRow>`
    select * from message_templates where company_id = current_company() order by lower(name) limit 1000`.execute(
    tx,
  );
  return rows;
}

export async function findTemplate(tx: Tx, id: string): Promise<TemplateRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<TemplateRow>`select * from message_templates where id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** @throws a unique violation of message_templates_by_name. */
export async function insertTemplate(tx: Tx, row: TemplateRow): Promise<void> {
  await tx.insertInto('messageTemplates').values(row).execute();
}

export async function updateTemplate(
  tx: Tx,
  id: string,
  change: { name?: string; body?: string; updatedAt: Date },
): Promise<void> {
  await tx.updateTable('messageTemplates').set(change).where('id', '=', id).execute();
}

export async function deleteTemplate(tx: Tx, id: string): Promise<void> {
  await sql`delete from message_templates where id = ${id}`.execute(tx);
}
