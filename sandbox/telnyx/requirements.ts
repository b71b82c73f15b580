import type { Answer, Call, Route } from '../core/http.ts';
import { classify } from '../core/inventory.ts';
import { listAt, textAt } from '../core/query.ts';
import {
  needsOf,
  REQUIREMENT_SETS,
  REQUIREMENT_TYPES,
  type RequirementSet,
  type RequirementType,
} from '../data/requirements.ts';
import { invalid, notFound } from './dialect.ts';
import { compact, ok, page } from './shape.ts';
import { fieldType } from './values.ts';

/** The catalogue has no history; its entries bear this date. */
const CATALOGUE_DATE = '2024-01-15T09:00:00.000Z';

export const requirementRoutes: Route[] = [
  { method: 'GET', path: '/requirements', handler: list },
  { method: 'GET', path: '/requirements/:id', handler: get },
  { method: 'GET', path: '/requirement_types', handler: listTypes },
  { method: 'GET', path: '/requirement_types/:id', handler: getType },
  { method: 'GET', path: '/regulatory_requirements', handler: regulatory },
  { method: 'GET', path: '/phone_numbers_regulatory_requirements', handler: ofNumbers },
];

function typeView(need: RequirementType): Record<string, unknown> {
  const { criteria } = need;
  return {
    id: need.id,
    record_type: 'requirement_type',
    name: need.name,
    type: need.kind,
    description: need.description,
    example: need.example,
    acceptance_criteria: compact({
      min_length: criteria.minLength,
      max_length: criteria.maxLength,
      acceptable_values: criteria.acceptableValues,
      acceptable_characters: criteria.acceptableCharacters,
      time_limit: criteria.timeLimit,
      locality_limit: criteria.localityLimit,
    }),
    created_at: CATALOGUE_DATE,
    updated_at: CATALOGUE_DATE,
  };
}

function setView(set: RequirementSet): Record<string, unknown> {
  return {
    id: set.id,
    record_type: 'requirement',
    country_code: set.country,
    locality: '',
    phone_number_type: set.type,
    action: 'ordering',
    version: 1,
    effective_start_at: CATALOGUE_DATE,
    effective_end_at: null,
    requirement_types: set.needs.map(typeView),
    created_at: CATALOGUE_DATE,
    updated_at: CATALOGUE_DATE,
  };
}

function list(call: Call): Answer {
  const country = textAt(call.query, 'filter', 'country_code');
  const type = textAt(call.query, 'filter', 'phone_number_type');
  const action = textAt(call.query, 'filter', 'action');
  const found = REQUIREMENT_SETS.filter(
    (set) => country === undefined || set.country === country.toUpperCase(),
  )
    .filter((set) => type === undefined || set.type === type)
    .filter(() => action === undefined || action === 'ordering' || action === 'both');
  return page(call, found.map(setView));
}

function get(call: Call): Answer {
  const set = REQUIREMENT_SETS.find((entry) => entry.id === call.params.id);
  if (set === undefined) throw notFound();
  return ok(setView(set));
}

function listTypes(call: Call): Answer {
  const name = textAt(call.query, 'filter', 'name', 'contains')?.toLowerCase();
  const types = [...REQUIREMENT_TYPES.values()].filter(
    (need) => name === undefined || need.name.toLowerCase().includes(name),
  );
  return page(call, types.map(typeView));
}

function getType(call: Call): Answer {
  const need = REQUIREMENT_TYPES.get(call.params.id ?? '');
  if (need === undefined) throw notFound();
  return ok(typeView(need));
}

/** The same need as `/regulatory_requirements` words it: criteria are texts. */
function regulatoryView(need: RequirementType): Record<string, unknown> {
  const { criteria } = need;
  const acceptance_criteria = compact({
    min_length: criteria.minLength?.toString(),
    max_length: criteria.maxLength?.toString(),
    acceptable_values: criteria.acceptableValues,
    acceptable_characters: criteria.acceptableCharacters,
    regex: criteria.regex,
    time_limit: criteria.timeLimit,
    locality_limit: criteria.localityLimit,
    case_sensitive: criteria.acceptableValues === undefined ? undefined : 'true',
  });
  const { id, name, description, example } = need;
  return { id, name, description, example, field_type: fieldTypeName(need), acceptance_criteria };
}

/** Here documents and addresses are called by what their value is. */
function fieldTypeName(need: RequirementType): string {
  return need.kind === 'textual' ? fieldType(need) : `${need.kind}_id`;
}

function regulatory(call: Call): Answer {
  const filter = (name: string) => textAt(call.query, 'filter', name);
  const groupId = filter('requirement_group_id');
  const group =
    groupId === undefined
      ? undefined
      : call.sb.store.getOwned<{ country: string; type: string }>(
          'telnyx_requirement_group',
          call.account.id,
          groupId,
        );
  if (groupId !== undefined && group === undefined) throw notFound();
  const number = filter('phone_number') === undefined ? undefined : classify(filter('phone_number') ?? '');
  const country = group?.country ?? number?.country.iso ?? filter('country_code')?.toUpperCase();
  const type = group?.type ?? number?.type ?? filter('phone_number_type');
  if (country === undefined || type === undefined) {
    const detail =
      'Give phone_number, requirement_group_id, or country_code with phone_number_type and action.';
    throw invalid('/filter', detail);
  }
  const action = filter('action') ?? 'ordering';
  const requirements = needsOf(country, type).map(regulatoryView);
  return ok([
    { country_code: country, phone_number_type: type, action, regulatory_requirements: requirements },
  ]);
}

function ofNumbers(call: Call): Answer {
  const found = listAt(call.query, 'filter', 'phone_number').map((text) => {
    const number = classify(text.startsWith('+') ? text : `+${text.trim()}`);
    if (number === undefined) throw invalid('/filter/phone_number', `There is no such number: ${text}`);
    return {
      phone_number: number.phoneNumber,
      phone_number_type: number.type,
      record_type: 'phone_number_regulatory_group',
      region_information: [{ region_type: 'country_code', region_name: number.country.iso }],
      regulatory_requirements: needsOf(number.country.iso, number.type).map(labelled),
    };
  });
  return page(call, found);
}

function labelled(need: RequirementType): Record<string, unknown> {
  const { id, name, description, example } = need;
  const acceptance_criteria = compact({
    field_type: fieldTypeName(need),
    field_value: need.criteria.acceptableValues?.join(', '),
    locality_limit: need.criteria.localityLimit,
  });
  return {
    id,
    record_type: 'phone_number_regulatory_requirement',
    label: name,
    description,
    example,
    field_type: fieldTypeName(need),
    acceptance_criteria,
  };
}
