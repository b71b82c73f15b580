import type { Account } from '../core/accounts.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { needsOf, REQUIREMENT_TYPES, type RequirementType, violation } from '../data/requirements.ts';
import { invalid } from './dialect.ts';
import { objectsOf } from './shape.ts';

/** One filled requirement of a group or an order. */
export interface RequirementValue {
  requirement_id: string;
  field_value: string;
}

/** What a need is called in `field_type`. */
export const fieldType = (need: RequirementType): string => need.kind;

/** The needs of a country and type that have no value yet. */
export function missingNeeds(country: string, type: string, values: RequirementValue[]): RequirementType[] {
  const filled = new Set(
    values.filter((value) => value.field_value !== '').map((value) => value.requirement_id),
  );
  return needsOf(country, type).filter((need) => !filled.has(need.id));
}

/**
 * Reads `regulatory_requirements` of a body.
 * @throws Refusal if a requirement does not belong here, or a value names a document or an address that is not there.
 */
export function readValues(
  sb: Sandbox,
  account: Account,
  country: string,
  type: string,
  raw: unknown,
): RequirementValue[] {
  const needs = needsOf(country, type);
  return objectsOf(raw).map((item, index) => {
    const pointer = `/regulatory_requirements/${index}`;
    const need = needs.find((entry) => entry.id === item.requirement_id);
    if (need === undefined) {
      throw invalid(`${pointer}/requirement_id`, `The requirement is not one of ${country} ${type} numbers.`);
    }
    const value = typeof item.field_value === 'string' ? item.field_value : '';
    if (value !== '') checkReference(sb, account, need, value, `${pointer}/field_value`);
    return { requirement_id: need.id, field_value: value };
  });
}

function checkReference(
  sb: Sandbox,
  account: Account,
  need: RequirementType,
  value: string,
  pointer: string,
): void {
  const kind =
    need.kind === 'document' ? 'telnyx_document' : need.kind === 'address' ? 'telnyx_address' : undefined;
  if (kind === undefined || sb.store.getOwned(kind, account.id, value) !== undefined) return;
  throw invalid(pointer, `There is no ${need.kind} with the id ${value}.`);
}

/** Puts new values over old ones, requirement by requirement. */
export function mergeValues(old: RequirementValue[], next: RequirementValue[]): RequirementValue[] {
  const merged = new Map(old.map((value) => [value.requirement_id, value]));
  for (const value of next) merged.set(value.requirement_id, value);
  return [...merged.values()];
}

/** The first value a reviewer would send back, and why. */
export function firstViolation(
  values: RequirementValue[],
): { requirementId: string; reason: string } | undefined {
  for (const value of values) {
    const need = REQUIREMENT_TYPES.get(value.requirement_id);
    const reason = need?.kind === 'textual' ? violation(need, value.field_value) : undefined;
    if (reason !== undefined) return { requirementId: value.requirement_id, reason };
  }
  return undefined;
}
