import type { RemoteText, SendOutcome, TextFailure, TextFailureReason, TextStatus } from './messaging.ts';
import { failureWith, notAccepted, type ReasonsByCode, reasonsByCode } from './outcome.ts';
import type { Attempt } from './requests.ts';

/** What a provider's codes say of a text, in the words of both. */
export type TextReasons = ReasonsByCode<TextFailureReason>;
export const textReasons = reasonsByCode<TextFailureReason>;

/** Sends a text one time. @param toText null when the answer does not say which text it is about. */
export async function sendOnce<Answer>(
  { attempt, reasons }: { attempt: Attempt; reasons: TextReasons },
  send: () => Promise<Answer>,
  toText: (answer: Answer) => RemoteText | null,
): Promise<SendOutcome> {
  const outcome = await attempt(send);
  if (outcome.failure !== null) return notAccepted(outcome.failure, reasons);
  const text = toText(outcome.answer);
  return text ? { kind: 'accepted', text } : { kind: 'unanswered' };
}

/** Why a text ended badly, by the code of its receipt; null for one that did not. */
export function failureOf(
  status: TextStatus,
  reasons: TextReasons,
  said: { code: string | null; message: string | null; word: string },
): TextFailure | null {
  if (status !== 'failed' && status !== 'undelivered') return null;
  const { code, message, word } = said;
  const reason = (code && reasons.get(code)) || (word === 'expired' ? 'expired' : 'unknown');
  return failureWith(reason, code, message ?? (code ? `${word}: ${code}` : word));
}
