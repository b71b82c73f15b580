import type { Answer, Call, Route } from '../core/http.ts';
import { type InventoryNumber, searchInventory } from '../core/inventory.ts';
import { ownerOf } from '../core/owned.ts';
import {
  COUNTRIES,
  type Country,
  countryOf,
  type Feature,
  type NumberType,
  type TypeSpec,
} from '../data/countries.ts';
import { needsOf } from '../data/requirements.ts';
import { notFound, refuse } from './dialect.ts';
import { asked, ok } from './shape.ts';

const PREFIX = '/2010-04-01/Accounts/:AccountSid/AvailablePhoneNumbers';
const DEFAULT_LIMIT = 30;
const MAX_LIMIT = 1000;

/** Twilio's name of a list of numbers, and the type it holds. */
const LISTS: [name: string, key: string, type: NumberType][] = [
  ['Local', 'local', 'local'],
  ['Mobile', 'mobile', 'mobile'],
  ['TollFree', 'toll_free', 'toll_free'],
  ['National', 'national', 'national'],
];

export const availableRoutes: Route[] = [
  { method: 'GET', path: PREFIX, handler: listCountries },
  { method: 'GET', path: `${PREFIX}/:CountryCode`, handler: fetchCountry },
  ...LISTS.map(
    ([name, , type]): Route => ({
      method: 'GET',
      path: `${PREFIX}/:CountryCode/${name}`,
      handler: (call) => search(call, type),
    }),
  ),
];

/** Whether Twilio sells numbers of a type in a country. */
export function sells(country: Country, type: NumberType): boolean {
  return (country.types[type]?.twilioMonthly ?? null) !== null;
}

export type AddressRequirement = 'none' | 'any' | 'local';

/** What address a number needs: none, any in the world, or one in its country. */
export function addressRequirement(country: string, type: NumberType): AddressRequirement {
  const address = needsOf(country, type).find((need) => need.kind === 'address');
  if (address === undefined) return 'none';
  return address.key === 'address:anywhere' ? 'any' : 'local';
}

/** The four capabilities as Twilio words them. */
export function capabilitiesOf(spec: TypeSpec): Record<'voice' | 'sms' | 'mms' | 'fax', boolean> {
  const has = (feature: Feature) => spec.features.includes(feature);
  return { voice: has('voice'), sms: has('sms'), mms: has('mms'), fax: has('fax') };
}

function countryView(call: Call, country: Country): Record<string, unknown> {
  const base = `/2010-04-01/Accounts/${call.account.id}/AvailablePhoneNumbers/${country.iso}`;
  const lists = LISTS.filter(([, , type]) => sells(country, type)).map(([name, key]) => [
    key,
    `${base}/${name}.json`,
  ]);
  return {
    country_code: country.iso,
    country: country.name,
    uri: `${base}.json`,
    beta: false,
    subresource_uris: Object.fromEntries(lists),
  };
}

function listCountries(call: Call): Answer {
  const served = COUNTRIES.filter((country) => LISTS.some(([, , type]) => sells(country, type)));
  return ok({ countries: served.map((country) => countryView(call, country)), uri: call.path });
}

function findCountry(call: Call): Country {
  const country = countryOf(call.params.CountryCode ?? '');
  if (country === undefined) throw notFound(call.path);
  return country;
}

function fetchCountry(call: Call): Answer {
  return ok(countryView(call, findCountry(call)));
}

function search(call: Call, type: NumberType): Answer {
  const country = findCountry(call);
  const spec = country.types[type];
  if (spec === undefined || !sells(country, type)) throw notFound(call.path);
  const numbers =
    fitsCapabilities(call, spec) && fitsAddress(call, country, type) ? find(call, country, type) : [];
  return ok({ available_phone_numbers: numbers.map(view), uri: `${call.path}?${call.search}` });
}

function fitsCapabilities(call: Call, spec: TypeSpec): boolean {
  return Object.entries(capabilitiesOf(spec)).every(([name, has]) => {
    const wanted = asked(call, `${name.charAt(0).toUpperCase()}${name.slice(1)}Enabled`);
    return wanted === undefined || String(has) === wanted;
  });
}

function fitsAddress(call: Call, country: Country, type: NumberType): boolean {
  const requirement = addressRequirement(country.iso, type);
  if (asked(call, 'ExcludeAllAddressRequired') === 'true') return requirement === 'none';
  if (asked(call, 'ExcludeLocalAddressRequired') === 'true') return requirement !== 'local';
  return true;
}

function find(call: Call, country: Country, type: NumberType): InventoryNumber[] {
  const contains = patternOf(call);
  const near = asked(call, 'NearNumber')
    ?.replace(/\D/g, '')
    .slice(0, country.callingCode.length + 3);
  return searchInventory({
    country,
    type,
    areaCode: asked(call, 'AreaCode'),
    locality: asked(call, 'InLocality') ?? asked(call, 'InRateCenter'),
    region: asked(call, 'InRegion'),
    startsWith: contains?.anchored === true ? contains.digits : near,
    contains: contains?.anchored === false ? contains.digits : undefined,
    limit: limitOf(call),
    excludes: (phoneNumber) => ownerOf(call.sb, phoneNumber) !== undefined,
  });
}

const KEYPAD = '22233344455566677778889999';

/** `Contains`: digits, `*` for one digit, letters as on a keypad; a leading `+` ties it to the start. */
function patternOf(call: Call): { digits: string; anchored: boolean } | undefined {
  const text = asked(call, 'Contains');
  if (text === undefined) return undefined;
  if (!/^\+?[0-9a-zA-Z*]{2,16}$/.test(text)) {
    throw refuse(400, 21450, 'Contains must have 2 to 16 digits, letters or asterisks.');
  }
  const digits = text
    .replace('+', '')
    .replace(/[a-z]/gi, (letter) => KEYPAD[letter.toLowerCase().charCodeAt(0) - 97] ?? '*');
  return { digits, anchored: text.startsWith('+') };
}

function limitOf(call: Call): number {
  const value = Number(asked(call, 'PageSize') ?? DEFAULT_LIMIT);
  return Number.isInteger(value) && value > 0 ? Math.min(value, MAX_LIMIT) : DEFAULT_LIMIT;
}

function view(number: InventoryNumber): Record<string, unknown> {
  const { area, country, spec } = number;
  const isNanp = country.callingCode === '1';
  const friendly = isNanp
    ? number.national.replace(/^(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3')
    : number.phoneNumber;
  return {
    phone_number: number.phoneNumber,
    friendly_name: friendly,
    locality: area.locality || null,
    region: area.region || null,
    postal_code: null,
    rate_center: isNanp && area.locality !== '' ? area.locality.toUpperCase() : null,
    lata: null,
    latitude: null,
    longitude: null,
    iso_country: country.iso,
    address_requirements: addressRequirement(country.iso, number.type),
    beta: false,
    capabilities: capabilitiesOf(spec),
  };
}
