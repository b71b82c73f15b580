import { adjustBalance } from '../../core/accounts.ts';
import { isoMicros } from '../../core/clock.ts';
import { strike } from '../../core/faults.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import { telnyxEvent } from '../../core/webhooks.ts';
import { addComment } from '../comments.ts';
import { GROUP, type Group } from '../groups/model.ts';
import { notifyOrder } from '../notifications.ts';
import { dropNumber, findNumber, type NumberStatus, saveNumber } from '../numbers/model.ts';
import { firstViolation, missingNeeds } from '../values.ts';
import {
  numbersOf,
  numbersOfSubOrder,
  ORDER,
  type Order,
  type OrderNumber,
  orderView,
  type RequirementsStatus,
  SUB_ORDER,
  type SubOrder,
  saveOrder,
  saveOrderNumber,
  saveSubOrder,
} from './model.ts';

export const ORDER_REVIEW = 'telnyx.order.review';
const DEADLINE_MS = 30 * 86_400_000;
const DEFAULT_REASON =
  'The document cannot be read. Upload a complete, sharp copy that is less than three months old.';

/** What an order's review may end with when somebody asks for it. */
export type Verdict = 'complete' | 'fail';

/** Teaches the task runner to review orders. */
export function registerOrderReviews(sb: Sandbox): void {
  sb.tasks.handle(ORDER_REVIEW, (body) => () => reviewOrder(sb, (body as { orderId: string }).orderId));
}

/**
 * Looks at the paperwork of an order's pending numbers and plans the review once something can be reviewed.
 * Call it after the order is made and after values or groups changed.
 */
export function settlePaperwork(sb: Sandbox, orderId: string): void {
  const order = sb.store.get<Order>(ORDER, orderId);
  if (order === undefined || order.status !== 'pending') return;
  for (const number of numbersOf(sb, order)) {
    if (number.status === 'pending' && number.requirementsStatus !== 'approved') settleNumber(sb, number);
  }
  saveOrder(sb, order);
  const open = numbersOf(sb, order).filter((number) => number.status === 'pending' && number.requirementsMet);
  if (open.length > 0) planReview(sb, order, open);
}

function settleNumber(sb: Sandbox, number: OrderNumber): void {
  const met = missingNeeds(number.country, number.type, number.values).length === 0;
  const status: RequirementsStatus = met ? 'requirement-info-under-review' : 'requirement-info-pending';
  const deadline = met ? undefined : isoMicros(sb.clock.nowMs() + DEADLINE_MS);
  saveOrderNumber(sb, { ...number, requirementsMet: met, requirementsStatus: status, deadline });
  setNumberStatus(sb, number, status);
}

function setNumberStatus(sb: Sandbox, number: OrderNumber, status: NumberStatus): void {
  const owned = findNumber(sb, number.account, number.phoneNumber);
  if (owned === undefined) return;
  const activatedAt = status === 'active' ? isoMicros(sb.clock.nowMs()) : owned.activatedAt;
  saveNumber(sb, { ...owned, status, activatedAt });
}

function planReview(sb: Sandbox, order: Order, open: OrderNumber[]): void {
  const planned = sb.tasks
    .pending()
    .some((task) => task.kind === ORDER_REVIEW && (task.body as { orderId: string }).orderId === order.id);
  const occasion = {
    provider: 'telnyx' as const,
    account: order.account,
    numbers: open.map((number) => number.phoneNumber),
  };
  if (planned || strike(sb, ['stays_pending'], occasion) !== undefined) return;
  sb.tasks.schedule(ORDER_REVIEW, sb.reviewMs, { orderId: order.id });
}

/** Decides every number that can be decided. `verdict` overrides the paperwork and the faults. */
export function reviewOrder(sb: Sandbox, orderId: string, verdict?: Verdict): void {
  const order = sb.store.get<Order>(ORDER, orderId);
  if (order === undefined || order.status !== 'pending') return;
  const before = orderView(sb, order);
  for (const number of numbersOf(sb, order)) {
    if (number.status === 'pending') reviewNumber(sb, number, verdict);
  }
  closeSubOrders(sb, order);
  const numbers = numbersOf(sb, order);
  if (numbers.every((number) => number.status !== 'pending')) finish(sb, order, numbers, before);
  changed(sb);
}

function reviewNumber(sb: Sandbox, number: OrderNumber, verdict: Verdict | undefined): void {
  const judgement = verdict ?? judge(sb, number);
  if (judgement === 'complete') approve(sb, number);
  else if (judgement === 'fail') fail(sb, number);
  else if (judgement !== undefined) sendBack(sb, number, judgement.reason);
}

/** What the review of a number comes to; undefined while its paperwork is not complete. */
function judge(sb: Sandbox, number: OrderNumber): Verdict | { reason: string } | undefined {
  if (!number.requirementsMet) return undefined;
  const occasion = { provider: 'telnyx' as const, account: number.account, numbers: [number.phoneNumber] };
  if (strike(sb, ['order_fails'], occasion) !== undefined) return 'fail';
  const reason = objection(sb, number);
  return reason === undefined ? 'complete' : { reason };
}

/** Why a reviewer would send the number's paperwork back. */
function objection(sb: Sandbox, number: OrderNumber): string | undefined {
  if (number.values.length === 0) return undefined;
  const group =
    number.requirementGroupId === undefined
      ? undefined
      : sb.store.get<Group>(GROUP, number.requirementGroupId);
  if (group?.status === 'declined') return 'The requirement group was declined. See its comments.';
  const occasion = { provider: 'telnyx' as const, account: number.account, numbers: [number.phoneNumber] };
  const rejected = strike(sb, ['rejected'], occasion);
  if (rejected !== undefined) return rejected.reason ?? DEFAULT_REASON;
  return firstViolation(number.values)?.reason;
}

function approve(sb: Sandbox, number: OrderNumber): void {
  saveOrderNumber(sb, {
    ...number,
    status: 'success',
    requirementsMet: true,
    requirementsStatus: 'approved',
    deadline: undefined,
  });
  setNumberStatus(sb, number, 'active');
}

function fail(sb: Sandbox, number: OrderNumber): void {
  saveOrderNumber(sb, { ...number, status: 'failure' });
  refund(sb, number);
}

function sendBack(sb: Sandbox, number: OrderNumber, reason: string): void {
  const deadline = isoMicros(sb.clock.nowMs() + DEADLINE_MS);
  const requirementsStatus = 'requirement-info-exception' as const;
  saveOrderNumber(sb, { ...number, requirementsMet: false, requirementsStatus, deadline });
  setNumberStatus(sb, number, requirementsStatus);
  addComment(sb, number.account, 'sub_number_order', number.subOrderId, reason);
}

/** Gives the money back and the number up. */
function refund(sb: Sandbox, number: OrderNumber): void {
  adjustBalance(sb, number.account, number.charged);
  const owned = findNumber(sb, number.account, number.phoneNumber);
  if (owned !== undefined) dropNumber(sb, owned);
}

function closeSubOrders(sb: Sandbox, order: Order): void {
  for (const id of order.subOrderIds) {
    const subOrder = sb.store.get<SubOrder>(SUB_ORDER, id);
    if (subOrder === undefined || subOrder.status !== 'pending') continue;
    const numbers = numbersOfSubOrder(sb, subOrder);
    if (numbers.some((number) => number.status === 'pending')) continue;
    const failed = numbers.some((number) => number.status === 'failure');
    saveSubOrder(sb, { ...subOrder, status: failed ? 'failure' : 'success' });
  }
}

function finish(sb: Sandbox, order: Order, numbers: OrderNumber[], before: Record<string, unknown>): void {
  const failed = numbers.some((number) => number.status === 'failure');
  const closed = saveOrder(sb, { ...order, status: failed ? 'failure' : 'success' });
  const event = telnyxEvent(sb, 'number_order.complete', orderView(sb, closed));
  const earlier = telnyxEvent(sb, 'number_order.complete', before, Date.parse(order.createdAt));
  notifyOrder(
    sb,
    order.account,
    event,
    earlier,
    numbers.map((number) => number.phoneNumber),
  );
}

/** Gives up what is pending of a sub order, with its money. Returns false if nothing was pending. */
export function cancelSubOrder(sb: Sandbox, subOrder: SubOrder): boolean {
  const order = sb.store.get<Order>(ORDER, subOrder.orderId);
  if (order === undefined || subOrder.status !== 'pending') return false;
  const before = orderView(sb, order);
  for (const number of numbersOfSubOrder(sb, subOrder)) {
    if (number.status !== 'pending') continue;
    saveOrderNumber(sb, { ...number, status: 'failure', requirementsStatus: 'cancelled' });
    refund(sb, number);
  }
  closeSubOrders(sb, order);
  const numbers = numbersOf(sb, order);
  if (numbers.every((number) => number.status !== 'pending')) finish(sb, order, numbers, before);
  return true;
}
