import { callFailure, callReasons } from '../calls.ts';
import type { CallFailure, CallFailureReason, LegState } from '../voice.ts';

/** Twilio's error codes of calls (twilio.com/docs/api/errors). */
export const twilioCallReasons = callReasons({
  invalid_number: [13224, 13225, 21201, 21211, 21217, 21401, 21421],
  unreachable: [21214],
  // 13227, 21215: the account may not call there. 21216, 21408: Twilio does not call there.
  region_blocked: [13227, 21215, 21216, 21408, 32205],
  caller_not_allowed: [13223, 13247, 21206, 21210, 21212, 21213, 21264],
  // Twilio suspends an account that has no money.
  insufficient_funds: [10001, 20005],
  too_many_calls: [10004],
  // 21219: a trial account calls numbers that it proved to own.
  account_problem: [10002, 10003, 20003, 21219],
});

/** What the network answered (RFC 3261), when a leg failed. */
const SIP_REASONS = new Map<string, CallFailureReason>([
  ['403', 'rejected'],
  ['404', 'invalid_number'],
  ['408', 'no_answer'],
  ['410', 'invalid_number'],
  ['480', 'unreachable'],
  ['484', 'invalid_number'],
  ['486', 'busy'],
  ['487', 'canceled'],
  ['500', 'unreachable'],
  ['502', 'unreachable'],
  ['503', 'unreachable'],
  ['600', 'busy'],
  ['603', 'rejected'],
  ['604', 'invalid_number'],
]);

const STATES = new Map<string, LegState>([
  ['queued', 'initiated'],
  ['initiated', 'initiated'],
  ['connecting', 'initiated'],
  ['ringing', 'ringing'],
  ['in-progress', 'answered'],
  ['answered', 'answered'],
  ['completed', 'ended'],
  ['busy', 'ended'],
  ['no-answer', 'ended'],
  ['failed', 'ended'],
  ['canceled', 'ended'],
]);

/** How far a leg is, by Twilio's word. A word that Twilio does not use today says no more than that the leg exists. */
export const stateOfStatus = (status: string): LegState => STATES.get(status) ?? 'initiated';

/** Why a leg ended as Twilio's word says; null after a talk, and for a leg that has not ended. */
export function failureOfStatus(
  status: string,
  said: { code: string | null; sip: string | null; message: string | null },
): CallFailure | null {
  const reason = reasonOf(status, said);
  if (reason === null) return null;
  const { code, sip, message } = said;
  return callFailure(reason, code ?? sip, message ?? (sip ? `${status}: SIP ${sip}` : status));
}

function reasonOf(
  status: string,
  { code, sip }: { code: string | null; sip: string | null },
): CallFailureReason | null {
  switch (status) {
    case 'busy':
      return 'busy';
    case 'no-answer':
      return sip === '603' ? 'rejected' : 'no_answer';
    case 'canceled':
      return 'canceled';
    case 'failed':
      return twilioCallReasons.get(code ?? '') ?? SIP_REASONS.get(sip ?? '') ?? 'unreachable';
    default:
      return null;
  }
}
