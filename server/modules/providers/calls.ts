import { failureWith, notAccepted, type ReasonsByCode, reasonsByCode } from './outcome.ts';
import type { Attempt } from './requests.ts';
import type { CallFailure, CallFailureReason, DialOutcome, RemoteLeg } from './voice.ts';

/** What a provider's codes say of a call, in the words of both. */
export type CallReasons = ReasonsByCode<CallFailureReason>;
export const callReasons = reasonsByCode<CallFailureReason>;

/** Places a leg one time. @param toLeg null when the answer does not say which leg it is about. */
export async function placeOnce<Answer>(
  { attempt, reasons }: { attempt: Attempt; reasons: CallReasons },
  send: () => Promise<Answer>,
  toLeg: (answer: Answer) => RemoteLeg | null,
): Promise<DialOutcome> {
  const outcome = await attempt(send);
  if (outcome.failure !== null) return notAccepted(outcome.failure, reasons);
  const leg = toLeg(outcome.answer);
  return leg ? { kind: 'accepted', leg } : { kind: 'unanswered' };
}

export const callFailure = (
  reason: CallFailureReason,
  providerCode: string | null,
  providerMessage: string,
): CallFailure => failureWith(reason, providerCode, providerMessage);
