import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { reopenGroup } from '../compliance/index.ts';
import type { RemoteOrder } from '../providers/index.ts';
import { checkDelaySeconds, decideOrder, numberStatus } from './model.ts';
import { countRent } from './rent.ts';
import * as store from './store.ts';

/** News about an order: from the provider's answer, its webhook, or our question. */
export interface OrderUpdate {
  source: 'answer' | 'webhook' | 'reconciler' | 'user';
  order: Pick<RemoteOrder, 'status' | 'providerStatus' | 'reason' | 'numberId'> & { orderId: string | null };
  /** Our code of a refusal. */
  errorCode?: string;
  errorDetails?: unknown;
}

/** Telnyx's word for an order whose paperwork did not pass. */
const PAPERWORK_REFUSED = 'requirement-info-exception';

export type UpdateOutcome = 'applied' | 'same' | 'stale' | 'not_found';

/**
 * The one way an order and its number change. Whoever brings the news, in whatever order and how often, the result is the
 * same: states only move forwards, and a repeat changes nothing.
 */
export async function applyUpdate(
  ctx: CompanyCtx,
  orderId: string,
  update: OrderUpdate,
): Promise<UpdateOutcome> {
  const outcome = await transact(ctx, async (tx) => {
    const locked = await store.lockOrder(tx, orderId);
    if (!locked) return { kind: 'not_found' as const };
    const { order, number } = locked;
    const decision = decideOrder(
      { state: order.state, providerStatus: number.providerStatus, reason: number.statusReason },
      update.order,
    );
    if (decision.kind === 'apply') await write(ctx, tx, locked, decision.state, update);
    else if (order.state === 'placed')
      await store.setOrderCheck(tx, order.id, nextCheckAt(ctx, order.checks));
    return { kind: decision.kind, number };
  });
  if (outcome.kind === 'not_found') return 'not_found';
  if (outcome.kind !== 'apply') return outcome.kind;
  announce(ctx, outcome.number, update);
  return 'applied';
}

async function write(
  ctx: CompanyCtx,
  tx: Tx,
  { order, number }: { order: store.OrderRow; number: store.NumberRow },
  state: 'placed' | 'active' | 'error',
  { order: news, source, ...update }: OrderUpdate,
): Promise<void> {
  const at = ctx.kernel.clock.now();
  const status = numberStatus(state);
  await store.updateOrder(tx, order.id, {
    state,
    remoteOrderId: news.orderId,
    errorCode: state === 'error' ? (update.errorCode ?? 'order_failed') : null,
    errorDetails: update.errorDetails,
    nextCheckAt: state === 'placed' ? nextCheckAt(ctx, 0) : null,
    at,
  });
  await store.updateNumber(tx, number.id, {
    status,
    providerStatus: news.providerStatus,
    statusReason: news.reason,
    providerNumberId: news.numberId,
    at,
  });
  await store.addEvent(tx, {
    id: newId(ctx.kernel.clock),
    companyId: ctx.companyId,
    numberId: number.id,
    kind: state === 'placed' ? 'order_pending' : `order_${state}`,
    status,
    source,
    providerStatus: news.providerStatus,
    text: news.reason ?? '',
    at,
  });
  if (news.providerStatus === PAPERWORK_REFUSED && number.requirementGroupId) {
    await reopenGroup(ctx, tx, number.requirementGroupId, news.reason ?? news.providerStatus);
  }
  if (state === 'active') {
    await enqueueConfigure(ctx, tx, number.id);
    await countRent(ctx, tx, number.id);
  }
  await publish(tx, ctx.companyId, 'number', number.id);
}

/** Configuration happens by itself once a number is ours; the job is part of the transaction that made it so. */
export function enqueueConfigure(ctx: CompanyCtx, tx: Tx, numberId: string): Promise<void> {
  return enqueue(
    tx,
    'numbers.configure',
    { numberId, companyId: ctx.companyId },
    { key: `numbers.configure:${numberId}` },
  );
}

export function nextCheckAt(ctx: CompanyCtx, checks: number): Date {
  return new Date(
    ctx.kernel.clock.nowMs() + checkDelaySeconds(checks, ctx.kernel.config.RECONCILE_SECONDS) * 1000,
  );
}

function announce(ctx: CompanyCtx, number: store.NumberRow, { order }: OrderUpdate): void {
  ctx.log.info(`✅ Updated phone number ${number.phoneNumber} status to: ${order.status}`);
  if (order.status !== 'pending')
    ctx.kernel.metrics.purchases.inc({ provider: number.provider, outcome: order.status });
}
