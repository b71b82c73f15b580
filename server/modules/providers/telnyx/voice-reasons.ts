import { callFailure, callReasons } from '../calls.ts';
import type { Failure } from '../failure.ts';
import type { CallFailure } from '../voice.ts';

/**
 * Error codes of the API (developers.telnyx.com, API errors), and those that stand in the words of a refusal, e.g. "... is
 * invalid D35" (SIP response codes).
 */
export const telnyxCallReasons = callReasons({
  invalid_number: [10002, 10016, 'D11', 'D21'],
  unreachable: ['D40'],
  region_blocked: ['D12', 'D13', 'D24'],
  caller_not_allowed: ['D35', 'D36', 'D51'],
  insufficient_funds: [20012, 20100, 'D19'],
  too_many_calls: [90041, 90042, 90043, 'D1', 'D2', 'D3', 'D22'],
  account_problem: [
    ...[10009, 10010, 10015, 10017, 10038, 10039, 20013, 20014, 20015, 20016, 20017, 85004],
    ...['D10', 'D14', 'D15', 'D16', 'D17', 'D18', 'D25', 'D26', 'D27', 'D28', 'D29', 'D38'],
  ],
});

/** A refusal by the code that says most: one code of the API stands for many in its words. */
export function named(failure: Failure): Failure {
  const inWords = /\bD\d{1,2}\b/.exec(failure.providerMessage)?.[0];
  return inWords && telnyxCallReasons.has(inWords) ? { ...failure, providerCode: inWords } : failure;
}

/** hangup_cause of call.hangup, other than the ends of a talk. */
const CAUSES = callReasons({
  busy: ['user_busy'],
  no_answer: ['timeout', 'no_answer'],
  rejected: ['call_rejected'],
  canceled: ['originator_cancel'],
  invalid_number: ['not_found'],
  time_limit: ['time_limit'],
});

/** SIP statuses (RFC 3261), which say more than a cause of `unspecified`. */
const SIP = callReasons({
  busy: [486, 600],
  no_answer: [408, 480],
  rejected: [401, 403, 407, 603, 607, 608],
  canceled: [487],
  invalid_number: [404, 410, 484, 604],
  insufficient_funds: [402],
  unreachable: [488, 500, 502, 503, 504, 606],
});

/** Why a leg ended, by its call.hangup; null after a talk that ended as talks do. */
export function hangupFailure(cause: string | null, sip: string | null): CallFailure | null {
  const status = sip && /^\d{3}$/.test(sip) ? sip : null;
  if ((cause === 'normal_clearing' || cause === null) && (status === null || status === '200')) return null;
  const reason = CAUSES.get(cause ?? '') ?? (status && SIP.get(status)) ?? 'unknown';
  const word = cause ?? 'unspecified';
  return callFailure(reason || 'unknown', status ? `${word}/${status}` : word, word.replaceAll('_', ' '));
}
