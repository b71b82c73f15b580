import { type CompanyCtx, type Kernel, systemCtx } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { assignCompany, newsOf, type ProviderEvent } from '../providers/index.ts';
import { configureNumber, refreshOrder } from './lifecycle.ts';
import { placeOrder } from './placement.ts';
import { dueOrders, hastenOrdersOfGroup, ownerOfOrder } from './store.ts';
import { applyUpdate } from './updates.ts';

const DUE_MAX = 50;

export function numberJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'numbers.place_order': async ({ orderId, companyId }) => {
        await placeOrder(systemCtx(kernel, companyId!, 'numbers.place_order'), orderId!);
      },
      'numbers.configure': async ({ numberId, companyId }) => {
        await configureNumber(systemCtx(kernel, companyId!, 'numbers.configure'), numberId!);
      },
      'numbers.reconcile': () => reconcileOrders(kernel),
    },
    schedules: { 'numbers.reconcile': { everySeconds: kernel.config.RECONCILE_SECONDS } },
  };
}

/** Asks the provider about every order that is due: lost webhooks and dead processes heal here. */
export async function reconcileOrders(kernel: Kernel): Promise<void> {
  const due = await inSystem(kernel.db, (tx) => dueOrders(tx, kernel.clock.now(), DUE_MAX));
  for (const { id, companyId } of due) {
    const ctx = systemCtx(kernel, companyId, 'numbers.reconcile');
    await refreshOrder(ctx, id, 'reconciler').catch((error) =>
      ctx.log.warn({ err: error, orderId: id }, 'A number order could not be asked about'),
    );
  }
}

/** Telnyx tells how a number order stands (`number_order.complete`, for success and failure alike). */
export async function onNumberOrderEvent(
  kernel: Kernel,
  event: ProviderEvent,
): Promise<'handled' | 'ignored'> {
  const news = newsOf(event);
  if (news.kind !== 'number_order') return 'ignored';
  const { orderId, reference, orderOf } = news;
  const remote = { orderId, reference, accountId: event.accountId };
  const owner = await inSystem(kernel.db, async (tx) => {
    const found = await ownerOfOrder(tx, remote);
    if (found) await assignCompany(tx, [{ eventId: event.id, companyId: found.companyId }]);
    return found;
  });
  if (!owner) return 'ignored';
  const ctx = systemCtx(kernel, owner.companyId, 'telnyx.number_order');
  await applyUpdate(ctx, owner.id, { source: 'webhook', order: orderOf(owner.phoneNumber) });
  return 'handled';
}

/** Paperwork was judged: the orders that wait for it are asked about at the next look. */
export async function onGroupReviewed(ctx: CompanyCtx, tx: Tx, groupId: string): Promise<void> {
  await hastenOrdersOfGroup(tx, groupId, ctx.kernel.clock.now());
}
