import { RelaisError } from '../../../kernel/errors.ts';
import { hasProviderStatus } from '../failure.ts';
import { text } from '../parse.ts';
import type { OrderRequest, RemoteOrder } from '../port.ts';
import type { TwilioParts } from './client.ts';
import { addressSidOf, readItems } from './items.ts';
import type { OwnedItem } from './numbers.ts';

/** Buys a number. Twilio answers at once: there is no order, so the number's SID stands for it. */
export async function placeOrder(parts: TwilioParts, order: OrderRequest): Promise<RemoteOrder> {
  const { client, request } = parts;
  const { groupId } = order;
  // With paperwork, Twilio also wants the address itself, and only one that the bundle holds.
  const addressSid = groupId ? addressSidOf(await readItems(parts, groupId)) : null;
  const bought = await request('once', () =>
    client.incomingPhoneNumbers.create({
      phoneNumber: order.phoneNumber,
      friendlyName: order.reference,
      ...(groupId ? { bundleSid: groupId } : {}),
      ...(addressSid ? { addressSid } : {}),
    }),
  ).catch((error: unknown) => {
    throw asAlreadyOwned(error);
  });
  return toOrder(bought, order.phoneNumber);
}

function asAlreadyOwned(error: unknown): unknown {
  if (!(error instanceof RelaisError)) return error;
  const message = String((error.details as { providerMessage?: unknown } | undefined)?.providerMessage ?? '');
  return /already (exists|owned|registered|in your account|belongs)/i.test(message)
    ? new RelaisError('number_already_registered', { details: error.details, cause: error })
    : error;
}

export async function findOrder(
  { client, request }: TwilioParts,
  wanted: { phoneNumber: string; reference: string },
): Promise<RemoteOrder | null> {
  const { phoneNumber, reference } = wanted;
  const found = await request('repeatable', () =>
    client.incomingPhoneNumbers.list({ phoneNumber, friendlyName: reference, limit: 20 }),
  );
  const mine = found.find((item) => item.phoneNumber === phoneNumber && item.friendlyName === reference);
  return mine ? toOrder(mine, phoneNumber) : null;
}

export async function getOrder(
  { client, request }: TwilioParts,
  orderId: string,
  phoneNumber: string,
): Promise<RemoteOrder> {
  try {
    return toOrder(
      await request('repeatable', () => client.incomingPhoneNumbers(orderId).fetch()),
      phoneNumber,
    );
  } catch (error) {
    if (!hasProviderStatus(error, 404)) throw error;
    return {
      orderId,
      phoneNumber,
      status: 'error',
      providerStatus: 'not found',
      reason: 'Twilio no longer has this number in the account.',
      numberId: null,
    };
  }
}

function toOrder(item: OwnedItem, phoneNumber: string): RemoteOrder {
  const sid = text(item.sid);
  if (!sid)
    throw new RelaisError('provider_error', {
      params: { provider: 'Twilio', reason: 'the answer names no number' },
    });
  return {
    orderId: sid,
    phoneNumber,
    status: 'active',
    providerStatus: text(item.status) ?? 'in-use',
    reason: null,
    numberId: sid,
  };
}
