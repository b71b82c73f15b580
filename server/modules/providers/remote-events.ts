import type { RemoteOrder } from './port.ts';
import { type TelnyxOrder, toRemoteOrder } from './telnyx/orders.ts';

/**
 * What the payload of a telnyx.number_order event says of one number of the order. The number's own id is not among it.
 * @throws provider_error when the payload names no order.
 */
export function telnyxOrderNews(payload: object, phoneNumber: string): RemoteOrder {
  return toRemoteOrder(payload as TelnyxOrder, phoneNumber);
}
