import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { TransactionType } from './model.ts';
import type { Outcome } from './operator-words.ts';

/** A company's own wording, or its say about a built-in one. */
export interface TemplateRow {
  id: string;
  companyId: string;
  builtIn: string | null;
  operator: string;
  name: string;
  senders: string[];
  type: TransactionType | null;
  outcome: Outcome;
  wording: string;
  enabled: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = sql.raw(
  'id, company_id, built_in, operator, name, senders, type, outcome, wording, enabled, version, created_at, updated_at',
);

/** The most wordings that a company has: every text is read by each of its operator's. */
export const TEMPLATES_MAX = 500;

export async function listTemplates(tx: Tx): Promise<TemplateRow[]> {
  const { rows } = await sql<TemplateRow>`
    select ${COLUMNS} from operator_templates where company_id = current_company()
    order by operator, id limit ${TEMPLATES_MAX}`.execute(tx);
  return rows;
}

/** @param name of one of the company's own its id, of a built-in one its key. */
export async function findTemplate(tx: Tx, name: string): Promise<TemplateRow | null> {
  const { rows } = await sql<TemplateRow>`
    select ${COLUMNS} from operator_templates where company_id = current_company()
      and (built_in = ${name} or id = ${isId(name) ? name : null}::uuid) for update`.execute(tx);
  return rows[0] ?? null;
}

/** Adds, or changes what is there under the same id. */
export async function saveTemplate(tx: Tx, row: TemplateRow): Promise<void> {
  await sql`
    insert into operator_templates (id, company_id, built_in, operator, name, senders, type, outcome, wording, enabled, version,
      created_at, updated_at)
    values (${row.id}, ${row.companyId}, ${row.builtIn}, ${row.operator}, ${row.name}, ${row.senders}::text[], ${row.type},
      ${row.outcome}, ${row.wording}, ${row.enabled}, ${row.version}, ${row.createdAt}, ${row.updatedAt})
    on conflict (id) do update set operator = excluded.operator, name = excluded.name, senders = excluded.senders,
      type = excluded.type, outcome = excluded.outcome, wording = excluded.wording, enabled = excluded.enabled,
      version = operator_templates.version + 1, updated_at = excluded.updated_at`.execute(tx);
}

export async function deleteTemplate(tx: Tx, id: string): Promise<void> {
  await sql`delete from operator_templates where id = ${id}`.execute(tx);
}
