import { isoMillis } from '../../core/clock.ts';
import { strike } from '../../core/faults.ts';
import type { Call } from '../../core/http.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import { REQUIREMENT_TYPES } from '../../data/requirements.ts';
import { addComment } from '../comments.ts';
import { invalid } from '../dialect.ts';
import { compact } from '../shape.ts';
import { fieldType, firstViolation, missingNeeds, type RequirementValue } from '../values.ts';

export type GroupStatus = 'approved' | 'unapproved' | 'pending-approval' | 'declined' | 'expired';

export interface GroupValue extends RequirementValue {
  status: GroupStatus;
  expires_at?: string | undefined;
  created_at: string;
  updated_at: string;
}

/** Paperwork for one country and type, to be used in many orders. */
export interface Group {
  id: string;
  account: string;
  country: string;
  type: string;
  action: string;
  customerReference?: string | undefined;
  status: GroupStatus;
  values: GroupValue[];
  createdAt: string;
  updatedAt: string;
}

export const GROUP = 'telnyx_requirement_group';
export const GROUP_REVIEW = 'telnyx.group.review';

/** How long approved documents stay valid. */
const VALID_MS = 365 * 86_400_000;
const DEFAULT_REASON =
  'The document cannot be read. Upload a complete, sharp copy that is less than three months old.';

export function saveGroup(sb: Sandbox, group: Group): Group {
  const saved = { ...group, updatedAt: isoMillis(sb.clock.nowMs()) };
  sb.store.put(GROUP, group.account, group.id, saved);
  return saved;
}

export function groupView(group: Group): Record<string, unknown> {
  return compact({
    id: group.id,
    record_type: 'requirement_group',
    country_code: group.country,
    phone_number_type: group.type,
    action: group.action,
    customer_reference: group.customerReference,
    status: group.status,
    regulatory_requirements: group.values.map((value) => {
      const need = REQUIREMENT_TYPES.get(value.requirement_id);
      return compact({ ...value, field_type: need === undefined ? 'textual' : fieldType(need) });
    }),
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  });
}

/**
 * The group an order names.
 * @throws Refusal if it is not there, expired, or for another country or type.
 */
export function usableGroup(call: Call, id: string, country: string, type: string, pointer: string): Group {
  const group = call.sb.store.getOwned<Group>(GROUP, call.account.id, id);
  if (group === undefined) throw invalid(pointer, `There is no requirement group with the id ${id}.`);
  if (group.status === 'expired') throw invalid(pointer, 'The requirement group has expired.');
  if (group.country !== country || group.type !== type) {
    throw invalid(
      pointer,
      `The requirement group is for ${group.country} ${group.type} numbers, not ${country} ${type}.`,
    );
  }
  return group;
}

/** Whether every need of the group has a value. */
export function isComplete(group: Group): boolean {
  return missingNeeds(group.country, group.type, group.values).length === 0;
}

/** Teaches the task runner to review groups. */
export function registerGroupReviews(sb: Sandbox): void {
  sb.tasks.handle(GROUP_REVIEW, (body) => () => reviewGroup(sb, (body as { groupId: string }).groupId));
}

/** Approves or declines a group that waits for approval. */
export function reviewGroup(sb: Sandbox, groupId: string): void {
  const group = sb.store.get<Group>(GROUP, groupId);
  if (group === undefined || group.status !== 'pending-approval') return;
  const objection = firstViolation(group.values) ?? rejectedValue(sb, group);
  if (objection === undefined) approveGroup(sb, group);
  else declineGroup(sb, group, objection.reason, objection.requirementId);
}

export function approveGroup(sb: Sandbox, group: Group): Group {
  const at = isoMillis(sb.clock.nowMs());
  const expiry = isoMillis(sb.clock.nowMs() + VALID_MS);
  const values = group.values.map((value) => {
    const isDocument = REQUIREMENT_TYPES.get(value.requirement_id)?.kind === 'document';
    return {
      ...value,
      status: 'approved' as const,
      updated_at: at,
      ...(isDocument ? { expires_at: expiry } : {}),
    };
  });
  changed(sb);
  return saveGroup(sb, { ...group, status: 'approved', values });
}

/** Declines the group; the reason goes into a comment. Without a requirement every value is declined. */
export function declineGroup(sb: Sandbox, group: Group, reason: string, requirementId?: string): Group {
  const at = isoMillis(sb.clock.nowMs());
  const values = group.values.map((value) => {
    const hit = requirementId === undefined || value.requirement_id === requirementId;
    return { ...value, status: hit ? ('declined' as const) : ('approved' as const), updated_at: at };
  });
  addComment(sb, group.account, 'requirement_group', group.id, reason);
  changed(sb);
  return saveGroup(sb, { ...group, status: 'declined', values });
}

/** A value that a fault or a sentinel (a text or file name that ends with its digits) rejects. */
function rejectedValue(sb: Sandbox, group: Group): { requirementId: string; reason: string } | undefined {
  for (const value of group.values) {
    const texts = [value.field_value, fileStem(sb, value.field_value)];
    const occasion = {
      provider: 'telnyx' as const,
      account: group.account,
      path: `/v2/requirement_groups/${group.id}`,
      numbers: texts,
    };
    const hit = strike(sb, ['rejected'], occasion);
    if (hit !== undefined)
      return { requirementId: value.requirement_id, reason: hit.reason ?? DEFAULT_REASON };
  }
  return undefined;
}

/** The name of a document without its extension, or nothing. */
function fileStem(sb: Sandbox, documentId: string): string {
  const document = sb.store.get<{ filename?: string }>('telnyx_document', documentId);
  return (document?.filename ?? '').replace(/\.[^.]*$/, '');
}
