import { adjustBalance, getAccount } from '../../core/accounts.ts';
import { isoMicros } from '../../core/clock.ts';
import type { Answer, Call } from '../../core/http.ts';
import { uuid } from '../../core/ids.ts';
import { classify, type InventoryNumber } from '../../core/inventory.ts';
import { addDecimals, negate } from '../../core/money.ts';
import { ownerOf } from '../../core/owned.ts';
import { GROUP_MANDATORY, needsOf } from '../../data/requirements.ts';
import { upfrontCost, wasSeen } from '../available.ts';
import { missing, refuse, telnyxDialect } from '../dialect.ts';
import { type Group, usableGroup } from '../groups/model.ts';
import { addNumber } from '../numbers/model.ts';
import { objectsOf, ok, textOf } from '../shape.ts';
import {
  type Order,
  type OrderNumber,
  orderView,
  saveOrder,
  saveOrderNumber,
  saveSubOrder,
} from './model.ts';
import { settlePaperwork } from './review.ts';

interface Line {
  inventory: InventoryNumber;
  group: Group | undefined;
  bundleId: string | null;
}

/** The numbers a create request names, for sentinels. */
export function orderedNumbers(call: Call): string[] {
  return objectsOf(call.body.phone_numbers).map((item) => textOf(item, 'phone_number') ?? '');
}

/** POST /number_orders: checks everything, charges, then writes the order with its sub orders and numbers. */
export function createOrder(call: Call): Answer {
  const items = objectsOf(call.body.phone_numbers);
  if (items.length === 0) throw missing('/phone_numbers');
  const lines = items.map((item, index) => readLine(call, item, index));
  checkAvailable(call, lines);
  const total = addDecimals(...lines.map((line) => lineCost(line)));
  if (Number(getAccount(call.sb, call.account.id)?.balance ?? 0) < Number(total))
    return telnyxDialect.insufficientFunds();
  adjustBalance(call.sb, call.account.id, negate(total));
  const order = writeOrder(call, lines);
  settlePaperwork(call.sb, order.id);
  return ok(orderView(call.sb, order));
}

/** A month is paid with the purchase. */
function lineCost(line: Line): string {
  return addDecimals(upfrontCost(line.inventory.spec), line.inventory.spec.telnyxMonthly ?? '0.00');
}

function readLine(call: Call, item: Record<string, unknown>, index: number): Line {
  const pointer = `/phone_numbers/${index}/phone_number`;
  const phoneNumber = textOf(item, 'phone_number');
  if (phoneNumber === undefined || phoneNumber === '') throw missing(pointer);
  if (!/^\+[1-9]\d{6,14}$/.test(phoneNumber)) {
    throw refuse(
      422,
      '10016',
      'Phone number must be in +E.164 format',
      `'${phoneNumber}' is not in +E.164 format.`,
      { pointer },
    );
  }
  const inventory = classify(phoneNumber);
  if (inventory === undefined || !wasSeen(call.sb, call.account.id, phoneNumber)) {
    throw refuse(
      422,
      '85000',
      'Phone number must be searched first',
      `Search for ${phoneNumber} before ordering it.`,
      { pointer },
    );
  }
  const { iso } = inventory.country;
  const groupId = textOf(item, 'requirement_group_id');
  if (groupId === undefined && GROUP_MANDATORY.includes(iso) && needsOf(iso, inventory.type).length > 0) {
    throw missing(`/phone_numbers/${index}/requirement_group_id`);
  }
  const group = groupId === undefined ? undefined : usableGroup(call, groupId, iso, inventory.type, pointer);
  return { inventory, group, bundleId: textOf(item, 'bundle_id') ?? null };
}

function checkAvailable(call: Call, lines: Line[]): void {
  const numbers = lines.map((line) => line.inventory.phoneNumber);
  const taken = numbers.filter(
    (number, at) => ownerOf(call.sb, number) !== undefined || numbers.indexOf(number) !== at,
  );
  if (taken.length === 0) return;
  const detail = `These numbers are no longer available: ${taken.join(', ')}`;
  throw refuse(422, '85001', 'Phone numbers no longer available', detail, { pointer: '/phone_numbers' });
}

function writeOrder(call: Call, lines: Line[]): Order {
  const { sb, account, body } = call;
  checkResource(call, 'connection_id', 'telnyx_connection', '85004');
  checkResource(call, 'messaging_profile_id', 'telnyx_messaging_profile', '85005');
  const at = isoMicros(sb.clock.nowMs());
  const order: Order = {
    id: uuid(),
    account: account.id,
    status: 'pending',
    connectionId: textOf(body, 'connection_id'),
    messagingProfileId: textOf(body, 'messaging_profile_id'),
    billingGroupId: textOf(body, 'billing_group_id'),
    customerReference: textOf(body, 'customer_reference'),
    subOrderIds: [],
    numberIds: [],
    createdAt: at,
    updatedAt: at,
  };
  const subOrders = new Map<string, string>();
  for (const line of lines) {
    const key = `${line.inventory.country.iso}/${line.inventory.type}`;
    const subOrderId = subOrders.get(key) ?? writeSubOrder(call, order, line);
    subOrders.set(key, subOrderId);
    order.numberIds.push(writeNumber(call, order, subOrderId, line).id);
  }
  order.subOrderIds = [...subOrders.values()];
  return saveOrder(sb, order);
}

function checkResource(call: Call, field: string, kind: string, code: string): void {
  const id = textOf(call.body, field);
  if (id === undefined || call.sb.store.getOwned(kind, call.account.id, id) !== undefined) return;
  throw refuse(422, code, `Invalid ${field}`, `There is no such ${field}: ${id}`, { pointer: `/${field}` });
}

function writeSubOrder(call: Call, order: Order, line: Line): string {
  const { iso } = line.inventory.country;
  const at = order.createdAt;
  const common = { account: order.account, orderId: order.id, country: iso, type: line.inventory.type };
  return saveSubOrder(call.sb, { id: uuid(), ...common, status: 'pending', createdAt: at, updatedAt: at }).id;
}

function writeNumber(call: Call, order: Order, subOrderId: string, line: Line): OrderNumber {
  const { sb } = call;
  const { phoneNumber, country, type, area, spec } = line.inventory;
  const needs = needsOf(country.iso, type);
  const given = new Map((line.group?.values ?? []).map((value) => [value.requirement_id, value.field_value]));
  addNumber(sb, order.account, {
    phoneNumber,
    country: country.iso,
    type,
    features: spec.features,
    status: 'purchase-pending',
    connectionId: order.connectionId ?? null,
    messagingProfileId: order.messagingProfileId ?? null,
    billingGroupId: order.billingGroupId ?? null,
    customerReference: order.customerReference ?? null,
  });
  return saveOrderNumber(sb, {
    id: uuid(),
    account: order.account,
    orderId: order.id,
    subOrderId,
    phoneNumber,
    country: country.iso,
    type,
    locality: area.locality,
    bundleId: line.bundleId,
    requirementGroupId: line.group?.id,
    values: needs.map((need) => ({ requirement_id: need.id, field_value: given.get(need.id) ?? '' })),
    requirementsMet: needs.length === 0,
    requirementsStatus: needs.length === 0 ? 'approved' : 'requirement-info-pending',
    status: 'pending',
    charged: lineCost(line),
  });
}
