import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName } from '../providers/index.ts';
import type { CallRow } from './calls-store.ts';
import type { CallDirection, CallStatus } from './model.ts';

export interface CallFilter {
  direction?: CallDirection | undefined;
  status?: CallStatus | undefined;
  provider?: ProviderName | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  contactId?: string | undefined;
  userId?: string | undefined;
  missed?: boolean | undefined;
  /** Any of these people, or through any of these numbers of ours. */
  found?: { contactIds: string[]; numbers: string[] } | undefined;
}

/** What is no id is nobody's. Compared as the column is, or no index could be used. */
const isOne = (column: 'contact_id' | 'user_id', id: string) =>
  isId(id) ? sql`${sql.ref(column)} = ${id}::uuid` : sql`false`;

/** Newest first, after an id, or a number of rows further on. */
export async function listCalls(
  tx: Tx,
  companyId: string,
  filter: CallFilter,
  page: { beforeId: string | null; offset: number; limit: number },
): Promise<CallRow[]> {
  const { direction, status, provider, since, until, contactId, userId, missed, found } = filter;
  const conditions = [
    ...(page.beforeId ? [sql`id < ${page.beforeId}::uuid`] : []),
    ...(direction ? [sql`direction = ${direction}`] : []),
    ...(status ? [sql`status = ${status}`] : []),
    ...(provider ? [sql`provider = ${provider}`] : []),
    ...(since ? [sql`created_at >= ${since}`] : []),
    ...(until ? [sql`created_at < ${until}`] : []),
    ...(contactId ? [isOne('contact_id', contactId)] : []),
    ...(userId ? [isOne('user_id', userId)] : []),
    ...(missed === undefined ? [] : [sql`missed = ${missed}`]),
    ...(found
      ? [sql`(contact_id = any (${found.contactIds}::uuid[]) or our_number = any (${found.numbers}::text[]))`]
      : []),
  ];
  const where = conditions.length > 0 ? sql`and ${sql.join(conditions, sql` and `)}` : sql``;
  const { rows } = await sql<CallRow>`
    select * from calls where company_id = ${companyId} ${where}
    order by id desc offset ${page.offset} limit ${page.limit}`.execute(tx);
  return rows;
}

/** Calls under way, the newest first. */
export async function listLive(tx: Tx, companyId: string, limit: number): Promise<CallRow[]> {
  const { rows } = await sql<CallRow>`
    select * from calls where company_id = ${companyId} and ended_at is null order by id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}
