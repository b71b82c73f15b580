import type {
  AcceptanceCriteria,
  PostalAddress,
  RemoteGroup,
  RemoteGroupStatus,
  RequirementType,
} from '../providers/port.ts';

/** The words of the contract for a group: what a program polls for. */
export type GroupStatus = 'pending' | 'active' | 'rejected';

const PUBLIC_STATUS: Record<RemoteGroupStatus, GroupStatus> = {
  draft: 'pending',
  in_review: 'pending',
  approved: 'active',
  rejected: 'rejected',
  expired: 'rejected',
};

export function groupStatus(reviewStatus: RemoteGroupStatus): GroupStatus {
  return PUBLIC_STATUS[reviewStatus];
}

/** What may be done with a group in which review status. */
const ALLOWED = {
  edit: ['draft', 'rejected', 'expired'],
  submit: ['draft', 'rejected', 'expired'],
  /** Telnyx orders take a group before its approval; the order then waits with it. */
  orderAtTelnyx: ['draft', 'in_review', 'approved'],
  /** Twilio sells against approved bundles only. */
  orderAtTwilio: ['approved'],
} as const satisfies Record<string, readonly RemoteGroupStatus[]>;

export function groupCan(action: keyof typeof ALLOWED, reviewStatus: RemoteGroupStatus): boolean {
  return (ALLOWED[action] as readonly RemoteGroupStatus[]).includes(reviewStatus);
}

export interface Progress {
  isComplete: boolean;
  /** Whole percent; a group that asks for nothing is complete. */
  completionPercentage: number;
  totalRequirements: number;
  completedRequirements: number;
  pendingRequirements: number;
  missing: { field: string; name: string; type: RequirementType }[];
}

/** How far the paperwork has come. */
export function progressOf(
  requirements: readonly { field: string; name: string; type: RequirementType; status: string }[],
): Progress {
  const missing = requirements.filter((requirement) => requirement.status !== 'completed');
  const total = requirements.length;
  const completed = total - missing.length;
  return {
    isComplete: missing.length === 0,
    completionPercentage: total === 0 ? 100 : Math.floor((completed / total) * 100),
    totalRequirements: total,
    completedRequirements: completed,
    pendingRequirements: missing.length,
    missing: missing.map(({ field, name, type }) => ({ field, name, type })),
  };
}

/** A broken criterion, as a code with its measure; the server and the console each put it in words. */
export type Violation =
  | { rule: 'empty' }
  | { rule: 'too_short'; minLength: number }
  | { rule: 'too_long'; maxLength: number }
  | { rule: 'not_among'; acceptableValues: string[] }
  | { rule: 'wrong_form'; pattern: string }
  | { rule: 'missing_part'; part: string }
  | { rule: 'wrong_country'; country: string };

const TEXT_MAX_CHARS = 2000;

/** Checks a text against what the provider accepts; null when it may be sent. */
export function checkText(criteria: AcceptanceCriteria, value: string): Violation | null {
  const text = value.trim();
  if (text === '') return { rule: 'empty' };
  const maxLength = Math.min(criteria.maxLength ?? TEXT_MAX_CHARS, TEXT_MAX_CHARS);
  if (criteria.minLength !== undefined && text.length < criteria.minLength)
    return { rule: 'too_short', minLength: criteria.minLength };
  if (text.length > maxLength) return { rule: 'too_long', maxLength };
  const { acceptableValues, pattern } = criteria;
  if (acceptableValues?.length && !acceptableValues.includes(text))
    return { rule: 'not_among', acceptableValues };
  if (pattern && !matches(pattern, text)) return { rule: 'wrong_form', pattern };
  return null;
}

/** A pattern that is no regular expression refuses nothing: the provider will judge. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    return true;
  }
}

const ADDRESS_PARTS = ['firstName', 'lastName', 'businessName', 'street', 'locality', 'country'] as const;

/** Checks that an address names what the provider needs, and lies in the zone when the requirement says so. */
export function checkAddress(
  criteria: AcceptanceCriteria,
  address: PostalAddress,
  zone: string,
): Violation | null {
  for (const part of ADDRESS_PARTS) {
    if (!address[part]?.trim()) return { rule: 'missing_part', part };
  }
  const mustBeLocal = Boolean(criteria.localityLimit);
  if (mustBeLocal && address.country !== zone) return { rule: 'wrong_country', country: zone };
  return null;
}

export interface ReviewState {
  reviewStatus: RemoteGroupStatus;
  providerStatus: string;
}

export type ReviewDecision = 'same' | 'changed' | 'stale';

/**
 * Whether the provider's news about a group changes what we hold. A provider's answer is its present state, so it is
 * believed, with one exception: a draft answer after we have submitted is older than our submission.
 */
export function decideReview(
  current: ReviewState,
  remote: Pick<RemoteGroup, 'status' | 'providerStatus'>,
): ReviewDecision {
  if (remote.status === 'draft' && current.reviewStatus !== 'draft') return 'stale';
  return remote.status === current.reviewStatus && remote.providerStatus === current.providerStatus
    ? 'same'
    : 'changed';
}
