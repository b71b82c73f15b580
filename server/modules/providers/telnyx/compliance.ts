import type { RequirementGroup } from 'telnyx/resources/requirement-groups';
import { text, time, withFields } from '../parse.ts';
import type {
  AcceptanceCriteria,
  NumberType,
  RemoteGroup,
  RemoteGroupStatus,
  RequirementSpec,
  RequirementType,
  RequirementValue,
} from '../port.ts';
import { everyItem, type TelnyxParts } from './client.ts';
import { commentsOn } from './comments.ts';

export async function listRequirements(
  { client, request }: TelnyxParts,
  country: string,
  type: NumberType,
): Promise<RequirementSpec[]> {
  // The SDK's type lists three number types; the API takes all of them.
  const phoneNumberType = type as 'local';
  const list = everyItem(request, () =>
    client.requirements.list({
      filter: { country_code: country, phone_number_type: phoneNumberType, action: 'ordering' },
      'page[size]': 250,
    }),
  );
  const found = new Map<string, Omit<RequirementSpec, 'field'>>();
  for await (const set of list) {
    for (const item of (set.requirement_types ?? []) as RawRequirement[]) {
      const spec = toSpec(item);
      if (spec) found.set(spec.id, spec);
    }
  }
  return withFields([...found.values()]);
}

interface RawRequirement {
  id?: string;
  name?: string;
  type?: string;
  description?: string;
  example?: string;
  acceptance_criteria?: Record<string, unknown>;
}

function toSpec(item: RawRequirement): Omit<RequirementSpec, 'field'> | null {
  const id = text(item.id);
  if (!id) return null;
  return {
    id,
    name: text(item.name) ?? id,
    type: requirementType(item.type),
    description: text(item.description) ?? '',
    example: text(item.example),
    criteria: toCriteria(item.acceptance_criteria ?? {}),
  };
}

/** Orders say textual, datetime, address, document; /regulatory_requirements says address_id and the like. */
function requirementType(word: unknown): RequirementType {
  const type = String(word ?? '').toLowerCase();
  if (type.startsWith('document')) return 'document';
  return type.startsWith('address') ? 'address' : 'textual';
}

function toCriteria(raw: Record<string, unknown>): AcceptanceCriteria {
  const length = (value: unknown) =>
    text(value) !== null && Number.isFinite(Number(value)) ? Number(value) : null;
  const minLength = length(raw.min_length);
  const maxLength = length(raw.max_length);
  const values = Array.isArray(raw.acceptable_values)
    ? raw.acceptable_values.map(text).filter((value) => value !== null)
    : [];
  const pattern = usablePattern(text(raw.acceptable_characters));
  const timeLimit = text(raw.time_limit);
  const localityLimit = text(raw.locality_limit);
  return {
    ...(minLength === null ? {} : { minLength }),
    ...(maxLength === null ? {} : { maxLength }),
    ...(values.length > 0 ? { acceptableValues: values } : {}),
    ...(pattern ? { pattern } : {}),
    ...(timeLimit ? { timeLimit } : {}),
    ...(localityLimit ? { localityLimit } : {}),
  };
}

/** `acceptable_characters` holds a regular expression, or the inside of a character class; anything else is no rule. */
function usablePattern(characters: string | null): string | null {
  if (!characters) return null;
  const pattern = /^[\^[(]/.test(characters) ? characters : `^[${characters}]*$`;
  try {
    new RegExp(pattern, 'u');
    return pattern;
  } catch {
    return null;
  }
}

export async function createGroup(
  parts: TelnyxParts,
  group: { country: string; type: NumberType; reference: string },
): Promise<RemoteGroup> {
  const created = await parts.request('once', () =>
    parts.client.requirementGroups.create({
      country_code: group.country,
      phone_number_type: group.type,
      action: 'ordering',
      customer_reference: group.reference,
    }),
  );
  return toGroup(parts, created);
}

export async function findGroupByReference(
  parts: TelnyxParts,
  reference: string,
): Promise<RemoteGroup | null> {
  const groups = await parts.request('repeatable', () =>
    parts.client.requirementGroups.list({ filter: { customer_reference: reference } }),
  );
  const mine = (Array.isArray(groups) ? groups : []).find((group) => group.customer_reference === reference);
  return mine ? toGroup(parts, mine) : null;
}

export async function getGroup(parts: TelnyxParts, groupId: string): Promise<RemoteGroup> {
  return toGroup(
    parts,
    await parts.request('repeatable', () => parts.client.requirementGroups.retrieve(groupId)),
  );
}

/** Sends the whole set, old values included: whether a PATCH merges is not documented. */
export async function putValues(
  parts: TelnyxParts,
  groupId: string,
  values: RequirementValue[],
): Promise<RemoteGroup> {
  const { client, request } = parts;
  const current = await request('repeatable', () => client.requirementGroups.retrieve(groupId));
  const merged = new Map<string, string>();
  for (const { requirement_id: id, field_value: value } of current.regulatory_requirements ?? [])
    if (id && value) merged.set(id, value);
  for (const { requirementId, value } of values) merged.set(requirementId, value);
  const updated = await request('repeatable', () =>
    client.requirementGroups.update(groupId, {
      regulatory_requirements: [...merged].map(([id, value]) => ({ requirement_id: id, field_value: value })),
    }),
  );
  return toGroup(parts, updated);
}

export async function submitGroup(parts: TelnyxParts, groupId: string): Promise<RemoteGroup> {
  const current = await getGroup(parts, groupId);
  if (current.status === 'in_review' || current.status === 'approved') return current;
  return toGroup(
    parts,
    await parts.request('once', () => parts.client.requirementGroups.submitForApproval(groupId)),
  );
}

async function toGroup(parts: TelnyxParts, raw: RequirementGroup): Promise<RemoteGroup> {
  const id = text(raw.id) ?? '';
  const providerStatus = text(raw.status) ?? 'unapproved';
  const status = groupStatus(providerStatus);
  const requirements = (raw.regulatory_requirements ?? [])
    .filter((item) => text(item.requirement_id) !== null)
    .map((item) => ({
      id: item.requirement_id as string,
      status: itemStatus(text(item.status), text(item.field_value)),
      reason: null,
      expiresAt: time(item.expires_at),
    }));
  const ends = requirements.map((item) => item.expiresAt?.getTime()).filter((ms) => ms !== undefined);
  return {
    id,
    status,
    providerStatus,
    reasons: status === 'rejected' ? await commentsOn(parts, 'requirement_group', id) : [],
    // A group lasts as long as the first of its values to run out.
    expiresAt: ends.length > 0 ? new Date(Math.min(...ends)) : null,
    requirements,
  };
}

function groupStatus(word: string): RemoteGroupStatus {
  switch (word) {
    case 'approved':
      return 'approved';
    case 'pending-approval':
      return 'in_review';
    case 'declined':
      return 'rejected';
    case 'expired':
    case 'no-longer-eligible':
      return 'expired';
    default:
      return 'draft';
  }
}

function itemStatus(word: string | null, value: string | null): 'pending' | 'completed' | 'rejected' {
  if (word === 'declined' || word === 'expired') return 'rejected';
  return value ? 'completed' : 'pending';
}
