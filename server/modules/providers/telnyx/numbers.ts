import type { NumbersPhoneNumberDetailed } from 'telnyx/resources/phone-numbers/phone-numbers';
import { fail } from '../../../kernel/errors.ts';
import { hasProviderStatus } from '../failure.ts';
import { nationalDigits, price, text } from '../parse.ts';
import type { AvailableNumber, Features, NumberSearch, Plumbing, RemoteNumber } from '../port.ts';
import { everyItem, firstItem, type TelnyxParts } from './client.ts';

export async function searchNumbers(
  { client, request }: TelnyxParts,
  search: NumberSearch,
): Promise<AvailableNumber[]> {
  const contains = search.phoneNumber ? nationalDigits(search.phoneNumber) : search.contains;
  const answer = await request('repeatable', () =>
    client.availablePhoneNumbers.list({
      filter: {
        country_code: search.country,
        phone_number_type: search.type,
        limit: search.limit,
        ...(search.areaCode ? { national_destination_code: search.areaCode } : {}),
        ...(search.locality ? { locality: search.locality } : {}),
        ...(contains ? { phone_number: { contains } } : {}),
        ...(search.features?.length ? { features: search.features } : {}),
      },
    }),
  );
  return (answer.data ?? [])
    .map((item) => toAvailable(item, search))
    .filter((item) => item !== null)
    .filter((item) => !search.phoneNumber || item.phoneNumber === search.phoneNumber);
}

interface AvailableItem {
  phone_number?: string;
  region_information?: { region_type?: string; region_name?: string }[];
  cost_information?: { upfront_cost?: string; monthly_cost?: string; currency?: string };
  features?: { name?: string }[];
}

function toAvailable(item: AvailableItem, search: NumberSearch): AvailableNumber | null {
  const phoneNumber = text(item.phone_number);
  if (!phoneNumber) return null;
  const region = (type: string) =>
    text(item.region_information?.find((part) => part.region_type === type)?.region_name);
  const cost = item.cost_information;
  return {
    phoneNumber,
    country: search.country,
    type: search.type,
    locality: region('rate_center') ?? region('location'),
    region: region('state'),
    features: toFeatures(item.features ?? []),
    monthlyCost: price(cost?.monthly_cost, cost?.currency),
    upfrontCost: price(cost?.upfront_cost, cost?.currency),
  };
}

function toFeatures(features: { name?: string }[]): Features {
  const names = new Set(features.map((feature) => feature.name));
  return { voice: names.has('voice'), sms: names.has('sms'), mms: names.has('mms') };
}

export async function findNumber(
  { client, request }: TelnyxParts,
  phoneNumber: string,
): Promise<RemoteNumber | null> {
  const found = await firstItem(
    request,
    () => client.phoneNumbers.list({ filter: { phone_number: phoneNumber }, 'page[size]': 50 }),
    (item) => item.phone_number === phoneNumber && item.status !== 'deleted',
  );
  return found ? toRemoteNumber(found) : null;
}

export async function* listNumbers({ client, request }: TelnyxParts): AsyncGenerator<RemoteNumber> {
  for await (const item of everyItem(request, () => client.phoneNumbers.list({ 'page[size]': 250 }))) {
    const number = toRemoteNumber(item);
    if (number) yield number;
  }
}

/** A number of the account's list; null when it has no id or no digits. */
export function toRemoteNumber(item: NumbersPhoneNumberDetailed): RemoteNumber | null {
  const numberId = text(item.id);
  const phoneNumber = text(item.phone_number);
  if (!numberId || !phoneNumber) return null;
  return {
    numberId,
    phoneNumber,
    status: numberStatus(item.status),
    providerStatus: text(item.status) ?? 'unknown',
    // Telnyx names a number's features in the search only.
    features: null,
    reference: text(item.customer_reference),
    connectionId: text(item.connection_id),
  };
}

function numberStatus(status: string | undefined): RemoteNumber['status'] {
  switch (status) {
    case 'active':
    case 'emergency-only':
      return 'active';
    case 'deleted':
    case 'ported-out':
      return 'released';
    case 'purchase-failed':
    case 'port-failed':
      return 'error';
    default:
      return 'pending';
  }
}

/** Points a number at our connection and messaging profile. Both are PATCHes of whole values: repeating changes nothing. */
export async function configureNumber(
  { client, request }: TelnyxParts,
  number: { numberId: string; features: Features },
  plumbing: Plumbing,
): Promise<void> {
  const { connectionId, messagingProfileId } = plumbing;
  if (connectionId) {
    await request('repeatable', () =>
      client.phoneNumbers.update(number.numberId, { connection_id: connectionId }),
    );
  }
  if (messagingProfileId && (number.features.sms || number.features.mms)) {
    await request('repeatable', () =>
      client.phoneNumbers.messaging.update(number.numberId, { messaging_profile_id: messagingProfileId }),
    );
  }
}

export async function releaseNumber({ client, request }: TelnyxParts, numberId: string): Promise<void> {
  if (!numberId) fail('invalid_request', { reason: 'numberId: missing' });
  try {
    await request('repeatable', () => client.phoneNumbers.delete(numberId));
  } catch (error) {
    if (!hasProviderStatus(error, 404)) throw error;
  }
}
