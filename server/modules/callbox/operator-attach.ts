import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import { transactionId, transactionName } from './model.ts';
import { lockForMatch } from './operator-match-store.ts';
import * as store from './operator-messages-store.ts';
import { nudgeDispatcher } from './state.ts';
import { type AttemptRow, attemptsOf, insertEvents } from './transaction-attempts-store.ts';
import { settleFromOperator } from './transactions.ts';
import { lockTransactions, type TransactionRow } from './transactions-store.ts';

/**
 * A person says what a text belongs to. An operator's own word that fits the transaction settles it, as it would have by itself if
 * only one had fitted; anything else is kept beside the transaction, and settles nothing.
 * @throws not_found, operator_message_settled, operator_message_mismatch, operator_message_not_settling.
 */
export async function attachText(
  ctx: CompanyCtx,
  messageId: string,
  name: string,
): Promise<store.NamedMessage> {
  const found = await transact(ctx, async (tx) => {
    const message = (await store.findMessage(tx, messageId)) ?? fail('not_found', { what: 'text' });
    // As when a text is judged: the SIM, then the text, then the transaction.
    if (message.simId) await lockForMatch(tx, message.simId, message.reference);
    const text = (await store.lockMessage(tx, message.id))!;
    if (text.verdict === 'settled' || text.verdict === 'confirmed') fail('operator_message_settled');
    const id = transactionId(name) ?? fail('not_found', { what: 'transaction' });
    const row = (await lockTransactions(tx, [id])).get(id) ?? fail('not_found', { what: 'transaction' });
    const became = await attachTo(ctx, tx, text, row);
    const { id: attachedBy, name: attachedByName } = ctx.actor;
    await store.saveVerdict(tx, text.id, { ...became, attachedBy, attachedByName });
    const changes = {
      transaction: { from: null, to: transactionName(id) },
      verdict: { from: text.verdict, to: became.verdict },
    };
    await audit(tx, ctx, {
      ...{ action: 'operator_message.attached', entityType: 'operator_message', entityId: text.id, changes },
    });
    await publish(tx, ctx.companyId, 'operator_message', text.id);
    return (await store.findMessage(tx, text.id))!;
  });
  nudgeDispatcher(ctx.kernel, ctx.companyId);
  return found;
}

type Attached = Pick<store.Became, 'verdict' | 'transactionId' | 'attempt' | 'why'>;

async function attachTo(
  ctx: CompanyCtx,
  tx: Tx,
  text: store.MessageRow,
  row: TransactionRow,
): Promise<Attached> {
  const believed = ['ambiguous', 'unmatched', 'conflicting'].includes(text.verdict) && text.parsed !== null;
  if (!believed || text.parsed!.outcome === 'balance') return keepBeside(ctx, tx, text, row);
  const attempts = (await attemptsOf(tx, [row.id])).get(row.id) ?? [];
  const attempt = attempts.findLast(({ simId, handedAt }) => simId === text.simId && handedAt !== null);
  const reason = mismatch(text.parsed!, row, attempt);
  if (reason) fail('operator_message_mismatch', { reason });
  const { outcome, parsed } = text.parsed!;
  if (outcome === 'failed' && row.status !== 'unknown' && row.status !== 'failed')
    fail('operator_message_not_settling', { reason: row.status });
  const verdict = await settleFromOperator(ctx, tx, row.id, {
    ...{ outcome: outcome === 'failed' ? 'failed' : 'completed', reference: parsed.reference },
    ...{ messageId: text.id, attempt: attempt!.number },
  });
  return { verdict, transactionId: row.id, attempt: attempt!.number, why: 'by_hand' };
}

/** In what a text differs from a transaction; null: in nothing. */
function mismatch(
  { type, parsed, phoneNumber }: store.Meaning,
  row: TransactionRow,
  attempt: AttemptRow | undefined,
): string | null {
  if (!attempt) return 'SIM';
  if (phoneNumber !== row.phoneNumber) return 'number';
  if (type !== null && type !== row.type) return 'type';
  const priceless = row.amount === null && row.type === 'voucher';
  return parsed.amount === row.amount || priceless ? null : 'amount';
}

/** A text that proves nothing by itself is read beside the transaction by whoever settles it. */
async function keepBeside(
  ctx: CompanyCtx,
  tx: Tx,
  text: store.MessageRow,
  row: TransactionRow,
): Promise<Attached> {
  const { clock } = ctx.kernel;
  await insertEvents(tx, [
    {
      ...{ id: newId(clock), companyId: ctx.companyId, transactionId: row.id, at: clock.now() },
      ...{ kind: 'operator_message', attempt: null, boxId: text.boxId },
      ...{ actorKind: ctx.actor.kind, actorName: ctx.actor.name },
      detail: { messageId: text.id, verdict: text.verdict },
    },
  ]);
  return { verdict: text.verdict, transactionId: row.id, attempt: null, why: 'by_hand' };
}
