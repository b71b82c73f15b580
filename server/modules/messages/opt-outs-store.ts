import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { ConsentState } from './model.ts';

export interface OptOutRow {
  id: string;
  companyId: string;
  phoneNumber: string;
  state: ConsentState;
  source: 'message' | 'provider' | 'person';
  keyword: string | null;
  messageId: string | null;
  providerCode: string | null;
  note: string;
  actorName: string;
  createdAt: Date;
  /** Where the proof can be read. */
  conversationId: string | null;
}

export type NewOptOut = Omit<OptOutRow, 'conversationId'>;

/** Adds entries to the ledger; none is ever changed. */
export async function insertOptOuts(tx: Tx, entries: NewOptOut[]): Promise<void> {
  if (entries.length > 0) await tx.insertInto('optOuts').values(entries).execute();
}

/** Those of these numbers that want no texts: the newest entry of each decides. */
export async function optedOut(tx: Tx, phoneNumbers: string[]): Promise<Set<string>> {
  if (phoneNumbers.length === 0) return new Set();
  const { rows } = await sql<{ phoneNumber: string }>`
    ${planKept} select wanted.phone_number from unnest(${[...new Set(phoneNumbers)]}::text[]) as wanted (phone_number) cross join lateral (
      select state from opt_outs
      where company_id = current_company() and opt_outs.phone_number = wanted.phone_number order by id desc limit 1
    ) as newest where newest.state = 'out'`.execute(tx);
  return new Set(rows.map(({ phoneNumber }) => phoneNumber));
}

/** When each of these numbers was last heard to say what it wants: the time of the text, where a text said it. */
export async function lastWords(tx: Tx, phoneNumbers: string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ phoneNumber: string; at: Date }>`
    select o.phone_number, max(coalesce(messages.created_at, o.created_at)) as at from opt_outs o left join messages on messages.id = o.message_id
    where o.company_id = current_company() and o.phone_number = any (${[...new Set(phoneNumbers)]}::text[]) group by o.phone_number`.execute(
    tx,
  );
  return new Map(rows.map(({ phoneNumber, at }) => [phoneNumber, at]));
}

const wholeRow = sql`o.*, (select conversation_id from messages where messages.id = o.message_id) as conversation_id`;

/** The newest entry of each number, the latest first. */
export async function listCurrent(
  tx: Tx,
  filter: { state?: ConsentState | undefined; search?: string | undefined },
  beforeId: string | null,
  limit: number,
): Promise<OptOutRow[]> {
  const parts: RawBuilder<unknown>[] = [
    sql`o.company_id = current_company()`,
    sql`not exists (select from opt_outs newer
      where newer.company_id = o.company_id and newer.phone_number = o.phone_number and newer.id > o.id)`,
  ];
  if (beforeId) parts.push(sql`o.id < ${beforeId}::uuid`);
  if (filter.state) parts.push(sql`o.state = ${filter.state}`);
  if (filter.search) parts.push(sql`position(${filter.search} in o.phone_number) > 0`);
  const { rows } = await sql<OptOutRow>`
    select ${wholeRow} from opt_outs o where ${sql.join(parts, sql` and `)} order by o.id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** Every entry of one number, the latest first. */
export async function listOfNumber(
  tx: Tx,
  phoneNumber: string,
  beforeId: string | null,
  limit: number,
): Promise<OptOutRow[]> {
  const before = beforeId ? sql`and o.id < ${beforeId}::uuid` : sql``;
  const { rows } = await sql<OptOutRow>`
    select ${wholeRow} from opt_outs o
    where o.company_id = current_company() and o.phone_number = ${phoneNumber} ${before} order by o.id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}
