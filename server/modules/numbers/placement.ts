import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { type ErrorCode, RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { type ProviderPort, portFor, type RemoteOrder } from '../providers/index.ts';
import { nextPlacementStep } from './model.ts';
import * as store from './store.ts';
import { applyUpdate, nextCheckAt } from './updates.ts';

const LEASE_MS = 120_000;

/** Answers that say for certain that no order was taken, and that asking again would not help. */
const REFUSALS = new Set<ErrorCode>([
  'number_not_available',
  'insufficient_funds',
  'number_already_registered',
  'provider_rejected',
  'invalid_phone_number',
  'requirements_incomplete',
  'requirement_value_invalid',
  'paperwork_rejected',
]);

/** Answers that say for certain that no order was taken, and that it may be tried again later. */
const NOT_TAKEN = new Set<ErrorCode>([
  'provider_rate_limited',
  'provider_unauthorized',
  'provider_not_configured',
]);

export type Placement =
  | { kind: 'settled' }
  /** The provider does not know the order (yet), or could not be asked: the timer goes on. */
  | { kind: 'waiting' }
  | { kind: 'refused'; error: RelaisError }
  /** Another process is at it. */
  | { kind: 'busy' };

/**
 * Places an order that was written down, exactly once. Killed between any two lines, the next run finds out from the
 * provider what became of it: the order is looked up by our reference before it is placed, and after an attempt without an
 * answer it is only looked up until it cannot arrive any more.
 */
export async function placeOrder(ctx: CompanyCtx, orderId: string): Promise<Placement> {
  const { clock } = ctx.kernel;
  const leaseId = newId(clock);
  const taken = await transact(ctx, (tx) =>
    store.takeOrderLease(tx, orderId, leaseId, clock.now(), new Date(clock.nowMs() + LEASE_MS)),
  );
  if (!taken) return { kind: 'busy' };
  try {
    const order = (await transact(ctx, (tx) => store.findOrder(tx, orderId)))!;
    const { port } = await portFor(ctx, order.provider, order.providerAccountId);
    return await placeOnce(ctx, port, order);
  } finally {
    await transact(ctx, async (tx) => {
      await store.dropOrderLease(tx, orderId, leaseId);
    });
  }
}

async function placeOnce(ctx: CompanyCtx, port: ProviderPort, order: store.OrderRow): Promise<Placement> {
  const found = await lookUp(ctx, port, order);
  if (found) return found;
  const settleMs = ctx.kernel.config.ORDER_SETTLE_SECONDS * 1000;
  if (nextPlacementStep(order, ctx.kernel.clock.nowMs(), settleMs) === 'look_up_only')
    return wait(ctx, order);
  const request = await orderRequest(ctx, port, order);
  await transact(ctx, (tx) => store.markAttempt(tx, order.id, ctx.kernel.clock.now()));
  try {
    return await settle(ctx, order, await port.placeOrder(request));
  } catch (error) {
    return handleFailure(ctx, port, order, error);
  }
}

/** Asks the provider for an order with our reference, and takes what it knows. */
async function lookUp(ctx: CompanyCtx, port: ProviderPort, order: store.OrderRow): Promise<Placement | null> {
  const remote = await port.findOrder({ phoneNumber: order.request.phoneNumber, reference: order.reference });
  return remote && settle(ctx, order, remote);
}

async function settle(ctx: CompanyCtx, order: store.OrderRow, remote: RemoteOrder): Promise<Placement> {
  await applyUpdate(ctx, order.id, { source: 'answer', order: remote });
  return { kind: 'settled' };
}

async function wait(ctx: CompanyCtx, order: store.OrderRow): Promise<Placement> {
  await transact(ctx, (tx) => store.setOrderCheck(tx, order.id, nextCheckAt(ctx, order.checks)));
  return { kind: 'waiting' };
}

async function orderRequest(ctx: CompanyCtx, port: ProviderPort, order: store.OrderRow) {
  const number = (await transact(ctx, (tx) => store.findNumber(tx, order.numberId)))!;
  const plumbing = await port.ensurePlumbing();
  return {
    phoneNumber: order.request.phoneNumber,
    country: number.country,
    type: number.numberType,
    reference: order.reference,
    groupId: order.request.remoteGroupId,
    connectionId: plumbing.connectionId,
    messagingProfileId: plumbing.messagingProfileId,
  };
}

async function handleFailure(
  ctx: CompanyCtx,
  port: ProviderPort,
  order: store.OrderRow,
  error: unknown,
): Promise<Placement> {
  if (!(error instanceof RelaisError)) throw error;
  if (NOT_TAKEN.has(error.code)) {
    await transact(ctx, (tx) => store.markNotTaken(tx, order.id));
    return wait(ctx, order);
  }
  if (!REFUSALS.has(error.code)) {
    ctx.log.warn(
      { orderId: order.id, code: error.code },
      'The outcome of an order is not known: it will be looked up',
    );
    return wait(ctx, order);
  }
  // A refusal of a repeat may mean that an earlier attempt went through after all: the number is taken, by us.
  if (order.attempts > 0 || error.code === 'number_already_registered') {
    const found = await lookUp(ctx, port, order);
    if (found) return found;
  }
  await applyUpdate(ctx, order.id, {
    source: 'answer',
    order: {
      status: 'error',
      providerStatus: error.code,
      reason: error.message,
      numberId: null,
      orderId: null,
    },
    errorCode: error.code,
    errorDetails: error.details,
  });
  return { kind: 'refused', error };
}
