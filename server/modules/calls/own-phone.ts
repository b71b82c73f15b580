import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import { softphoneAddresses } from './desk.ts';
import { isEmergency } from './guard.ts';
import type { CallRequest } from './initiate.ts';
import { listPhones } from './settings-store.ts';

/** Where the one who calls is rung first. */
export interface OwnPhone {
  via: 'phone' | 'browser';
  /** E.164, or browser:<user id>. */
  address: string;
  userId: string | null;
}

/**
 * The telephone of whoever calls: the one named in the request, the saved one, or the browser. A program has none but the
 * one that it names.
 */
export async function ownPhoneOf(
  ctx: CompanyCtx,
  tx: Tx,
  request: Pick<CallRequest, 'via' | 'agentPhone'>,
  number: NumberFacts,
  region: string,
): Promise<OwnPhone> {
  const userId = ctx.actor.kind === 'user' ? ctx.actor.id : null;
  const { via, agentPhone } = request;
  if (agentPhone && via !== 'browser') {
    if (isEmergency(agentPhone)) fail('emergency_number', { phoneNumber: agentPhone });
    return { via: 'phone', address: await noneOfOurs(tx, normalisePhoneNumber(agentPhone, region)), userId };
  }
  if (userId === null) fail('agent_phone_missing');
  const saved = (await listPhones(tx)).find((phone) => phone.userId === userId);
  if (saved?.phoneNumber && via !== 'browser')
    return { via: 'phone', address: await noneOfOurs(tx, saved.phoneNumber), userId };
  if (via === 'phone') fail('own_phone_missing');
  const addresses = await softphoneAddresses(tx, number.provider, number.providerAccountId);
  const listens = saved?.browserUntil && saved.browserUntil > ctx.kernel.clock.now() && addresses.has(userId);
  if (!listens) fail('own_phone_missing');
  return { via: 'browser', address: `browser:${userId}`, userId };
}

/** One of the company's own numbers is no telephone: the call would come back in, and ring others. */
async function noneOfOurs(tx: Tx, phoneNumber: string): Promise<string> {
  const [own] = await activeNumbers(tx, { phoneNumbers: [phoneNumber] });
  if (own) fail('call_own_number', { phoneNumber });
  return phoneNumber;
}
