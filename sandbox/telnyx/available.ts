import type { Answer, Call, Route } from '../core/http.ts';
import { type InventoryNumber, searchInventory } from '../core/inventory.ts';
import { ownerOf } from '../core/owned.ts';
import { listAt, textAt } from '../core/query.ts';
import type { Sandbox } from '../core/sandbox.ts';
import {
  COUNTRIES,
  type Country,
  countryOf,
  NUMBER_TYPES,
  type NumberType,
  type TypeSpec,
} from '../data/countries.ts';
import { needsOf } from '../data/requirements.ts';
import { errorAnswer, notFound, refuse } from './dialect.ts';
import { ok } from './shape.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

const SEEN = 'telnyx_seen';

export const availableRoutes: Route[] = [
  { method: 'GET', path: '/available_phone_numbers', handler: search },
  { method: 'GET', path: '/inventory_coverage', handler: inventoryCoverage },
  { method: 'GET', path: '/country_coverage', handler: coverage },
  { method: 'GET', path: '/country_coverage/countries/:country_code', handler: countryCoverage },
];

/** Whether the account has been shown the number in a search. Only such numbers can be ordered. */
export function wasSeen(sb: Sandbox, account: string, phoneNumber: string): boolean {
  return sb.store.get(SEEN, `${account}/${phoneNumber}`) !== undefined;
}

/** The upfront price of a number: the same as a month. */
export const upfrontCost = (spec: TypeSpec): string => spec.telnyxMonthly ?? '0.00';

function search(call: Call): Answer {
  const limit = readLimit(call);
  const countries = countriesAsked(call);
  const type = textAt(call.query, 'filter', 'phone_number_type');
  if (type !== undefined && !NUMBER_TYPES.includes(type as NumberType)) {
    return errorAnswer(
      422,
      '10032',
      'Invalid enum value',
      `phone_number_type must be one of ${NUMBER_TYPES.join(', ')}.`,
      {
        parameter: 'filter[phone_number_type]',
      },
    );
  }
  const features = listAt(call.query, 'filter', 'features');
  const exact: InventoryNumber[] = [];
  for (const country of countries) {
    for (const candidate of type === undefined ? NUMBER_TYPES : [type as NumberType]) {
      const spec = country.types[candidate];
      if (exact.length >= limit || spec === undefined || spec.telnyxMonthly === null) continue;
      if (!features.every((feature) => (spec.features as string[]).includes(feature))) continue;
      exact.push(...find(call, country, candidate, limit - exact.length, true));
    }
  }
  const bestEffort = exact.length === 0 && textAt(call.query, 'filter', 'best_effort') === 'true';
  const numbers = bestEffort ? widened(call, countries, type as NumberType | undefined, limit) : exact;
  for (const number of numbers)
    call.sb.store.put(SEEN, call.account.id, `${call.account.id}/${number.phoneNumber}`, 1);
  const meta = { total_results: numbers.length, best_effort_results: bestEffort ? numbers.length : 0 };
  return {
    status: 200,
    body: { data: numbers.map((number) => view(number, bestEffort)), meta, metadata: meta },
  };
}

/** A search without place or area code, for `best_effort`. */
function widened(
  call: Call,
  countries: Country[],
  type: NumberType | undefined,
  limit: number,
): InventoryNumber[] {
  return countries.flatMap((country) => find(call, country, type ?? 'local', limit, false)).slice(0, limit);
}

function find(
  call: Call,
  country: Country,
  type: NumberType,
  limit: number,
  placed: boolean,
): InventoryNumber[] {
  const filter = (...path: string[]) => textAt(call.query, 'filter', ...path);
  const digits = (text: string | undefined) => text?.replace(/[^\d*]/g, '') || undefined;
  const place = placed
    ? {
        areaCode: digits(filter('national_destination_code')),
        locality: filter('locality') ?? filter('rate_center'),
        region: filter('administrative_area'),
      }
    : {};
  return searchInventory({
    country,
    type,
    ...place,
    startsWith: digits(filter('phone_number', 'starts_with')),
    endsWith: digits(filter('phone_number', 'ends_with')),
    contains: digits(filter('phone_number', 'contains')),
    limit,
    excludes: (phoneNumber) => ownerOf(call.sb, phoneNumber) !== undefined,
  });
}

function readLimit(call: Call): number {
  const text = textAt(call.query, 'filter', 'limit');
  if (text === undefined) return DEFAULT_LIMIT;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return Math.min(value, MAX_LIMIT);
  throw refuse(422, '10033', 'Value outside of range', 'limit must be a whole number of at least 1.', {
    parameter: 'filter[limit]',
  });
}

function countriesAsked(call: Call): Country[] {
  const code = textAt(call.query, 'filter', 'country_code');
  if (code === undefined) return [countryOf('US') as Country];
  if (!/^[A-Za-z]{2}$/.test(code)) {
    throw refuse(422, '10015', 'Invalid parameter', 'country_code must be an ISO 3166-1 alpha-2 code.', {
      parameter: 'filter[country_code]',
    });
  }
  const country = countryOf(code);
  return country === undefined ? [] : [country];
}

function view(number: InventoryNumber, bestEffort: boolean): Record<string, unknown> {
  const { area, country, spec } = number;
  const regions = [
    { region_type: 'country_code', region_name: country.iso },
    ...(area.locality === ''
      ? []
      : [{ region_type: 'rate_center', region_name: area.locality.toUpperCase() }]),
    ...(area.region === '' ? [] : [{ region_type: 'state', region_name: area.region }]),
    ...(area.locality === '' ? [] : [{ region_type: 'location', region_name: area.locality }]),
  ];
  const monthly = spec.telnyxMonthly ?? '0.00';
  return {
    record_type: 'available_phone_number',
    phone_number: number.phoneNumber,
    vanity_format: '',
    best_effort: bestEffort,
    quickship: needsOf(country.iso, number.type).length === 0,
    reservable: true,
    region_information: regions,
    cost_information: { upfront_cost: upfrontCost(spec), monthly_cost: monthly, currency: 'USD' },
    features: spec.features.map((name) => ({ name })),
  };
}

function sold(country: Country): [NumberType, TypeSpec][] {
  const entries = Object.entries(country.types) as [NumberType, TypeSpec][];
  return entries.filter(([, spec]) => spec.telnyxMonthly !== null);
}

function coverageOf(country: Country): Record<string, unknown> {
  const offered = sold(country);
  const details = Object.fromEntries(
    NUMBER_TYPES.map((type) => {
      const spec = offered.find(([name]) => name === type)?.[1];
      return [type, spec === undefined ? {} : typeCoverage(country, type, spec)];
    }),
  );
  return {
    code: country.iso,
    numbers: true,
    features: [...new Set(offered.flatMap(([, spec]) => spec.features))],
    phone_number_type: offered.map(([type]) => type),
    inventory_coverage: true,
    international_sms: offered.some(([, spec]) => spec.features.includes('international_sms')),
    p2p: false,
    quickship: offered.some(([type]) => needsOf(country.iso, type).length === 0),
    region: null,
    reservable: true,
    ...details,
  };
}

function typeCoverage(country: Country, type: NumberType, spec: TypeSpec): Record<string, unknown> {
  return {
    features: spec.features,
    full_pstn_replacement: spec.features.includes('emergency'),
    international_sms: false,
    p2p: false,
    quickship: needsOf(country.iso, type).length === 0,
    reservable: true,
  };
}

function coverage(): Answer {
  return ok(Object.fromEntries(COUNTRIES.map((country) => [country.name, coverageOf(country)])));
}

function countryCoverage(call: Call): Answer {
  const country = countryOf(call.params.country_code ?? '');
  if (country === undefined) throw notFound('There is no coverage for this country.');
  return ok(coverageOf(country));
}

function inventoryCoverage(call: Call): Answer {
  const country = countryOf(textAt(call.query, 'filter', 'country_code') ?? 'US');
  const wanted = textAt(call.query, 'filter', 'phone_number_type');
  const groupType = textAt(call.query, 'filter', 'groupBy') ?? 'locality';
  const groups = (country === undefined ? [] : sold(country))
    .filter(([type]) => wanted === undefined || type === wanted)
    .flatMap(([type, spec]) =>
      spec.areas.map((area) => ({
        record_type: 'inventory_coverage_group',
        group: groupType === 'locality' ? area.locality || country?.name : area.prefix,
        group_type: groupType,
        administrative_area: area.region,
        advance_requirements: needsOf(country?.iso ?? '', type).length > 0,
        count: 10 ** Math.min(spec.length - area.prefix.length, 4),
        coverage_type: 'number',
        number_range: 1,
        number_type: type === 'toll_free' ? 'toll-free' : 'did',
        phone_number_type: type,
      })),
    );
  return { status: 200, body: { data: groups, meta: { total_results: groups.length } } };
}
