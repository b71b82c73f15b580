import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { TransactionType } from './model.ts';
import type { Parsed } from './operator-template.ts';
import type { Outcome } from './operator-words.ts';

export const VERDICTS = [
  'settled',
  'confirmed',
  'balance',
  'ambiguous',
  'unmatched',
  'conflicting',
  'untrusted',
  'unread',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a text was understood as; null: no wording fits it. */
export interface Meaning {
  operator: string;
  type: TransactionType | null;
  outcome: Outcome;
  parsed: Parsed;
  /** The number in E.164; null: it has none, or none that can be. */
  phoneNumber: string | null;
}

export interface MessageRow {
  id: string;
  companyId: string;
  boxId: string;
  simId: string | null;
  boxMessageId: string;
  sender: string;
  body: string;
  receivedAt: Date;
  storedAt: Date;
  verdict: Verdict;
  template: string | null;
  parsed: Meaning | null;
  reference: string | null;
  transactionId: string | null;
  attempt: number | null;
  why: string | null;
  attachedBy: string | null;
  attachedByName: string | null;
}

/** A text with the names of where it came to. */
export interface NamedMessage extends MessageRow {
  boxCode: string;
  simSlot: string | null;
}

const COLUMNS = sql.raw(
  `m.id, m.company_id, m.box_id, m.sim_id, m.box_message_id, m.sender, m.body, m.received_at, m.stored_at, m.verdict, m.template,
  nullif(m.parsed, '{}'::jsonb) as parsed, m.reference, m.transaction_id, m.attempt, m.why, m.attached_by, m.attached_by_name`,
);

/** Stores texts, each once under the box's name for it. @returns those that are new. */
export async function insertMessages(tx: Tx, rows: MessageRow[]): Promise<Set<string>> {
  const records = rows.map((row) => ({ ...row, parsed: row.parsed ?? {} }));
  const { rows: added } = await sql<{ id: string }>`
    insert into operator_messages (id, company_id, box_id, sim_id, box_message_id, sender, body, received_at, stored_at, verdict,
      template, parsed, reference, why)
    select id, "companyId", "boxId", "simId", "boxMessageId", sender, body, "receivedAt", "storedAt", verdict, template, parsed,
      reference, why
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as new (id uuid, "companyId" uuid, "boxId" uuid, "simId" uuid,
      "boxMessageId" text, sender text, body text, "receivedAt" timestamptz, "storedAt" timestamptz, verdict text, template text,
      parsed jsonb, reference text, why text)
    on conflict (box_id, box_message_id) do nothing returning id`.execute(tx);
  return new Set(added.map(({ id }) => id));
}

/** What became of texts that a box named, by its names for them. */
export async function findByBoxIds(
  tx: Tx,
  boxId: string,
  names: string[],
): Promise<Map<string, { id: string; verdict: Verdict }>> {
  const { rows } = await sql<{ id: string; boxMessageId: string; verdict: Verdict }>`
    select id, box_message_id, verdict from operator_messages
    where box_id = ${boxId} and box_message_id = any(${names}::text[])`.execute(tx);
  return new Map(rows.map(({ boxMessageId, ...rest }) => [boxMessageId, rest]));
}

/** A text under its lock. */
export async function lockMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<MessageRow>`
    select ${COLUMNS} from operator_messages m where m.company_id = current_company() and m.id = ${id} for update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** What became of a text. */
export type Became = Pick<
  MessageRow,
  'verdict' | 'transactionId' | 'attempt' | 'why' | 'attachedBy' | 'attachedByName'
>;

export async function saveVerdict(tx: Tx, id: string, became: Became): Promise<void> {
  const { verdict, transactionId, attempt, why, attachedBy, attachedByName } = became;
  await sql`
    update operator_messages set verdict = ${verdict}, transaction_id = ${transactionId}, attempt = ${attempt}, why = ${why},
      attached_by = ${attachedBy}, attached_by_name = ${attachedByName} where id = ${id}`.execute(tx);
}

export interface MessageFilter {
  verdict: Verdict | null;
  boxId: string | null;
  transactionId: string | null;
  search: string | null;
  beforeId: string | null;
  limit: number;
}

/** Newest first, one more than a page. */
export async function listMessages(tx: Tx, filter: MessageFilter): Promise<NamedMessage[]> {
  const { verdict, boxId, transactionId, search, beforeId, limit } = filter;
  const like = search === null ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<NamedMessage>`
    select ${COLUMNS}, box.code as box_code, sim.slot as sim_slot
    from operator_messages m join boxes box on box.id = m.box_id left join box_sims sim on sim.id = m.sim_id
    where m.company_id = current_company()
      and (${verdict}::text is null or m.verdict = ${verdict}::text)
      and (${boxId}::uuid is null or m.box_id = ${boxId}::uuid)
      and (${transactionId}::uuid is null or m.transaction_id = ${transactionId}::uuid)
      and (${like}::text is null or m.body ilike ${like}::text or m.sender ilike ${like}::text)
      and (${beforeId}::uuid is null or m.id < ${beforeId}::uuid)
    order by m.id desc limit ${limit + 1}`.execute(tx);
  return rows;
}

export async function findMessage(tx: Tx, id: string): Promise<NamedMessage | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<NamedMessage>`
    select ${COLUMNS}, box.code as box_code, sim.slot as sim_slot
    from operator_messages m join boxes box on box.id = m.box_id left join box_sims sim on sim.id = m.sim_id
    where m.company_id = current_company() and m.id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Texts that may be understood by now, of all companies. For the system role. */
export async function openMessages(
  tx: Tx,
  since: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from operator_messages
    where verdict in ('unmatched', 'ambiguous') and stored_at > ${since} and sim_id is not null and transaction_id is null
      and parsed ->> 'phoneNumber' is not null
    order by stored_at desc limit ${limit}`.execute(tx);
  return rows;
}
