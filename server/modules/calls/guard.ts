import type { CallSettings } from './model.ts';
import { spendLimitsOf } from './rule-model.ts';

/** What the guard looks at before a call is placed. */
export interface GuardFacts {
  /** E.164. */
  to: string;
  /** Of the number that is called; null where digits do not tell. */
  country: string | null;
  /** libphonenumber's word, e.g. PREMIUM_RATE. */
  lineType: string | null;
  /** Countries of the company's numbers and of itself: allowed while it has named none. */
  ownCountries: readonly string[];
  /** Calls under way. */
  live: number;
  /** Attempts of the person (or key) in the last minute, also refused ones. */
  userLastMinute: number;
  /** Calls since midnight UTC. */
  userToday: number;
  numberToday: number;
  /** By currency. */
  spentToday: Readonly<Record<string, number>>;
}

export type GuardVerdict =
  | { kind: 'allowed' }
  | { kind: 'too_fast'; limit: number }
  | { kind: 'country_blocked'; country: string }
  | { kind: 'premium_blocked' }
  | { kind: 'unknown_kind' }
  | { kind: 'prefix_blocked'; prefix: string }
  | { kind: 'too_many_live'; limit: number }
  | { kind: 'user_limit'; limit: number }
  | { kind: 'number_limit'; limit: number }
  | { kind: 'spend_limit'; amount: number; currency: string }
  | { kind: 'spend_currency'; currency: string; spent: string };

/** Kinds of numbers that cost more than a call does, and pay whoever holds them a part of it. */
const DEAR = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PERSONAL_NUMBER', 'UAN']);

/** Whether a call may be placed. Toll fraud dials far and dear at once, so destinations come before counts. */
export function judgeSpend(settings: CallSettings, facts: GuardFacts): GuardVerdict {
  if (facts.userLastMinute >= settings.perMinutePerUser)
    return { kind: 'too_fast', limit: settings.perMinutePerUser };
  const verdict = judgeDestination(settings, facts);
  return verdict.kind === 'allowed' ? judgeCounts(settings, facts) : verdict;
}

/**
 * Whether a telephone may be rung at all, whoever asks and however much has been spent. Digits in no known range are dear
 * until somebody says otherwise: frauds rent ranges that no list has yet.
 */
export function judgeDestination(
  settings: CallSettings,
  facts: Pick<GuardFacts, 'to' | 'country' | 'lineType' | 'ownCountries'>,
): GuardVerdict {
  const prefix = settings.blockedPrefixes.find((blocked) => facts.to.startsWith(blocked));
  if (prefix) return { kind: 'prefix_blocked', prefix };
  if (facts.lineType && DEAR.has(facts.lineType) && !settings.allowPremium)
    return { kind: 'premium_blocked' };
  const allowed = settings.allowedCountries ?? facts.ownCountries;
  if (facts.country === null || !allowed.includes(facts.country))
    return { kind: 'country_blocked', country: facts.country ?? '?' };
  if (facts.lineType === null && !settings.allowPremium) return { kind: 'unknown_kind' };
  return { kind: 'allowed' };
}

function judgeCounts(settings: CallSettings, facts: GuardFacts): GuardVerdict {
  if (facts.live >= settings.maxConcurrent) return { kind: 'too_many_live', limit: settings.maxConcurrent };
  if (facts.userToday >= settings.perUserPerDay) return { kind: 'user_limit', limit: settings.perUserPerDay };
  if (facts.numberToday >= settings.perNumberPerDay)
    return { kind: 'number_limit', limit: settings.perNumberPerDay };
  return judgeBudget(settings, facts.spentToday);
}

/**
 * Whether the day's budget has something left. Amounts of different currencies cannot be compared, so each has a limit of its
 * own: what is spent in a currency without one would be no part of the budget, and holds everything up until somebody
 * writes a limit in it.
 */
export function judgeBudget(settings: CallSettings, spentToday: GuardFacts['spentToday']): GuardVerdict {
  const limits = spendLimitsOf(settings);
  if (limits.length === 0) return { kind: 'allowed' };
  for (const { amount, currency } of limits)
    if (Number(spentToday[currency] ?? 0) >= amount) return { kind: 'spend_limit', amount, currency };
  const limited = limits.map(({ currency }) => currency);
  const spent = Object.keys(spentToday).find(
    (each) => Number(spentToday[each]) > 0 && !limited.includes(each),
  );
  return spent ? { kind: 'spend_currency', currency: limited.join(', '), spent } : { kind: 'allowed' };
}

/** What is dialled to reach fire, police and ambulance somewhere. Relais cannot say where the caller is, so it does not try. */
const EMERGENCY = new Set([
  ...[
    '112',
    '911',
    '999',
    '000',
    '110',
    '111',
    '118',
    '119',
    '100',
    '101',
    '102',
    '103',
    '104',
    '106',
    '107',
    '108',
  ],
  ...[
    '113',
    '114',
    '115',
    '116',
    '117',
    '120',
    '122',
    '123',
    '131',
    '133',
    '144',
    '15',
    '17',
    '18',
    '190',
    '191',
    '192',
  ],
  ...['193', '194', '195', '196', '197', '198', '199', '993', '995', '997', '998', '1122', '1300'],
]);

/** Whether what somebody wrote is an emergency number. */
export function isEmergency(written: string): boolean {
  const digits = written.replace(/[^\d+]/g, '');
  return EMERGENCY.has(digits);
}
