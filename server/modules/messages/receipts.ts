import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import { assignCompany, type ProviderEvent, type RemoteText } from '../providers/index.ts';
import { announceConversations } from './announce.ts';
import { noteProviderOptOut } from './consent.ts';
import { failureColumns } from './messages-store.ts';
import { placeOf, replacedBy, statusOf } from './model.ts';
import { dropDepartures } from './outbox-store.ts';
import { applyReceipts, ownersOf, type ReceiptChange } from './receipts-store.ts';

/** A receipt, and the delivery it came in. */
export interface Receipt {
  event: ProviderEvent;
  text: RemoteText;
}

/**
 * Acts on receipts of any companies together. They come twice, late and shuffled: a status never moves backwards, a repeat
 * changes nothing. @returns for each whether it was about a text of ours.
 */
export async function applyReceiptsOf(
  kernel: Kernel,
  receipts: Receipt[],
): Promise<('handled' | 'ignored')[]> {
  const keys = receipts.map(({ event, text }) => ({
    provider: event.provider,
    accountId: event.accountId,
    companyId: event.companyId,
    externalId: text.messageId,
    messageId: text.reference && isId(text.reference) ? text.reference : null,
  }));
  const owners = await inSystem(kernel.db, async (tx) => {
    const found = await ownersOf(tx, keys);
    await assignCompany(
      tx,
      found.map(({ item, companyId }) => ({ eventId: receipts[item]!.event.id, companyId })),
    );
    return found;
  });
  for (const companyId of new Set(owners.map((owner) => owner.companyId))) {
    const ctx = systemCtx(kernel, companyId, 'messages.receipts');
    const mine = owners.filter((owner) => owner.companyId === companyId);
    await transact(ctx, (tx) =>
      applyTo(
        ctx,
        tx,
        mine.map(({ item, messageId }) => ({ messageId, remote: receipts[item]!.text })),
      ),
    );
  }
  const owned = new Set(owners.map(({ item }) => item));
  return receipts.map((_receipt, index) => (owned.has(index) ? 'handled' : 'ignored'));
}

/** The same for one text whose state was asked for, or answered. */
export async function applyRemote(
  ctx: CompanyCtx,
  tx: Tx,
  messageId: string,
  remote: RemoteText,
): Promise<void> {
  await applyTo(ctx, tx, [{ messageId, remote }]);
}

async function applyTo(
  ctx: CompanyCtx,
  tx: Tx,
  news: { messageId: string; remote: RemoteText }[],
): Promise<void> {
  const changes = new Map<string, ReceiptChange>();
  for (const { messageId, remote } of news)
    changes.set(messageId, furthest(changes.get(messageId), toChange(ctx, messageId, remote)));
  // In the order in which the senders hold them: a departure, then its message.
  await dropDepartures(tx, [...changes.keys()]);
  const written = await applyReceipts(tx, [...changes.values()]);
  const moved = written.filter((row) => row.moved);
  for (const { id, conversationId, toNumber } of moved) {
    const change = changes.get(id)!;
    if (change.errorCode === 'opted_out')
      await noteProviderOptOut(ctx, tx, {
        messageId: id,
        conversationId,
        toNumber,
        providerCode: change.providerCode,
      });
  }
  await announceConversations(
    tx,
    ctx.companyId,
    written.map(({ conversationId }) => conversationId),
  );
}

function toChange(ctx: CompanyCtx, id: string, remote: RemoteText): ReceiptChange {
  const status = statusOf(remote.status);
  const isFailure = status === 'failed' || status === 'undelivered';
  const columns = failureColumns(remote.failure);
  return {
    id,
    externalId: remote.messageId,
    status,
    replaces: `{${replacedBy(remote.status).join(',')}}`,
    errorCode: isFailure ? (columns.errorCode ?? 'unknown') : null,
    providerCode: columns.providerCode,
    providerMessage: columns.providerMessage,
    segments: remote.segments || null,
    priceAmount: remote.price?.amount ?? null,
    priceCurrency: remote.price?.currency ?? null,
    at: remote.at ?? ctx.kernel.clock.now(),
    nextCheckAt: firstCheckAt(ctx),
  };
}

/** When a text is asked about for the first time. */
export function firstCheckAt({ kernel }: CompanyCtx): Date {
  return new Date(kernel.clock.nowMs() + kernel.config.RECONCILE_SECONDS * 1000);
}

/** Of two pieces of news about one text, the one that is further; a price that either knows is kept. */
function furthest(left: ReceiptChange | undefined, right: ReceiptChange): ReceiptChange {
  if (!left) return right;
  const [first, last] = placeOf(left.status) > placeOf(right.status) ? [right, left] : [left, right];
  return {
    ...last,
    segments: last.segments ?? first.segments,
    priceAmount: last.priceAmount ?? first.priceAmount,
    priceCurrency: last.priceCurrency ?? first.priceCurrency,
  };
}
