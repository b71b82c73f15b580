import { fail } from '../../../kernel/errors.ts';
import { text, time } from '../parse.ts';
import type { NumberType, RemoteGroup, RemoteGroupStatus } from '../port.ts';
import type { TwilioParts } from './client.ts';
import { requireCompliance } from './evaluation.ts';
import { type DocumentItem, type Items, readItems } from './items.ts';
import { twilioAddresses } from './numbers.ts';
import type { Zone } from './regulation.ts';

interface RawBundle {
  sid?: string;
  status?: string;
  validUntil?: unknown;
}

const NUMBER_TYPES: Record<NumberType, string> = {
  local: 'local',
  mobile: 'mobile',
  national: 'national',
  toll_free: 'toll-free',
  shared_cost: 'shared-cost',
};

export async function createGroup(
  parts: TwilioParts,
  group: Zone & { reference: string; email: string },
): Promise<RemoteGroup> {
  const bundle = await parts.request('once', () =>
    parts.client.numbers.v2.regulatoryCompliance.bundles.create({
      friendlyName: group.reference,
      email: group.email,
      isoCountry: group.country,
      numberType: NUMBER_TYPES[group.type],
      endUserType: 'business',
      statusCallback: twilioAddresses(parts).bundles,
    }),
  );
  return toGroup(parts, bundle, { endUser: null, documents: [] });
}

export async function findGroupByReference(
  parts: TwilioParts,
  reference: string,
): Promise<RemoteGroup | null> {
  const found = await parts.request('repeatable', () =>
    parts.client.numbers.v2.regulatoryCompliance.bundles.list({
      friendlyName: reference,
      pageSize: 50,
      limit: 50,
    }),
  );
  const mine = found.find((bundle) => bundle.friendlyName === reference);
  return mine ? toGroup(parts, mine, await readItems(parts, mine.sid)) : null;
}

export async function getGroup(parts: TwilioParts, groupId: string): Promise<RemoteGroup> {
  const bundle = await parts.request('repeatable', () =>
    parts.client.numbers.v2.regulatoryCompliance.bundles(groupId).fetch(),
  );
  return toGroup(parts, bundle, await readItems(parts, groupId));
}

/** Has Twilio compare the bundle with its regulation, then hands it in. @throws requirement_value_invalid when it falls short. */
export async function submitGroup(parts: TwilioParts, groupId: string): Promise<RemoteGroup> {
  const current = await getGroup(parts, groupId);
  if (current.status === 'in_review' || current.status === 'approved') return current;
  await requireCompliance(parts, groupId);
  // Handing in twice comes to the same.
  const bundle = await parts.request('repeatable', () =>
    parts.client.numbers.v2.regulatoryCompliance.bundles(groupId).update({ status: 'pending-review' }),
  );
  return toGroup(parts, bundle, await readItems(parts, groupId));
}

function toGroup({ deps }: TwilioParts, bundle: RawBundle, items: Items): RemoteGroup {
  const id =
    text(bundle.sid) ?? fail('provider_error', { provider: 'Twilio', reason: 'the answer names no bundle' });
  const providerStatus = text(bundle.status) ?? 'draft';
  const expiresAt = time(bundle.validUntil);
  const hasEnded = expiresAt !== null && expiresAt <= deps.clock.now();
  const status = hasEnded ? 'expired' : groupStatus(providerStatus);
  return {
    id,
    status,
    providerStatus,
    reasons: status === 'rejected' ? reasonsOf(items) : [],
    expiresAt,
    requirements: [...endUserRequirements(items), ...items.documents.flatMap(documentRequirements)],
  };
}

function reasonsOf({ documents }: Items): string[] {
  return documents.map((document) => document.failureReason).filter((reason) => reason !== null);
}

function groupStatus(word: string): RemoteGroupStatus {
  switch (word) {
    case 'pending-review':
    case 'in-review':
      return 'in_review';
    case 'twilio-approved':
    case 'provisionally-approved':
      return 'approved';
    case 'twilio-rejected':
      return 'rejected';
    default:
      return 'draft';
  }
}

function endUserRequirements({ endUser }: Items): RemoteGroup['requirements'] {
  const filled = Object.entries(endUser?.attributes ?? {}).filter(([, value]) => text(value) !== null);
  return filled.map(([name]) => ({
    id: `end_user.${name}`,
    status: 'completed',
    reason: null,
    expiresAt: null,
  }));
}

/** The document itself, and the fields that it must say. */
function documentRequirements(document: DocumentItem): RemoteGroup['requirements'] {
  const { requirementId, failureReason } = document;
  if (!requirementId) return [];
  const refused = document.status === 'rejected' || document.status === 'expired';
  const status = refused ? ('rejected' as const) : ('completed' as const);
  const [, requirement, type] = requirementId.split('.');
  const fields = Object.keys(document.attributes).map((name) => ({
    id: `field.${requirement}.${type}.${name}`,
    status: 'completed' as const,
    reason: null,
    expiresAt: null,
  }));
  return [{ id: requirementId, status, reason: refused ? failureReason : null, expiresAt: null }, ...fields];
}
