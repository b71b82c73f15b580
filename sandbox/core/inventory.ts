import { createHash } from 'node:crypto';
import parsePhoneNumber from 'libphonenumber-js/max';
import {
  type Area,
  COUNTRIES,
  type Country,
  countryOf,
  type NumberType,
  type TypeSpec,
} from '../data/countries.ts';

/** A number that exists in the numbering plans the sandbox knows. */
export interface InventoryNumber {
  phoneNumber: string;
  /** Digits after the calling code. */
  national: string;
  country: Country;
  type: NumberType;
  spec: TypeSpec;
  area: Area;
}

/** Which numbers are wanted. Patterns are digits; in `contains` a `*` stands for one digit. */
export interface InventoryQuery {
  country: Country;
  type: NumberType;
  areaCode?: string | undefined;
  locality?: string | undefined;
  region?: string | undefined;
  startsWith?: string | undefined;
  endsWith?: string | undefined;
  contains?: string | undefined;
  limit: number;
  /** Numbers to leave out. */
  excludes: (phoneNumber: string) => boolean;
}

/** The last four digits that trigger a fault. They are listed only when a search asks for digits by pattern. */
export const SENTINEL_DIGITS = /90(0[1-9]|1[0-3])$/;

/** What the numbering plan must say about a number of a type; the other types go by different names in each plan. */
const PLAN_TYPES: Partial<Record<NumberType, string[]>> = {
  local: ['FIXED_LINE', 'FIXED_LINE_OR_MOBILE'],
  mobile: ['MOBILE', 'FIXED_LINE_OR_MOBILE'],
  toll_free: ['TOLL_FREE'],
};

/** Candidates tried per number wanted before a search gives up. */
const TRIES_PER_NUMBER = 40;
const MIN_TRIES = 1000;

/**
 * Finds numbers that match, the same ones in the same order each time, spread over the areas.
 * Nothing is stored: a number exists when the numbering plan allows it.
 */
export function searchInventory(query: InventoryQuery): InventoryNumber[] {
  const spec = query.country.types[query.type];
  if (spec === undefined) return [];
  const perArea = spec.areas
    .filter((area) => areaMatches(area, query))
    .map((area) => masksOf(area, spec, query));
  const found = new Map<string, InventoryNumber>();
  const placements = Math.max(0, ...perArea.map((masks) => masks.length));
  // A pattern goes to the end of the number first, and elsewhere only if that does not give enough.
  for (let placement = 0; placement < placements; placement += 1) {
    const masks = perArea.flatMap((candidates) => candidates[placement] ?? []);
    collect(query, spec, masks, found);
  }
  return [...found.values()];
}

function collect(
  query: InventoryQuery,
  spec: TypeSpec,
  masks: Mask[],
  found: Map<string, InventoryNumber>,
): void {
  const { country, type, limit } = query;
  const wantsPattern = query.endsWith !== undefined || query.contains !== undefined;
  const rounds = Math.ceil(Math.max(limit * TRIES_PER_NUMBER, MIN_TRIES) / Math.max(masks.length, 1));
  for (let round = 0; round < rounds; round += 1) {
    for (const { mask, area } of masks) {
      if (found.size >= limit) return;
      const phoneNumber = `+${fill(mask, `${country.iso}/${type}/${round}`)}`;
      if (found.has(phoneNumber) || query.excludes(phoneNumber)) continue;
      if (!wantsPattern && SENTINEL_DIGITS.test(phoneNumber)) continue;
      const number = toInventory(phoneNumber, country, type, spec, area);
      if (number !== undefined) found.set(phoneNumber, number);
    }
  }
}

/** Where an E.164 number belongs in the inventory, or undefined if it is not valid or not in any area. */
export function classify(phoneNumber: string): InventoryNumber | undefined {
  const digits = phoneNumber.slice(1);
  let best: InventoryNumber | undefined;
  for (const country of COUNTRIES) {
    if (!phoneNumber.startsWith('+') || !digits.startsWith(country.callingCode)) continue;
    const national = digits.slice(country.callingCode.length);
    for (const [type, spec] of Object.entries(country.types) as [NumberType, TypeSpec][]) {
      if (national.length !== spec.length) continue;
      for (const area of spec.areas) {
        if (!national.startsWith(area.prefix) || (best?.area.prefix.length ?? 0) > area.prefix.length)
          continue;
        best = { phoneNumber, national, country, type, spec, area };
      }
    }
  }
  return best !== undefined && parsePhoneNumber(phoneNumber)?.isValid() === true ? best : undefined;
}

/** The country of the inventory for a code, or undefined. */
export const inventoryCountry = countryOf;

function areaMatches(area: Area, query: InventoryQuery): boolean {
  const same = (wanted: string | undefined, value: string) =>
    wanted === undefined || fold(wanted) === fold(value);
  const code = query.areaCode?.replace(/^0+(?=\d)/, '');
  const codeFits =
    code === undefined ||
    area.prefix.startsWith(code) ||
    code.startsWith(area.prefix) ||
    area.prefix.startsWith(query.areaCode ?? '');
  return codeFits && same(query.locality, area.locality) && same(query.region, area.region);
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

interface Mask {
  mask: string;
  area: Area;
}

/** Digit masks (`*` is free) of an area that satisfy the query's patterns, at most a few per area. */
function masksOf(area: Area, spec: TypeSpec, query: InventoryQuery): Mask[] {
  const code = query.country.callingCode;
  const base = code + area.prefix + '*'.repeat(Math.max(spec.length - area.prefix.length, 0));
  const total = code.length + spec.length;
  let masks = [base];
  if (query.areaCode !== undefined)
    masks = overlayAt(masks, query.areaCode.replace(/^0+(?=\d)/, ''), [code.length], base);
  if (query.startsWith !== undefined) masks = overlay(masks, query.startsWith, [0, code.length]);
  if (query.endsWith !== undefined) masks = overlay(masks, query.endsWith, [total - query.endsWith.length]);
  if (query.contains !== undefined) {
    const last = total - query.contains.length;
    masks = overlay(
      masks,
      query.contains,
      Array.from({ length: last + 1 }, (_, step) => last - step),
    ).slice(0, 3);
  }
  return masks.map((mask) => ({ mask, area }));
}

/** As overlay, but keeps the base when the pattern does not fit (an Italian area code keeps its zero). */
function overlayAt(masks: string[], pattern: string, positions: number[], base: string): string[] {
  const fitted = overlay(masks, pattern, positions);
  return fitted.length > 0 ? fitted : [base];
}

function overlay(masks: string[], pattern: string, positions: number[]): string[] {
  return masks.flatMap((mask) =>
    positions.map((at) => overlaid(mask, pattern, at)).filter((text) => text !== undefined),
  );
}

function overlaid(mask: string, pattern: string, at: number): string | undefined {
  if (at < 0 || at + pattern.length > mask.length) return undefined;
  let result = mask.slice(0, at);
  for (const [step, wanted] of [...pattern].entries()) {
    const present = mask[at + step];
    if (wanted !== '*' && present !== '*' && wanted !== present) return undefined;
    result += wanted === '*' ? present : wanted;
  }
  return result + mask.slice(at + pattern.length);
}

function fill(mask: string, seed: string): string {
  const bytes = createHash('sha256').update(`${mask}/${seed}`).digest();
  return [...mask].map((digit, at) => (digit === '*' ? (bytes[at] ?? 0) % 10 : digit)).join('');
}

function toInventory(
  phoneNumber: string,
  country: Country,
  type: NumberType,
  spec: TypeSpec,
  area: Area,
): InventoryNumber | undefined {
  const parsed = parsePhoneNumber(phoneNumber);
  if (parsed?.isValid() !== true || parsed.country !== country.iso) return undefined;
  if (PLAN_TYPES[type]?.includes(parsed.getType() ?? '') === false) return undefined;
  return {
    phoneNumber,
    national: phoneNumber.slice(1 + country.callingCode.length),
    country,
    type,
    spec,
    area,
  };
}
