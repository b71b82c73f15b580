import { groupCan } from '../../../../../server/modules/compliance/model.ts';
import type { Provider, RequirementGroup } from '../../../api/types.ts';

export const STEPS = ['gig', 'paperwork', 'number', 'review', 'follow'] as const;
export type Step = (typeof STEPS)[number];

/** What the buying so far has settled. */
export interface Progress {
  hasGig: boolean;
  /** Null until the country has answered. */
  hasRequirements: boolean | null;
  /** Whether the paperwork allows an order now. */
  mayOrder: boolean;
  hasNumber: boolean;
  isOrdered: boolean;
}

/** The furthest step that may be shown: an address cannot skip what an order needs. */
export function reachableStep(asked: Step, progress: Progress): Step {
  if (progress.isOrdered) return 'follow';
  if (asked === 'gig' || !progress.hasGig) return 'gig';
  if (progress.hasRequirements === null || (progress.hasRequirements && !progress.mayOrder))
    return 'paperwork';
  if (asked === 'paperwork') return progress.hasRequirements ? 'paperwork' : 'number';
  return progress.hasNumber && asked !== 'number' ? 'review' : 'number';
}

/** Whether a provider takes an order with this paperwork: complete, and for Twilio approved. */
export function mayOrder(provider: Provider, group: RequirementGroup | undefined): boolean {
  if (!group) return false;
  const isComplete = group.requirements.every(({ status }) => status === 'completed');
  return (
    isComplete && groupCan(provider === 'twilio' ? 'orderAtTwilio' : 'orderAtTelnyx', group.reviewStatus)
  );
}
