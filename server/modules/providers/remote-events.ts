import type { ProviderEvent } from './model.ts';
import { text } from './parse.ts';
import type { RemoteOrder } from './port.ts';
import { type TelnyxOrder, toRemoteOrder } from './telnyx/orders.ts';

/** What an event of the topic telnyx.number_order says of each number of the order; empty when it says nothing of use. */
export function ordersOfEvent(event: ProviderEvent): { reference: string | null; orders: RemoteOrder[] } {
  const order = event.payload as TelnyxOrder;
  const reference = text(order.customer_reference);
  if (!text(order.id)) return { reference, orders: [] };
  const phoneNumbers = (order.phone_numbers ?? [])
    .map((line) => text(line?.phone_number))
    .filter((number) => number !== null);
  return { reference, orders: phoneNumbers.map((phoneNumber) => toRemoteOrder(order, phoneNumber)) };
}

/** The bundle that an event of the topic twilio.bundle is about. It is a hint: ask for the bundle before acting. */
export function bundleOfEvent(event: ProviderEvent): string | null {
  return text(event.payload.BundleSid);
}
