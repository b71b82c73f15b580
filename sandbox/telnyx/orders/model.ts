import { isoMicros } from '../../core/clock.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { REQUIREMENT_TYPES } from '../../data/requirements.ts';
import { compact } from '../shape.ts';
import { fieldType, type RequirementValue } from '../values.ts';

export type OrderStatus = 'pending' | 'success' | 'failure';

export type RequirementsStatus =
  | 'pending'
  | 'approved'
  | 'cancelled'
  | 'deleted'
  | 'requirement-info-pending'
  | 'requirement-info-under-review'
  | 'requirement-info-exception';

/** A number order: the parent of sub orders (one per country and type) and of its numbers. */
export interface Order {
  id: string;
  account: string;
  status: OrderStatus;
  connectionId?: string | undefined;
  messagingProfileId?: string | undefined;
  billingGroupId?: string | undefined;
  customerReference?: string | undefined;
  subOrderIds: string[];
  numberIds: string[];
  createdAt: string;
  updatedAt: string;
}

export interface SubOrder {
  id: string;
  account: string;
  orderId: string;
  country: string;
  type: string;
  status: OrderStatus;
  createdAt: string;
  updatedAt: string;
}

/** One number of an order. */
export interface OrderNumber {
  id: string;
  account: string;
  orderId: string;
  subOrderId: string;
  phoneNumber: string;
  country: string;
  type: string;
  locality: string;
  bundleId: string | null;
  requirementGroupId?: string | undefined;
  values: RequirementValue[];
  requirementsMet: boolean;
  requirementsStatus: RequirementsStatus;
  status: OrderStatus;
  /** When missing paperwork cancels the number. */
  deadline?: string | undefined;
  /** What was charged, as a decimal string. */
  charged: string;
}

export const ORDER = 'telnyx_order';
export const SUB_ORDER = 'telnyx_sub_order';
export const ORDER_NUMBER = 'telnyx_order_number';

export const now = (sb: Sandbox): string => isoMicros(sb.clock.nowMs());

export function saveOrder(sb: Sandbox, order: Order): Order {
  const saved = { ...order, updatedAt: now(sb) };
  sb.store.put(ORDER, order.account, order.id, saved);
  return saved;
}

export function saveSubOrder(sb: Sandbox, subOrder: SubOrder): SubOrder {
  const saved = { ...subOrder, updatedAt: now(sb) };
  sb.store.put(SUB_ORDER, subOrder.account, subOrder.id, saved);
  return saved;
}

export function saveOrderNumber(sb: Sandbox, number: OrderNumber): OrderNumber {
  sb.store.put(ORDER_NUMBER, number.account, number.id, number);
  return number;
}

/** The numbers of an order, as they were ordered. */
export function numbersOf(sb: Sandbox, order: Order): OrderNumber[] {
  return order.numberIds
    .map((id) => sb.store.get<OrderNumber>(ORDER_NUMBER, id))
    .filter((number) => number !== undefined);
}

/** The numbers of a sub order. */
export function numbersOfSubOrder(sb: Sandbox, subOrder: SubOrder): OrderNumber[] {
  const order = sb.store.get<Order>(ORDER, subOrder.orderId);
  return order === undefined
    ? []
    : numbersOf(sb, order).filter((number) => number.subOrderId === subOrder.id);
}

function valueView(value: RequirementValue): Record<string, unknown> {
  const need = REQUIREMENT_TYPES.get(value.requirement_id);
  return {
    record_type: 'phone_number_regulatory_requirement',
    requirement_id: value.requirement_id,
    field_type: need === undefined ? 'textual' : fieldType(need),
    field_value: value.field_value,
  };
}

/** A number inside an order. */
export function orderLineView(number: OrderNumber): Record<string, unknown> {
  return compact({
    id: number.id,
    record_type: 'number_order_phone_number',
    phone_number: number.phoneNumber,
    bundle_id: number.bundleId,
    country_code: number.country,
    country_iso_alpha2: number.country,
    phone_number_type: number.type,
    regulatory_requirements: number.values.map(valueView),
    requirements_met: number.requirementsMet,
    requirements_status: number.requirementsStatus,
    status: number.status,
  });
}

/** A number on its own, as `/number_order_phone_numbers` shows it. */
export function orderNumberView(number: OrderNumber): Record<string, unknown> {
  const { country_iso_alpha2: _iso, ...line } = orderLineView(number);
  return compact({
    ...line,
    deadline: number.deadline,
    is_block_number: false,
    locality: number.locality,
    order_request_id: number.orderId,
    sub_number_order_id: number.subOrderId,
  });
}

/** The whole order. */
export function orderView(sb: Sandbox, order: Order): Record<string, unknown> {
  const numbers = numbersOf(sb, order);
  return { ...orderHead(order, numbers), phone_numbers: numbers.map(orderLineView) };
}

/** The order as lists show it: its numbers have only an id and a phone number. */
export function orderListView(sb: Sandbox, order: Order): Record<string, unknown> {
  const numbers = numbersOf(sb, order);
  const lines = numbers.map((number) => ({ id: number.id, phone_number: number.phoneNumber }));
  return { ...orderHead(order, numbers), phone_numbers: lines };
}

function orderHead(order: Order, numbers: OrderNumber[]): Record<string, unknown> {
  return compact({
    id: order.id,
    record_type: 'number_order',
    phone_numbers_count: numbers.length,
    connection_id: order.connectionId,
    messaging_profile_id: order.messagingProfileId,
    billing_group_id: order.billingGroupId,
    customer_reference: order.customerReference,
    sub_number_orders_ids: order.subOrderIds,
    status: order.status,
    requirements_met: numbers.every((number) => number.requirementsMet),
    created_at: order.createdAt,
    updated_at: order.updatedAt,
  });
}

export function subOrderView(sb: Sandbox, subOrder: SubOrder): Record<string, unknown> {
  const order = sb.store.get<Order>(ORDER, subOrder.orderId);
  const numbers = numbersOfSubOrder(sb, subOrder);
  return compact({
    id: subOrder.id,
    record_type: 'sub_number_order',
    order_request_id: subOrder.orderId,
    country_code: subOrder.country,
    phone_number_type: subOrder.type,
    user_id: subOrder.account,
    regulatory_requirements: subOrderNeeds(numbers),
    phone_numbers_count: numbers.length,
    requirements_met: numbers.every((number) => number.requirementsMet),
    status: subOrder.status,
    customer_reference: order?.customerReference,
    is_block_sub_number_order: false,
    created_at: subOrder.createdAt,
    updated_at: subOrder.updatedAt,
  });
}

function subOrderNeeds(numbers: OrderNumber[]): Record<string, unknown>[] {
  const values = numbers[0]?.values ?? [];
  return values.map(valueView).map(({ field_value: _value, ...rest }) => rest);
}
