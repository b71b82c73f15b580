import { RelaisError } from '../../../kernel/errors.ts';
import { hasProviderStatus } from '../failure.ts';
import { nationalDigits, text } from '../parse.ts';
import type { AvailableNumber, Features, NumberSearch, NumberType, RemoteNumber } from '../port.ts';
import type { TwilioParts } from './client.ts';
import { pricesOf } from './prices.ts';

/** Where Twilio asks for the tones that a leg in a conference shall hear. */
export const TONES_PATH = '/webhook/voice/tones';

/** Where each kind of news reaches us. Accounts of companies are told apart by the query, and so is what a receipt is for. */
export function twilioAddresses({ account, deps }: Pick<TwilioParts, 'account' | 'deps'>) {
  const named = (address: string) => {
    if (!account.accountId) return address;
    return `${address}${address.includes('?') ? '&' : '?'}account=${account.accountId}`;
  };
  const voice = account.voiceUrl ?? `${deps.publicBaseUrl}/webhook/voice`;
  const status = account.statusUrl ?? `${deps.publicBaseUrl}/webhook/voice/status`;
  const about = (address: string, name: string, value: string) =>
    named(`${address}${address.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`);
  return {
    voice: named(voice),
    status: named(status),
    /** Of one leg of ours. */
    legVoice: (reference: string) => about(voice, 'ref', reference),
    legStatus: (reference: string) => about(status, 'ref', reference),
    recording: (reference: string) =>
      about(`${deps.publicBaseUrl}/webhook/voice/recording`, 'ref', reference),
    /** The tones themselves are the reference, which Twilio's signature covers. */
    tones: (digits: string) => about(`${deps.publicBaseUrl}${TONES_PATH}`, 'ref', digits),
    sms: named(`${deps.publicBaseUrl}/inbox/webhooks/sms`),
    textStatus: (reference: string) =>
      named(`${deps.publicBaseUrl}/inbox/webhooks/sms/status?ref=${encodeURIComponent(reference)}`),
    bundles: named(`${deps.publicBaseUrl}/api/webhooks/twilio/bundles`),
  };
}

/** Countries of the North American Numbering Plan where Twilio takes an area code. */
const WITH_AREA_CODES = new Set(['US', 'CA']);

export async function searchNumbers(parts: TwilioParts, search: NumberSearch): Promise<AvailableNumber[]> {
  if (search.type === 'shared_cost') throw notCovered(search);
  const { areaCode } = search;
  const byAreaCode = areaCode && WITH_AREA_CODES.has(search.country) && /^\d{3}$/.test(areaCode);
  const contains = search.phoneNumber
    ? nationalDigits(search.phoneNumber)
    : (search.contains ?? (byAreaCode ? undefined : areaCode));
  const wants = (feature: keyof Features) => search.features?.includes(feature);
  const options = {
    limit: search.limit,
    pageSize: search.limit,
    ...(byAreaCode ? { areaCode: Number(areaCode) } : {}),
    ...(contains ? { contains } : {}),
    ...(search.locality ? { inLocality: search.locality } : {}),
    ...(wants('voice') ? { voiceEnabled: true } : {}),
    ...(wants('sms') ? { smsEnabled: true } : {}),
    ...(wants('mms') ? { mmsEnabled: true } : {}),
  };
  const found = await listAvailable(parts, search, options);
  if (found.length === 0) return [];
  const prices = await pricesOf(parts, search.country);
  return found
    .map((item) => toAvailable(item, search, prices.get(search.type) ?? null))
    .filter((item) => item !== null)
    .filter((item) => !search.phoneNumber || item.phoneNumber === search.phoneNumber)
    .filter((item) => byAreaCode || !areaCode || nationalDigits(item.phoneNumber).startsWith(areaCode));
}

interface AvailableItem {
  phoneNumber?: string;
  locality?: string;
  region?: string;
  capabilities?: unknown;
}

async function listAvailable(
  { client, request }: TwilioParts,
  search: NumberSearch,
  options: object,
): Promise<AvailableItem[]> {
  const country = client.availablePhoneNumbers(search.country);
  const lists: Record<Exclude<NumberType, 'shared_cost'>, () => Promise<AvailableItem[]>> = {
    local: () => country.local.list(options),
    mobile: () => country.mobile.list(options),
    national: () => country.national.list(options),
    toll_free: () => country.tollFree.list(options),
  };
  try {
    return await request('repeatable', lists[search.type as Exclude<NumberType, 'shared_cost'>]);
  } catch (error) {
    // Twilio has no such address for what it does not sell.
    if (hasProviderStatus(error, 404)) throw notCovered(search);
    throw error;
  }
}

function notCovered({ country, type }: NumberSearch): RelaisError {
  return new RelaisError('country_not_covered', {
    params: { provider: 'Twilio', numberType: type, country },
  });
}

function toAvailable(
  item: AvailableItem,
  search: NumberSearch,
  monthlyCost: AvailableNumber['monthlyCost'],
): AvailableNumber | null {
  const phoneNumber = text(item.phoneNumber);
  if (!phoneNumber) return null;
  return {
    phoneNumber,
    country: search.country,
    type: search.type,
    locality: text(item.locality),
    region: text(item.region),
    features: toFeatures(item.capabilities),
    monthlyCost,
    upfrontCost: null,
  };
}

/** Twilio spells capabilities in lower case for owned numbers and in capitals for available ones. */
function toFeatures(capabilities: unknown): Features {
  const has = Object.fromEntries(
    Object.entries(capabilities ?? {}).map(([name, value]) => [name.toLowerCase(), value === true]),
  );
  return { voice: has.voice ?? false, sms: has.sms ?? false, mms: has.mms ?? false };
}

export interface OwnedItem {
  sid?: string;
  phoneNumber?: string;
  friendlyName?: string;
  status?: string;
  capabilities?: unknown;
  voiceApplicationSid?: string | null;
  trunkSid?: string | null;
}

export async function findNumber(
  { client, request }: TwilioParts,
  phoneNumber: string,
): Promise<RemoteNumber | null> {
  const found = await request('repeatable', () =>
    client.incomingPhoneNumbers.list({ phoneNumber, limit: 20 }),
  );
  const mine = found.find((item) => item.phoneNumber === phoneNumber);
  return mine ? toRemoteNumber(mine) : null;
}

interface OwnedPage {
  instances: OwnedItem[];
  nextPageUrl?: string;
  nextPage(): Promise<OwnedPage> | undefined;
}

export async function* listNumbers({ client, request }: TwilioParts): AsyncGenerator<RemoteNumber> {
  let page: OwnedPage = await request('repeatable', () =>
    client.incomingPhoneNumbers.page({ pageSize: 1000 }),
  );
  for (;;) {
    for (const item of page.instances) {
      const number = toRemoteNumber(item);
      if (number) yield number;
    }
    const current = page;
    if (!current.nextPageUrl) return;
    page = await request('repeatable', async () => (await current.nextPage())!);
  }
}

/** A number of the account's list; null when it has no id or no digits. */
export function toRemoteNumber(item: OwnedItem): RemoteNumber | null {
  const numberId = text(item.sid);
  const phoneNumber = text(item.phoneNumber);
  if (!numberId || !phoneNumber) return null;
  return {
    numberId,
    phoneNumber,
    // A number in the list is owned; Twilio says in-use, or nothing.
    status: 'active',
    providerStatus: text(item.status) ?? 'in-use',
    features: toFeatures(item.capabilities),
    reference: text(item.friendlyName),
    connectionId: text(item.voiceApplicationSid) ?? text(item.trunkSid),
  };
}

/**
 * Points a number at our webhooks; an application or a trunk would go before them, so both are taken off. The same values again
 * change nothing.
 */
export async function configureNumber(
  parts: TwilioParts,
  number: { numberId: string; features: Features },
): Promise<void> {
  const addresses = twilioAddresses(parts);
  const { voice, sms, mms } = number.features;
  const settings = {
    ...(voice
      ? {
          voiceUrl: addresses.voice,
          voiceMethod: 'POST',
          statusCallback: addresses.status,
          statusCallbackMethod: 'POST',
        }
      : {}),
    ...(sms || mms ? { smsUrl: addresses.sms, smsMethod: 'POST' } : {}),
  };
  if (Object.keys(settings).length === 0) return;
  const resource = parts.client.incomingPhoneNumbers(number.numberId);
  // Where one of these is set, Twilio does not look at the addresses.
  const current = await parts.request('repeatable', () => resource.fetch());
  const inTheWay = [
    ...(voice ? (['voiceApplicationSid', 'trunkSid'] as const) : []),
    ...(sms || mms ? (['smsApplicationSid'] as const) : []),
  ].filter((field) => current[field]);
  const cleared = Object.fromEntries(inTheWay.map((field) => [field, '']));
  await parts.request('repeatable', () => resource.update({ ...settings, ...cleared }));
}

export async function releaseNumber({ client, request }: TwilioParts, numberId: string): Promise<void> {
  try {
    await request('repeatable', () => client.incomingPhoneNumbers(numberId).remove());
  } catch (error) {
    if (!hasProviderStatus(error, 404)) throw error;
  }
}
