import { isoSeconds } from '../../core/clock.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import { sendWebhook } from '../../core/webhooks.ts';
import { DOCUMENT, type SupportingDocument } from './documents.ts';
import { END_USER, type EndUser } from './endUsers.ts';

export type BundleStatus =
  | 'draft'
  | 'pending-review'
  | 'in-review'
  | 'twilio-rejected'
  | 'twilio-approved'
  | 'provisionally-approved';

export interface Bundle {
  sid: string;
  account_sid: string;
  regulation_sid: string;
  friendly_name: string;
  status: BundleStatus;
  valid_until: string | null;
  email: string;
  status_callback: string | null;
  is_test: boolean;
  date_created: string;
  date_updated: string;
}

export interface Assignment {
  sid: string;
  bundle_sid: string;
  account_sid: string;
  object_sid: string;
  date_created: string;
  url: string;
}

export const BUNDLE = 'twilio_bundle';
export const ASSIGNMENT = 'twilio_item_assignment';

export function saveBundle(sb: Sandbox, bundle: Bundle): Bundle {
  const saved = { ...bundle, date_updated: isoSeconds(sb.clock.nowMs()) };
  sb.store.put(BUNDLE, bundle.account_sid, bundle.sid, saved);
  changed(sb);
  return saved;
}

/** Moves a bundle on and tells its callback address. */
export function moveBundle(
  sb: Sandbox,
  bundle: Bundle,
  status: BundleStatus,
  more: Partial<Bundle> = {},
): Bundle {
  const saved = saveBundle(sb, { ...bundle, ...more, status });
  const { status_callback: url, account_sid, sid } = saved;
  if (url !== null && url !== '' && status !== 'pending-review') {
    const content = { AccountSid: account_sid, BundleSid: sid, Status: status };
    const common = { account: account_sid, provider: 'twilio' as const, eventType: `bundle.${status}`, url };
    const earlier = { ...content, Status: 'pending-review' };
    sendWebhook(sb, { ...common, content, earlier, numbers: [saved.friendly_name] });
  }
  return saved;
}

/** What is assigned to a bundle. */
export function itemsOf(
  sb: Sandbox,
  bundle: Bundle,
): { endUsers: EndUser[]; documents: SupportingDocument[] } {
  const assignments = assignmentsOf(sb, bundle);
  const pick = <T>(kind: string): T[] =>
    assignments
      .map((item) => sb.store.getOwned<T>(kind, bundle.account_sid, item.object_sid))
      .filter((item) => item !== undefined);
  return { endUsers: pick<EndUser>(END_USER), documents: pick<SupportingDocument>(DOCUMENT) };
}

export function assignmentsOf(sb: Sandbox, bundle: Bundle): Assignment[] {
  return sb.store
    .list<Assignment>(ASSIGNMENT, bundle.account_sid)
    .filter((item) => item.bundle_sid === bundle.sid);
}

/** Writes one status onto all documents of a bundle. */
export function markDocuments(
  sb: Sandbox,
  bundle: Bundle,
  change: (document: SupportingDocument) => Partial<SupportingDocument>,
): void {
  for (const document of itemsOf(sb, bundle).documents) {
    const date_updated = isoSeconds(sb.clock.nowMs());
    sb.store.put(DOCUMENT, bundle.account_sid, document.sid, {
      ...document,
      ...change(document),
      date_updated,
    });
  }
}

/** The SIDs of the addresses that a bundle's documents name. */
export function addressSidsOf(sb: Sandbox, bundle: Bundle): string[] {
  return itemsOf(sb, bundle).documents.flatMap((document) => {
    const sids = document.attributes.address_sids;
    if (Array.isArray(sids)) return sids.map(String);
    return typeof sids === 'string' ? [sids] : [];
  });
}
