import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import { countForGuard } from './attempts-store.ts';
import type { Desk } from './desk.ts';
import { type GuardVerdict, judgeSpend } from './guard.ts';

const MINUTE_MS = 60_000;

/**
 * Lets a call through, or says why not. The telephone that is rung first costs as much as the one that is called, so both
 * are judged. @throws the verdict, in words.
 */
export async function requireAllowed(
  ctx: CompanyCtx,
  tx: Tx,
  call: { desk: Desk; number: NumberFacts; to: string; ownPhone: string | null },
): Promise<void> {
  const now = ctx.kernel.clock.now();
  const midnight = new Date(now);
  midnight.setUTCHours(0, 0, 0, 0);
  const counts = await countForGuard(tx, {
    ...{ authorId: ctx.actor.id, fromNumber: call.number.phoneNumber, midnight },
    minuteAgo: new Date(now.getTime() - MINUTE_MS),
  });
  const ownCountries = [
    call.desk.country,
    ...(await activeNumbers(tx, 'all_of_company')).map(({ country }) => country),
  ];
  for (const to of [call.to, ...(call.ownPhone ? [call.ownPhone] : [])]) {
    const { country, lineType } = parseE164(to);
    refuse(judgeSpend(call.desk.settings, { ...counts, to, country, lineType, ownCountries }));
  }
}

/** The same for whoever a call is passed on to: only where it goes, because the call is counted already. */
export async function requireDestination(tx: Tx, desk: Desk, to: string): Promise<void> {
  const ownCountries = [
    desk.country,
    ...(await activeNumbers(tx, 'all_of_company')).map(({ country }) => country),
  ];
  const { country, lineType } = parseE164(to);
  const nothing = { live: -1, userLastMinute: -1, userToday: -1, numberToday: -1, spentToday: {} };
  refuse(judgeSpend(desk.settings, { ...nothing, to, country, lineType, ownCountries }));
}

function refuse(verdict: GuardVerdict) {
  switch (verdict.kind) {
    case 'allowed':
      return;
    case 'too_fast':
      return fail('rate_limited', { seconds: MINUTE_MS / 1000 });
    case 'country_blocked':
      return fail('call_country_blocked', { country: verdict.country });
    case 'prefix_blocked':
      return fail('call_prefix_blocked', { prefix: verdict.prefix });
    case 'premium_blocked':
      return fail('call_premium_blocked');
    case 'too_many_live':
      return fail('call_limit_reached', { limit: verdict.limit, scope: 'live' });
    case 'user_limit':
      return fail('call_limit_reached', { limit: verdict.limit, scope: 'person/day' });
    case 'number_limit':
      return fail('call_limit_reached', { limit: verdict.limit, scope: 'number/day' });
    case 'spend_limit':
      return fail('call_spend_reached', { amount: verdict.amount, currency: verdict.currency });
  }
}
