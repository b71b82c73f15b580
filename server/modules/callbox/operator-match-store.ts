import { sql, type Tx } from '../../kernel/db/index.ts';
import type { TransactionType } from './model.ts';
import type { Candidate } from './operator-match.ts';

/** What a text says that transactions are looked for by. */
export interface Wanted {
  messageId: string;
  simId: string;
  type: TransactionType | null;
  amount: number | null;
  phoneNumber: string;
  /** Hand-overs that the box fetched between these moments. */
  fromAt: Date;
  untilAt: Date;
}

/** More than so many that fit are too many to tell apart. */
const CANDIDATES_MAX = 50;

/** Hand-overs that a text fits. One that the box never fetched was not done. */
export async function candidatesFor(tx: Tx, wanted: Wanted): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select asked.id as transaction_id, asked.status, asked.transaction_ref, attempt.number as attempt, attempt.state, exists (
      select from operator_messages told where told.transaction_id = asked.id and told.attempt = attempt.number
        and told.id <> ${wanted.messageId} and told.verdict in ('settled', 'confirmed')) as explained
    from transactions asked join transaction_attempts attempt on attempt.transaction_id = asked.id
    where asked.company_id = current_company() and asked.phone_number = ${wanted.phoneNumber}
      and (${wanted.type}::text is null or asked.type = ${wanted.type}::text)
      and (asked.amount = ${wanted.amount}::bigint or (asked.amount is null and asked.type = 'voucher'))
      and attempt.sim_id = ${wanted.simId} and attempt.handed_at > ${wanted.fromAt} and attempt.handed_at <= ${wanted.untilAt}
    order by attempt.id desc limit ${CANDIDATES_MAX}`.execute(tx);
  return rows;
}

/** Transactions that have a reference already, by a box's word or by a text. */
export async function holdersOf(tx: Tx, reference: string, messageId: string): Promise<string[]> {
  const written = [...new Set([reference, reference.toLowerCase(), reference.toUpperCase()])];
  const { rows } = await sql<{ id: string }>`
    select id from transactions where company_id = current_company() and transaction_ref = any(${written}::text[])
    union
    select transaction_id from operator_messages where company_id = current_company() and id <> ${messageId}
      and reference = ${reference.toLowerCase()} and verdict in ('settled', 'confirmed') and transaction_id is not null`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Nobody else judges texts of this SIM, or of this reference, until the transaction ends. */
export async function lockForMatch(tx: Tx, simId: string, reference: string | null): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`operator.sim:${simId}`}, 0))`.execute(tx);
  if (reference)
    await sql`
      select pg_advisory_xact_lock(hashtextextended(${'operator.reference:'} || current_company() || ${reference.toLowerCase()}, 0))`.execute(
      tx,
    );
}

/** The transaction that the very same text settled before: a box that reads its memory again tells it under another name. */
export async function toldBefore(
  tx: Tx,
  { id, simId, sender, body, fromAt, untilAt }: ToldText,
): Promise<string | null> {
  const { rows } = await sql<{ transactionId: string }>`
    select transaction_id from operator_messages where company_id = current_company() and sim_id = ${simId} and id <> ${id}
      and received_at between ${fromAt} and ${untilAt} and lower(sender) = lower(${sender}) and body = ${body}
      and verdict in ('settled', 'confirmed') and transaction_id is not null
    order by id limit 1`.execute(tx);
  return rows[0]?.transactionId ?? null;
}

export interface ToldText {
  id: string;
  simId: string;
  sender: string;
  body: string;
  fromAt: Date;
  untilAt: Date;
}
