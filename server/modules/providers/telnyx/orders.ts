import { RelaisError } from '../../../kernel/errors.ts';
import { hasProviderStatus } from '../failure.ts';
import { text } from '../parse.ts';
import type { OrderRequest, RemoteOrder } from '../port.ts';
import { everyItem, type TelnyxParts } from './client.ts';
import { commentsOn } from './comments.ts';
import { findNumber } from './numbers.ts';

/** The parts of a number order that we read, from an answer or from the webhook number_order.complete. */
export interface TelnyxOrder {
  id?: string;
  status?: string;
  customer_reference?: string;
  sub_number_orders_ids?: string[];
  phone_numbers?: { phone_number?: string; status?: string; requirements_status?: string }[];
}

export async function placeOrder(parts: TelnyxParts, order: OrderRequest): Promise<RemoteOrder> {
  const { client, request } = parts;
  const answer = await request('once', () =>
    client.numberOrders.create({
      phone_numbers: [
        {
          phone_number: order.phoneNumber,
          ...(order.groupId ? { requirement_group_id: order.groupId } : {}),
        },
      ],
      customer_reference: order.reference,
      ...(order.connectionId ? { connection_id: order.connectionId } : {}),
      ...(order.messagingProfileId ? { messaging_profile_id: order.messagingProfileId } : {}),
    }),
  ).catch((error: unknown) => {
    throw asAlreadyOwned(error);
  });
  return complete(parts, toRemoteOrder(answer.data as TelnyxOrder | undefined, order.phoneNumber));
}

/** Telnyx has no code of its own for a number that the account owns already: it says so in words. */
function asAlreadyOwned(error: unknown): unknown {
  if (!(error instanceof RelaisError) || error.code !== 'provider_rejected') return error;
  const message = String((error.details as { providerMessage?: unknown }).providerMessage);
  return /already (exists|owned|registered|purchased|in your account|belongs)/i.test(message)
    ? new RelaisError('number_already_registered', { details: error.details, cause: error })
    : error;
}

export async function getOrder(
  parts: TelnyxParts,
  orderId: string,
  phoneNumber: string,
): Promise<RemoteOrder> {
  const answer = await parts.request('repeatable', () => parts.client.numberOrders.retrieve(orderId));
  const raw = answer.data as TelnyxOrder | undefined;
  const order = toRemoteOrder({ id: orderId, ...raw }, phoneNumber);
  if (order.reason && order.status === 'pending') order.reason = await rejectionOf(parts, raw, order.reason);
  return complete(parts, order);
}

/** Orders keep the values that a group had when it was named: after a correction the group is named again. */
export async function attachGroup(parts: TelnyxParts, orderId: string, groupId: string): Promise<void> {
  const { client, request } = parts;
  const answer = await request('repeatable', () => client.numberOrders.retrieve(orderId));
  for (const subOrderId of (answer.data as TelnyxOrder | undefined)?.sub_number_orders_ids ?? []) {
    await request('repeatable', () =>
      client.subNumberOrders.updateRequirementGroup(subOrderId, { requirement_group_id: groupId }),
    );
  }
}

/** The order that carries our reference; when there are several, one that did not fail. */
export async function findOrder(
  parts: TelnyxParts,
  wanted: { phoneNumber: string; reference: string },
): Promise<RemoteOrder | null> {
  const { client, request } = parts;
  let failed: RemoteOrder | null = null;
  const orders = everyItem(request, () =>
    client.numberOrders.list({ filter: { customer_reference: wanted.reference }, 'page[size]': 50 }),
  );
  for await (const item of orders as AsyncIterable<TelnyxOrder>) {
    const mine =
      item.customer_reference === wanted.reference &&
      item.phone_numbers?.some((number) => number.phone_number === wanted.phoneNumber);
    if (!mine || !item.id) continue;
    const order = await getOrder(parts, item.id, wanted.phoneNumber);
    if (order.status !== 'error') return order;
    failed ??= order;
  }
  return failed;
}

/** An order in our words, without the number's id. An order that does not name the number counts as a whole. */
export function toRemoteOrder(raw: TelnyxOrder | undefined, phoneNumber: string): RemoteOrder {
  const line = raw?.phone_numbers?.find((number) => number.phone_number === phoneNumber);
  const word = text(line?.status) ?? text(raw?.status) ?? 'pending';
  const requirements = text(line?.requirements_status);
  const orderId = text(raw?.id);
  if (!orderId) {
    // Without its id the order cannot be followed; it can be found again by its reference.
    throw new RelaisError('provider_error', {
      params: { provider: 'Telnyx', reason: 'the answer names no order' },
    });
  }
  return {
    orderId,
    phoneNumber,
    status: orderStatus(word, text(raw?.status), requirements),
    providerStatus: requirements && word === 'pending' && requirements !== 'approved' ? requirements : word,
    reason: reasonOf(word, requirements),
    numberId: null,
  };
}

function orderStatus(line: string, whole: string | null, requirements: string | null): RemoteOrder['status'] {
  if (line === 'success') return 'active';
  const ended = ['failure', 'failed', 'cancelled', 'canceled', 'deleted'];
  const isOver =
    ended.includes(line) ||
    (whole !== null && ended.includes(whole)) ||
    requirements === 'cancelled' ||
    requirements === 'deleted';
  return isOver ? 'error' : 'pending';
}

function reasonOf(word: string, requirements: string | null): string | null {
  if (requirements === 'requirement-info-exception')
    return 'The paperwork was refused: correct it and send it again.';
  if (requirements === 'requirement-info-pending') return 'Telnyx waits for the paperwork of this number.';
  if (word === 'success' || word === 'pending') return null;
  return requirements && requirements !== 'approved'
    ? `Telnyx ended the order: ${word}, ${requirements}`
    : `Telnyx ended the order: ${word}`;
}

async function rejectionOf(
  parts: TelnyxParts,
  raw: TelnyxOrder | undefined,
  fallback: string,
): Promise<string> {
  const comments: string[] = [];
  for (const id of raw?.sub_number_orders_ids ?? [])
    comments.push(...(await commentsOn(parts, 'sub_number_order', id)));
  return comments.join(' ') || fallback;
}

/** Adds the id that the number has as the account's own; it differs from its id in the order. */
async function complete(parts: TelnyxParts, order: RemoteOrder): Promise<RemoteOrder> {
  if (order.status !== 'active') return order;
  try {
    return { ...order, numberId: (await findNumber(parts, order.phoneNumber))?.numberId ?? null };
  } catch (error) {
    // The order has gone through whatever this look-up says; the number is looked for again when it is configured.
    if (error instanceof RelaisError && !hasProviderStatus(error, 401)) return order;
    throw error;
  }
}
