import { isoSeconds } from '../../core/clock.ts';
import { strike } from '../../core/faults.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { violation } from '../../data/requirements.ts';
import { regulationOf } from './catalogue.ts';
import { BUNDLE, type Bundle, itemsOf, markDocuments, moveBundle } from './model.ts';

export const BUNDLE_REVIEW = 'twilio.bundle.review';

/** How long an approved bundle stays valid. */
const VALID_MS = 365 * 86_400_000;
const DEFAULT_REASON =
  'The document cannot be read. Upload a complete, sharp copy that is less than three months old.';
/** What Twilio calls a rejection by a reviewer. */
const REJECTED_CODE = 18_601;

type Step = 'in-review' | 'decide';

/** Teaches the task runner to review bundles. */
export function registerBundleReviews(sb: Sandbox): void {
  sb.tasks.handle(BUNDLE_REVIEW, (body) => () => {
    const { bundleSid, step } = body as { bundleSid: string; step: Step };
    const bundle = sb.store.get<Bundle>(BUNDLE, bundleSid);
    if (bundle === undefined) return;
    if (step === 'in-review') startReview(sb, bundle);
    else decide(sb, bundle);
  });
}

/** Puts a bundle into the reviewers' queue. */
export function submitBundle(sb: Sandbox, bundle: Bundle): Bundle {
  markDocuments(sb, bundle, () => ({ status: 'pending-review', failure_reason: null, errors: null }));
  sb.tasks.schedule(BUNDLE_REVIEW, sb.reviewMs / 2, {
    bundleSid: bundle.sid,
    step: 'in-review' satisfies Step,
  });
  return moveBundle(sb, bundle, 'pending-review');
}

function startReview(sb: Sandbox, bundle: Bundle): void {
  if (bundle.status !== 'pending-review') return;
  sb.tasks.schedule(BUNDLE_REVIEW, sb.reviewMs / 2, { bundleSid: bundle.sid, step: 'decide' satisfies Step });
  moveBundle(sb, bundle, 'in-review');
}

function decide(sb: Sandbox, bundle: Bundle): void {
  if (bundle.status !== 'in-review') return;
  const reason = objection(sb, bundle);
  if (reason === undefined) approveBundle(sb, bundle);
  else rejectBundle(sb, bundle, reason);
}

export function approveBundle(sb: Sandbox, bundle: Bundle): Bundle {
  markDocuments(sb, bundle, () => ({ status: 'approved', failure_reason: null, errors: null }));
  return moveBundle(sb, bundle, 'twilio-approved', { valid_until: isoSeconds(sb.clock.nowMs() + VALID_MS) });
}

/** Rejects a bundle; the reason is written on its documents, since a bundle has no field for it. */
export function rejectBundle(sb: Sandbox, bundle: Bundle, reason: string): Bundle {
  const errors = [{ code: REJECTED_CODE, message: reason }];
  markDocuments(sb, bundle, () => ({ status: 'rejected', failure_reason: reason, errors }));
  return moveBundle(sb, bundle, 'twilio-rejected');
}

function objection(sb: Sandbox, bundle: Bundle): string | undefined {
  if (bundle.is_test) return 'Test bundles are always rejected.';
  const { endUsers, documents } = itemsOf(sb, bundle);
  const texts = [
    bundle.friendly_name,
    ...endUsers.flatMap((endUser) => [
      endUser.friendly_name,
      ...Object.values(endUser.attributes).map(String),
    ]),
    ...documents.flatMap((document) => [
      document.friendly_name,
      (document.filename ?? '').replace(/\.[^.]*$/, ''),
    ]),
  ];
  const path = `/v2/RegulatoryCompliance/Bundles/${bundle.sid}`;
  const hit = strike(sb, ['rejected'], {
    provider: 'twilio',
    account: bundle.account_sid,
    path,
    numbers: texts,
  });
  if (hit !== undefined) return hit.reason ?? DEFAULT_REASON;
  for (const field of regulationOf(bundle.regulation_sid)?.endUserFields ?? []) {
    const value = endUsers
      .map((endUser) => endUser.attributes[field.machine_name])
      .find((text) => typeof text === 'string');
    const reason = field.need === undefined ? undefined : violation(field.need, String(value ?? ''));
    if (reason !== undefined) return reason;
  }
  return undefined;
}
