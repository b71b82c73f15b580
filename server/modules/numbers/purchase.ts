import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { type ErrorCode, fail, RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { fromMillionths, type Price, toMillionths } from '../../kernel/money.ts';
import { type PhoneNumber, parseE164 } from '../../kernel/phone.ts';
import { openPriceList, requireBudget } from '../billing/index.ts';
import { paperworkFor } from '../compliance/index.ts';
import { audit } from '../identity/index.ts';
import {
  type AvailableNumber,
  type NumberType,
  type ProviderName,
  type ProviderPort,
  portFor,
} from '../providers/index.ts';
import { findGig } from './gigs-store.ts';
import { likelyTypes } from './model.ts';
import { placeOrder } from './placement.ts';
import * as store from './store.ts';
import { nextCheckAt } from './updates.ts';

/** How long the request's own attempt may take before the job makes another. */
const JOB_DELAY_SECONDS = 30;

export interface Purchase {
  phoneNumber: string;
  provider: ProviderName;
  /** When the buyer knows it; otherwise the likely kinds are tried. */
  type?: NumberType | undefined;
  gigId: string | null;
  requirementGroupId: string | null;
  /** The client's id of this purchase, or its Idempotency-Key: the same one never buys twice. */
  idempotencyKey: string | null;
  /** What the buyer asked for when we picked the number: a repeat is told by this, not by the number. */
  pick?: string;
}

export interface PurchaseOutcome {
  number: store.NumberRow;
  /** True when an earlier purchase under the same key is answered again. */
  replayed: boolean;
}

/**
 * Buys a number: one transaction writes the order and the job, then the order is placed at once. The answer says how it
 * stands; `pending` means that the provider's word is still to come.
 * @throws number_already_registered, number_not_available, insufficient_funds, requirements_incomplete, order_reused, …
 */
export async function purchaseNumber(ctx: CompanyCtx, purchase: Purchase): Promise<PurchaseOutcome> {
  const phone = parseE164(purchase.phoneNumber);
  const request = {
    phoneNumber: phone.e164,
    provider: purchase.provider,
    gigId: purchase.gigId,
    requirementGroupId: purchase.requirementGroupId,
    ...(purchase.pick ? { pick: purchase.pick } : {}),
  };
  const idempotencyKey = purchase.idempotencyKey ?? newId(ctx.kernel.clock);
  const earlier = await earlierPurchase(ctx, idempotencyKey, request);
  if (earlier) return { number: earlier, replayed: true };
  let orderId: string;
  try {
    orderId = await prepareOrder(ctx, purchase, phone, request, idempotencyKey);
  } catch (error) {
    // A double click whose twin was faster finds the number sold: with the same key it gets the same answer.
    const twin = await earlierPurchase(ctx, idempotencyKey, request);
    if (twin) return { number: twin, replayed: true };
    throw error;
  }
  await placeNow(ctx, orderId);
  const number = await transact(ctx, async (tx) =>
    store.findNumber(tx, (await store.findOrder(tx, orderId))!.numberId),
  );
  return { number: number!, replayed: false };
}

/** Everything that can be refused before money is at stake; then the order is written. @returns its id. */
async function prepareOrder(
  ctx: CompanyCtx,
  purchase: Purchase,
  phone: PhoneNumber,
  request: Omit<store.PurchaseRequest, 'remoteGroupId'>,
  idempotencyKey: string,
): Promise<string> {
  await assertBuyable(ctx, request);
  const { accountId, port } = await portFor(ctx, purchase.provider);
  const available = await findAvailable(port, phone, purchase.type);
  const zone = { provider: purchase.provider, country: available.country, type: available.type };
  const paperwork = await paperworkFor(ctx, zone, purchase.requirementGroupId);
  return writeOrder(ctx, {
    request: { ...request, remoteGroupId: paperwork.remoteGroupId },
    accountId,
    available,
    groupId: paperwork.groupId,
    idempotencyKey,
  });
}

/** The number of an earlier purchase under the same key. Throws its refusal again, or order_reused when it was another. */
export async function earlierPurchase(
  ctx: CompanyCtx,
  idempotencyKey: string,
  request: Omit<store.PurchaseRequest, 'remoteGroupId'>,
): Promise<store.NumberRow | null> {
  const found = await transact(ctx, async (tx) => {
    const order = await store.findOrderByKey(tx, idempotencyKey);
    return order && { order, number: (await store.findNumber(tx, order.numberId))! };
  });
  if (!found) return null;
  const field = (Object.keys(request) as (keyof typeof request)[]).find(
    (name) => !(name === 'phoneNumber' && request.pick) && found.order.request[name] !== request[name],
  );
  if (field) fail('order_reused', { field });
  if (found.order.state === 'error') {
    throw new RelaisError(found.order.errorCode as ErrorCode, {
      params: { provider: found.order.provider, reason: found.number.statusReason ?? '' },
      details: found.order.errorDetails ?? undefined,
    });
  }
  return found.number;
}

async function assertBuyable(
  ctx: CompanyCtx,
  request: { phoneNumber: string; gigId: string | null },
): Promise<void> {
  await transact(ctx, async (tx) => {
    if (request.gigId && !(await findGig(tx, request.gigId))) fail('not_found', { what: 'gig' });
    if (await store.findHeldNumber(tx, request.phoneNumber)) fail('number_already_registered');
  });
}

/** The number as the provider sells it now: only numbers seen in a search may be ordered. Throws number_not_available. */
async function findAvailable(
  port: ProviderPort,
  phone: PhoneNumber,
  type: NumberType | undefined,
): Promise<AvailableNumber> {
  const country = phone.country;
  if (!country) fail('invalid_phone_number', { phoneNumber: phone.e164 });
  for (const candidate of type ? [type] : likelyTypes(phone.lineType)) {
    const found = await port
      .searchNumbers({ country, type: candidate, phoneNumber: phone.e164, limit: 5 })
      .catch(noSuchKind);
    const exact = found.find((number) => number.phoneNumber === phone.e164);
    if (exact) return exact;
  }
  fail('number_not_available');
}

/** A country without a kind of number has no number of that kind. */
function noSuchKind(error: unknown): AvailableNumber[] {
  if (
    error instanceof RelaisError &&
    (error.code === 'country_not_covered' || error.code === 'number_not_available')
  )
    return [];
  throw error;
}

interface OrderDraft {
  request: store.PurchaseRequest;
  accountId: string | null;
  available: AvailableNumber;
  groupId: string | null;
  idempotencyKey: string;
}

/** Writes number, order and job in one transaction. Throws when the number is held already. */
async function writeOrder(ctx: CompanyCtx, draft: OrderDraft): Promise<string> {
  const { clock } = ctx.kernel;
  const [orderId, numberId] = [newId(clock), newId(clock)];
  try {
    await transact(ctx, async (tx) => {
      await requireAffordable(ctx, tx, draft);
      await writeOrderRows(ctx, tx, draft, orderId, numberId);
    });
    return orderId;
  } catch (error) {
    if (!isUniqueViolation(error, 'numbers_one_holder')) throw error;
    const own = await transact(ctx, (tx) => store.findHeldNumber(tx, draft.request.phoneNumber));
    fail(own ? 'number_already_registered' : 'number_not_available');
  }
}

/** What has to be paid at once: the first month, and the set-up. The list stands in for a provider that does not say. */
async function firstCost(ctx: CompanyCtx, tx: Tx, { request, available }: OrderDraft): Promise<Price | null> {
  const { country, type: numberType, monthlyCost, upfrontCost } = available;
  const { provider, phoneNumber } = request;
  const list = await openPriceList(ctx, tx, 'number');
  const month = monthlyCost ?? list.priceOf({ direction: null, provider, phoneNumber, country, numberType });
  if (!month || (upfrontCost && upfrontCost.currency !== month.currency)) return month ?? upfrontCost;
  const sum = toMillionths(month.amount) + toMillionths(upfrontCost?.amount ?? '0');
  return { amount: fromMillionths(sum), currency: month.currency };
}

/** @throws budget_reached. */
async function requireAffordable(ctx: CompanyCtx, tx: Tx, draft: OrderDraft): Promise<void> {
  const { phoneNumber: ourNumber, gigId } = draft.request;
  const cost = await firstCost(ctx, tx, draft);
  await requireBudget(ctx, tx, { kind: 'number', ourNumber, gigId, userId: null, cost });
}

async function writeOrderRows(
  ctx: CompanyCtx,
  tx: Tx,
  draft: OrderDraft,
  orderId: string,
  numberId: string,
): Promise<void> {
  const { request, available, accountId, groupId, idempotencyKey } = draft;
  const at = ctx.kernel.clock.now();
  const { provider, phoneNumber, gigId } = request;
  const common = { companyId: ctx.companyId, provider, providerAccountId: accountId, at };
  await store.insertNumber(tx, {
    ...common,
    id: numberId,
    phoneNumber,
    country: available.country,
    numberType: available.type,
    gigId,
    requirementGroupId: groupId,
    features: available.features,
    monthlyCost: available.monthlyCost?.amount ?? null,
    upfrontCost: available.upfrontCost?.amount ?? null,
    currency: (available.monthlyCost ?? available.upfrontCost)?.currency ?? null,
  });
  await store.insertOrder(tx, {
    ...common,
    id: orderId,
    numberId,
    reference: `relais-${orderId}`,
    idempotencyKey,
    request,
    nextCheckAt: nextCheckAt(ctx, 1),
  });
  await store.addEvent(tx, {
    id: newId(ctx.kernel.clock),
    companyId: ctx.companyId,
    numberId,
    kind: 'requested',
    status: 'pending',
    source: 'request',
    providerStatus: '',
    text: ctx.actor.name,
    at,
  });
  await enqueue(
    tx,
    'numbers.place_order',
    { orderId, companyId: ctx.companyId },
    { key: `numbers.place_order:${orderId}`, delaySeconds: JOB_DELAY_SECONDS },
  );
  await audit(tx, ctx, {
    action: 'number.purchased',
    entityType: 'number',
    entityId: numberId,
    changes: { phoneNumber: { from: null, to: phoneNumber }, provider: { from: null, to: provider } },
  });
  await publish(tx, ctx.companyId, 'number', numberId);
}

/** Places the order while the buyer waits. A refusal is the answer; anything unsure is left to the job and the timer. */
async function placeNow(ctx: CompanyCtx, orderId: string): Promise<void> {
  try {
    const placement = await placeOrder(ctx, orderId);
    if (placement.kind === 'refused') throw placement.error;
  } catch (error) {
    if (
      error instanceof RelaisError &&
      error.code.startsWith('provider_') &&
      error.code !== 'provider_rejected'
    ) {
      ctx.log.warn({ err: error, orderId }, 'An order could not be placed at once; it will be');
      return;
    }
    throw error;
  }
}
