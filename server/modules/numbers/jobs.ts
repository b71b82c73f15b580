import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { enqueue, type JobDefinitions } from '../../kernel/jobs.ts';
import { assignCompany, newsOf, type ProviderEvent } from '../providers/index.ts';
import { configureNumber, refreshOrder } from './lifecycle.ts';
import { placeOrder } from './placement.ts';
import { countRents, repriceRents } from './rent.ts';
import { dueOrders, hastenOrdersOfGroup, ownerOfOrder } from './store.ts';
import { applyUpdate } from './updates.ts';

const DUE_MAX = 50;
/** A month that is a minute late in the figures misleads nobody. */
const RENTS_SECONDS = 60;

/** What numbers want to know of the floors below. */
export function listenForNumbers(kernel: Kernel): void {
  kernel.news.on('requirement_group.reviewed', onGroupReviewed);
  kernel.news.on('prices.changed', onPricesChanged);
}

/** The list is read once for all changes that come together. */
async function onPricesChanged({ companyId }: CompanyCtx, tx: Tx): Promise<void> {
  await enqueue(tx, 'numbers.reprice_rents', { companyId }, { key: `numbers.reprice_rents:${companyId}` });
}

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
      'numbers.count_rents': () => countRents(kernel),
      'numbers.reprice_rents': ({ companyId }) => {
        const ctx = systemCtx(kernel, companyId!, 'numbers.reprice_rents');
        return transact(ctx, (tx) => repriceRents(ctx, tx));
      },
    },
    schedules: {
      'numbers.reconcile': { everySeconds: kernel.config.RECONCILE_SECONDS },
      'numbers.count_rents': { everySeconds: RENTS_SECONDS },
    },
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
async function onGroupReviewed(ctx: CompanyCtx, tx: Tx, groupId: string): Promise<void> {
  await hastenOrdersOfGroup(tx, groupId, ctx.kernel.clock.now());
}
