import type { Failure } from '../failure.ts';
import { prose } from '../parse.ts';
import type { CallFailure, CallFailureReason } from '../voice.ts';

type Table = Partial<Record<CallFailureReason, readonly (string | number)[]>>;

function tableOf(table: Table): ReadonlyMap<string, CallFailureReason> {
  return new Map(
    Object.entries(table).flatMap(([reason, codes]) =>
      codes.map((code) => [String(code), reason as CallFailureReason] as const),
    ),
  );
}

/** Error codes of the API (developers.telnyx.com, API errors). */
const CODES = tableOf({
  invalid_number: [10002, 10016],
  insufficient_funds: [20012, 20100],
  too_many_calls: [90041, 90042, 90043],
  account_problem: [
    ...[10009, 10010, 10015, 10038, 10039, 20013, 20014, 20015, 20016, 20017],
    // No such connection, or one that cannot place calls.
    ...[10017, 85004],
  ],
});

/** Codes that stand in the words of a refusal, e.g. "... is invalid D35" (developers.telnyx.com, SIP response codes). */
const WORDS = tableOf({
  too_many_calls: ['D1', 'D2', 'D3', 'D22'],
  invalid_number: ['D11', 'D21'],
  region_blocked: ['D12', 'D13', 'D24'],
  caller_not_allowed: ['D35', 'D36', 'D51'],
  insufficient_funds: ['D19'],
  unreachable: ['D40'],
  account_problem: ['D10', 'D14', 'D15', 'D16', 'D17', 'D18', 'D25', 'D26', 'D27', 'D28', 'D29', 'D38'],
});

/** hangup_cause of call.hangup, other than the ends of a talk. */
const CAUSES = tableOf({
  busy: ['user_busy'],
  no_answer: ['timeout', 'no_answer'],
  rejected: ['call_rejected'],
  canceled: ['originator_cancel'],
  invalid_number: ['not_found'],
  time_limit: ['time_limit'],
});

/** SIP statuses (RFC 3261), which say more than a cause of `unspecified`. */
const SIP = tableOf({
  busy: [486, 600],
  no_answer: [408, 480],
  rejected: [401, 403, 407, 603, 607, 608],
  canceled: [487],
  invalid_number: [404, 410, 484, 604],
  insufficient_funds: [402],
  unreachable: [488, 500, 502, 503, 504, 606],
});

const MESSAGE_MAX_CHARS = 500;

/** Why a leg could not be placed, by Telnyx's refusal. */
export function refusalOf({ status, providerCode, providerMessage }: Failure): CallFailure {
  const inWords = /\bD\d{1,2}\b/.exec(providerMessage)?.[0];
  const reason =
    (inWords && WORDS.get(inWords)) ??
    (providerCode && CODES.get(providerCode)) ??
    (status === 402
      ? 'insufficient_funds'
      : status === 401 || status === 403
        ? 'account_problem'
        : 'unknown');
  return failureOf(reason || 'unknown', inWords ?? providerCode, providerMessage);
}

/** Whether Telnyx names a cause that a pause of ours does not mend, even when it says "too many" (429). */
export function isKnown({ providerCode, providerMessage }: Failure): boolean {
  return CODES.has(providerCode ?? '') || WORDS.has(/\bD\d{1,2}\b/.exec(providerMessage)?.[0] ?? '');
}

/** Why a leg ended, by its call.hangup; null after a talk that ended as talks do. */
export function hangupFailure(cause: string | null, sip: string | null): CallFailure | null {
  const status = sip && /^\d{3}$/.test(sip) ? sip : null;
  if ((cause === 'normal_clearing' || cause === null) && (status === null || status === '200')) return null;
  const reason = CAUSES.get(cause ?? '') ?? (status && SIP.get(status)) ?? 'unknown';
  const word = cause ?? 'unspecified';
  return failureOf(reason || 'unknown', status ? `${word}/${status}` : word, word.replaceAll('_', ' '));
}

export function failureOf(
  reason: CallFailureReason,
  providerCode: string | null,
  message: string,
): CallFailure {
  return { reason, providerCode, providerMessage: prose(message).slice(0, MESSAGE_MAX_CHARS) };
}
