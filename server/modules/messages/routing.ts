import type { Tx } from '../../kernel/db/index.ts';
import type { InboundText, ProviderEvent } from '../providers/index.ts';
import { holdersOf, type IntegrationRow } from './integrations-store.ts';
import type { UnroutableRow } from './unroutable-store.ts';

/** Why a text has nowhere to go. */
export type UnroutableReason =
  | 'unknown_number'
  | 'inactive_integration'
  | 'own_number'
  | 'sender_not_a_number'
  | 'wrong_account';

/** Where a text goes. */
export type Route =
  | { kind: 'routed'; companyId: string; integration: IntegrationRow }
  | { kind: 'unroutable'; companyId: string | null; reason: UnroutableReason };

const E164 = /^\+[1-9]\d{5,14}$/;

/** Finds the number that each text is for, with one look at all of them. For the system role. */
export async function routesOf(
  tx: Tx,
  arrivals: { event: ProviderEvent; text: InboundText }[],
): Promise<Route[]> {
  const numbers = arrivals.flatMap(({ text }) => [text.to, text.from]);
  const holders = await holdersOf(tx, [...new Set(numbers)]);
  return arrivals.map(({ event, text }) =>
    routeOf(
      event,
      text,
      holders.filter(({ phoneNumber }) => phoneNumber === text.to),
      holders.filter(({ phoneNumber }) => phoneNumber === text.from),
    ),
  );
}

/**
 * The same for a text that was kept because it had nowhere to go. Its signature was checked when it came.
 * @param signerSid the Twilio account that signed it; null for Telnyx, and for an account that is gone.
 */
export async function routeStored(
  tx: Tx,
  kept: Pick<UnroutableRow, 'provider' | 'providerAccountId' | 'companyId' | 'content'>,
  signerSid: string | null,
): Promise<Route> {
  const { content: text } = kept;
  const holders = await holdersOf(tx, [text.to, text.from]);
  return routeOf(
    { ...kept, accountId: kept.providerAccountId, accountSid: signerSid },
    text,
    holders.filter(({ phoneNumber }) => phoneNumber === text.to),
    holders.filter(({ phoneNumber }) => phoneNumber === text.from),
  );
}

/** The rule, pure. @param holders of the number that was texted; @param senders who hold the number that texted. */
export function routeOf(
  event: Pick<ProviderEvent, 'provider' | 'accountId' | 'accountSid' | 'companyId'>,
  text: Pick<InboundText, 'from' | 'accountSid'>,
  holders: IntegrationRow[],
  senders: IntegrationRow[],
): Route {
  const unroutable = (reason: UnroutableReason, companyId = event.companyId): Route => ({
    kind: 'unroutable',
    companyId,
    reason,
  });
  const holder = holders.find(({ isActive }) => isActive);
  if (!holder) {
    const idle = holders.find(({ companyId }) => !event.companyId || companyId === event.companyId);
    return idle ? unroutable('inactive_integration', idle.companyId) : unroutable('unknown_number');
  }
  if (!isOfAccount(event, text, holder))
    return unroutable('wrong_account', event.companyId ?? holder.companyId);
  const { companyId } = holder;
  if (!E164.test(text.from)) return unroutable('sender_not_a_number', companyId);
  // Our own numbers are no contacts: two of them would talk to each other for ever.
  if (senders.some((sender) => sender.companyId === companyId)) return unroutable('own_number', companyId);
  return { kind: 'routed', companyId, integration: holder };
}

/**
 * Whether the account that signed the event is the one that the number lives in (the same row, or the same Twilio SID), and
 * the one that the text says it is for.
 */
function isOfAccount(
  event: Pick<ProviderEvent, 'provider' | 'accountId' | 'accountSid'>,
  text: Pick<InboundText, 'accountSid'>,
  holder: IntegrationRow,
): boolean {
  if (event.provider !== holder.provider) return false;
  if (text.accountSid && event.accountSid && text.accountSid !== event.accountSid) return false;
  if (event.accountId === holder.providerAccountId) return true;
  return event.accountSid !== null && event.accountSid === holder.accountRef;
}
