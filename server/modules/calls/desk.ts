import type { CompanyCtx } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { type ContactRef, ensureContacts } from '../contacts/index.ts';
import { companyProfile, memberNames } from '../identity/index.ts';
import { activeNumbers } from '../numbers/index.ts';
import type { ProviderName } from '../providers/index.ts';
import { type CallSettings, defaultRule, languageOf, type Rule } from './model.ts';
import type { Reachable } from './plan.ts';
import * as store from './settings-store.ts';

/** How a company answers at this moment: its settings, its rules, and who can be rung. */
export interface Desk {
  settings: CallSettings;
  country: string;
  ruleOf(numberId: string | null): Rule;
  /** Colleagues who can be rung now, through one account of a provider. */
  reachable(provider: ProviderName, accountId: string | null): Promise<Reachable[]>;
}

/** Reads everything that plans are made of, once for all calls of a transaction. */
export async function openDesk(ctx: CompanyCtx, tx: Tx, numberIds: readonly string[]): Promise<Desk> {
  const [{ value: settings }, routes, { country }, phones] = await Promise.all([
    store.findSettings(tx),
    store.findRoutes(tx, numberIds),
    companyProfile(tx),
    store.listPhones(tx),
  ]);
  const fallback = routes.find(({ numberId }) => numberId === null)?.rule ?? defaultRule(languageOf(country));
  const people = new Map<string, Promise<Reachable[]>>();
  return {
    settings,
    country,
    ruleOf: (id) => routes.find(({ numberId }) => numberId === id)?.rule ?? fallback,
    reachable: (provider, accountId) => {
      const key = `${provider} ${accountId}`;
      const known = people.get(key) ?? reachableNow(ctx, tx, phones, { provider, accountId });
      people.set(key, known);
      return known;
    },
  };
}

/** People who left the company are not rung, whatever they had set; nor browsers that this account cannot ring. */
async function reachableNow(
  ctx: CompanyCtx,
  tx: Tx,
  all: readonly store.PhoneRow[],
  { provider, accountId }: { provider: ProviderName; accountId: string | null },
): Promise<Reachable[]> {
  const phones = all.filter(({ available }) => available);
  if (phones.length === 0) return [];
  const [members, addresses] = await Promise.all([
    memberNames(
      tx,
      phones.map(({ userId }) => userId),
    ),
    softphoneAddresses(tx, provider, accountId),
  ]);
  const now = ctx.kernel.clock.now();
  return phones
    .filter(({ userId }) => members.has(userId))
    .map(({ userId, phoneNumber, browserUntil }) => ({
      ...{ userId, phoneNumber },
      browser: browserUntil !== null && browserUntil > now && addresses.has(userId),
    }))
    .filter(({ phoneNumber, browser }) => phoneNumber !== null || browser);
}

/** Where people's browsers are rung through one account, by person. */
export async function softphoneAddresses(
  tx: Tx,
  provider: ProviderName,
  accountId: string | null,
): Promise<Map<string, string>> {
  const rows = await store.listSoftphones(tx, provider, accountId);
  return new Map(rows.flatMap(({ userId, address }) => (userId && address ? [[userId, address]] : [])));
}

const E164 = /^\+[1-9]\d{5,14}$/;

/**
 * The contacts of whoever calls or is called, made where there are none. The company's own numbers are no contacts, nor is
 * what is no number. @param isWanted whether a contact is to be made for a number that has none; absent: for all of them.
 */
export async function contactsOf(
  ctx: CompanyCtx,
  tx: Tx,
  phoneNumbers: readonly string[],
  isWanted: (phoneNumber: string) => Promise<boolean> = async () => true,
): Promise<Map<string, ContactRef>> {
  const wanted = [...new Set(phoneNumbers.filter((phone) => E164.test(phone)))];
  if (wanted.length === 0) return new Map();
  const numbers = activeNumbers(tx, { phoneNumbers: wanted });
  let made: string[] = [];
  const whichToMake = async (unknown: string[]): Promise<Set<string>> => {
    const own = new Set((await numbers).map(({ phoneNumber }) => phoneNumber));
    const isChosen = await Promise.all(
      unknown.map(async (phone) => !own.has(phone) && (await isWanted(phone))),
    );
    made = unknown.filter((_phone, index) => isChosen[index]);
    // It leaves with what follows; should it fail, so does all of that.
    if (made.length > 0) sql`savepoint contacts`.execute(tx).catch(() => undefined);
    return new Set(made);
  };
  try {
    const known = wanted.map((phoneNumber) => ({ phoneNumber }));
    const [own, found] = await Promise.all([numbers, ensureContacts(ctx, tx, known, whichToMake)]);
    for (const { phoneNumber } of own) found.delete(phoneNumber);
    return found;
  } catch (error) {
    // A number that another module knows as the company's own: the call comes through, without a contact.
    if (!(error instanceof RelaisError) || made.length === 0) throw error;
    await sql`rollback to savepoint contacts`.execute(tx);
    const [refused] = made.length === 1 ? made : [];
    const found = new Map<string, ContactRef>();
    for (const phone of wanted.filter((each) => each !== refused))
      for (const [each, contact] of await contactsOf(ctx, tx, [phone], isWanted)) found.set(each, contact);
    return found;
  }
}
