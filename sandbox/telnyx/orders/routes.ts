import type { Answer, Call, Route } from '../../core/http.ts';
import { textAt } from '../../core/query.ts';
import { invalid, missing, notFound, refuse } from '../dialect.ts';
import { type Group, usableGroup } from '../groups/model.ts';
import { ok, page, textOf } from '../shape.ts';
import { mergeValues, readValues } from '../values.ts';
import { createOrder, orderedNumbers } from './create.ts';
import {
  numbersOf,
  numbersOfSubOrder,
  ORDER,
  ORDER_NUMBER,
  type Order,
  type OrderNumber,
  orderLineView,
  orderListView,
  orderNumberView,
  orderView,
  SUB_ORDER,
  type SubOrder,
  saveOrder,
  saveOrderNumber,
  subOrderView,
} from './model.ts';
import { cancelSubOrder, settlePaperwork } from './review.ts';

export const orderRoutes: Route[] = [
  {
    method: 'POST',
    path: '/number_orders',
    handler: createOrder,
    concerns: (call) => ({ numbers: orderedNumbers(call) }),
  },
  { method: 'GET', path: '/number_orders', handler: listOrders },
  { method: 'GET', path: '/number_orders/:id', handler: (call) => ok(orderView(call.sb, findOrder(call))) },
  { method: 'PATCH', path: '/number_orders/:id', handler: patchOrder },
  { method: 'GET', path: '/sub_number_orders', handler: listSubOrders },
  { method: 'GET', path: '/sub_number_orders/:id', handler: getSubOrder },
  { method: 'PATCH', path: '/sub_number_orders/:id', handler: patchSubOrder },
  { method: 'PATCH', path: '/sub_number_orders/:id/cancel', handler: cancel },
  { method: 'POST', path: '/sub_number_orders/:id/requirement_group', handler: groupForSubOrder },
  { method: 'GET', path: '/number_order_phone_numbers', handler: listNumbers },
  {
    method: 'GET',
    path: '/number_order_phone_numbers/:id',
    handler: (call) => ok(orderNumberView(findLine(call))),
  },
  { method: 'PATCH', path: '/number_order_phone_numbers/:id', handler: patchNumber },
  { method: 'POST', path: '/number_order_phone_numbers/:id/requirement_group', handler: groupForNumber },
];

function owned<T>(call: Call, kind: string): T {
  const found = call.sb.store.getOwned<T>(kind, call.account.id, call.params.id ?? '');
  if (found === undefined) throw notFound();
  return found;
}

const findOrder = (call: Call): Order => owned<Order>(call, ORDER);
const findSubOrder = (call: Call): SubOrder => owned<SubOrder>(call, SUB_ORDER);
const findLine = (call: Call): OrderNumber => owned<OrderNumber>(call, ORDER_NUMBER);

function listOrders(call: Call): Answer {
  const filter = (...path: string[]) => textAt(call.query, 'filter', ...path);
  const [status, reference, count] = [
    filter('status'),
    filter('customer_reference'),
    filter('phone_numbers_count'),
  ];
  const [after, before, met] = [
    filter('created_at', 'gt'),
    filter('created_at', 'lt'),
    filter('requirements_met'),
  ];
  const orders = call.sb.store
    .list<Order>(ORDER, call.account.id)
    .filter((order) => status === undefined || order.status === status)
    .filter((order) => reference === undefined || order.customerReference === reference)
    .filter((order) => count === undefined || order.numberIds.length === Number(count))
    .filter((order) => after === undefined || Date.parse(order.createdAt) > Date.parse(after))
    .filter((order) => before === undefined || Date.parse(order.createdAt) < Date.parse(before))
    .filter((order) => met === undefined || String(isMet(call, order)) === met);
  return page(
    call,
    orders.reverse().map((order) => orderListView(call.sb, order)),
  );
}

function isMet(call: Call, order: Order): boolean {
  return numbersOf(call.sb, order).every((number) => number.requirementsMet);
}

function patchOrder(call: Call): Answer {
  const order = findOrder(call);
  const reference = textOf(call.body, 'customer_reference');
  const saved = saveOrder(call.sb, { ...order, customerReference: reference ?? order.customerReference });
  if (call.body.regulatory_requirements !== undefined) {
    fill(call, numbersOf(call.sb, order));
    settlePaperwork(call.sb, order.id);
  }
  return ok(orderView(call.sb, saved));
}

function listSubOrders(call: Call): Answer {
  const filter = (name: string) => textAt(call.query, 'filter', name);
  const tests: [string, (subOrder: SubOrder) => string][] = [
    ['status', (subOrder) => subOrder.status],
    ['order_request_id', (subOrder) => subOrder.orderId],
    ['country_code', (subOrder) => subOrder.country],
    ['phone_number_type', (subOrder) => subOrder.type],
    ['phone_numbers_count', (subOrder) => String(numbersOfSubOrder(call.sb, subOrder).length)],
  ];
  const found = call.sb.store
    .list<SubOrder>(SUB_ORDER, call.account.id)
    .filter((subOrder) =>
      tests.every(([name, read]) => filter(name) === undefined || filter(name) === read(subOrder)),
    );
  return page(
    call,
    found.reverse().map((subOrder) => subOrderView(call.sb, subOrder)),
  );
}

function getSubOrder(call: Call): Answer {
  const subOrder = findSubOrder(call);
  const view = subOrderView(call.sb, subOrder);
  if (textAt(call.query, 'filter', 'include_phone_numbers') !== 'true') return ok(view);
  return ok({ ...view, phone_numbers: numbersOfSubOrder(call.sb, subOrder).map(orderLineView) });
}

function patchSubOrder(call: Call): Answer {
  const subOrder = findSubOrder(call);
  fill(call, numbersOfSubOrder(call.sb, subOrder));
  settlePaperwork(call.sb, subOrder.orderId);
  return ok(subOrderView(call.sb, findSubOrder(call)));
}

function cancel(call: Call): Answer {
  const subOrder = findSubOrder(call);
  if (!cancelSubOrder(call.sb, subOrder)) {
    throw refuse(422, '10027', 'Unprocessable entity', 'Only pending sub number orders can be cancelled.');
  }
  return ok(subOrderView(call.sb, findSubOrder(call)));
}

function groupForSubOrder(call: Call): Answer {
  const subOrder = findSubOrder(call);
  const group = groupOfBody(call, subOrder.country, subOrder.type);
  const numbers = numbersOfSubOrder(call.sb, subOrder);
  if (numbers.every((number) => number.requirementsStatus === 'approved')) throw satisfied();
  for (const number of numbers) adopt(call, number, group);
  settlePaperwork(call.sb, subOrder.orderId);
  const lines = numbersOfSubOrder(call.sb, subOrder).map(lineWithStatuses);
  return ok({ ...subOrderView(call.sb, findSubOrder(call)), phone_numbers: lines });
}

function listNumbers(call: Call): Answer {
  const country = textAt(call.query, 'filter', 'country_code');
  const found = call.sb.store
    .list<OrderNumber>(ORDER_NUMBER, call.account.id)
    .filter((number) => country === undefined || number.country === country);
  return page(call, found.reverse().map(orderNumberView));
}

function patchNumber(call: Call): Answer {
  const number = findLine(call);
  fill(call, [number]);
  settlePaperwork(call.sb, number.orderId);
  return ok(orderNumberView(findLine(call)));
}

function groupForNumber(call: Call): Answer {
  const number = findLine(call);
  if (number.requirementsStatus === 'approved') throw satisfied();
  adopt(call, number, groupOfBody(call, number.country, number.type));
  settlePaperwork(call.sb, number.orderId);
  const line = findLine(call);
  return ok({ ...orderNumberView(line), regulatory_requirements: valuesWithStatuses(line) });
}

const satisfied = () =>
  refuse(422, '85003', 'Requirements already satisfied', 'Nothing more is required for these numbers.');

function groupOfBody(call: Call, country: string, type: string): Group {
  const id = textOf(call.body, 'requirement_group_id');
  if (id === undefined) throw missing('/requirement_group_id');
  return usableGroup(call, id, country, type, '/requirement_group_id');
}

/** Copies a group's values into a number; later edits of the group do not follow. */
function adopt(call: Call, number: OrderNumber, group: Group): void {
  if (number.status !== 'pending') return;
  saveOrderNumber(call.sb, {
    ...number,
    requirementGroupId: group.id,
    values: mergeValues(number.values, group.values),
  });
}

function fill(call: Call, numbers: OrderNumber[]): void {
  const open = numbers.filter((number) => number.status === 'pending');
  if (open.length === 0)
    throw invalid('/regulatory_requirements', 'No number of this order is waiting for requirements.');
  for (const number of open) {
    const next = readValues(
      call.sb,
      call.account,
      number.country,
      number.type,
      call.body.regulatory_requirements,
    );
    saveOrderNumber(call.sb, { ...number, values: mergeValues(number.values, next) });
  }
}

function lineWithStatuses(number: OrderNumber): Record<string, unknown> {
  const { country_iso_alpha2: _iso, ...line } = orderLineView(number);
  return { ...line, regulatory_requirements: valuesWithStatuses(number) };
}

function valuesWithStatuses(number: OrderNumber): Record<string, unknown>[] {
  const values = orderLineView(number).regulatory_requirements as Record<string, unknown>[];
  return values.map(({ record_type: _type, ...value }) => ({ ...value, status: number.requirementsStatus }));
}
