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
  /** Where people's browsers are rung through one account, by person. */
  browsers(provider: ProviderName, accountId: string | null): Promise<Map<string, string>>;
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
  const browsers = onceFor((provider, accountId) => softphoneAddresses(tx, provider, accountId));
  return {
    settings,
    country,
    ruleOf: (id) => routes.find(({ numberId }) => numberId === id)?.rule ?? fallback,
    browsers,
    reachable: onceFor((provider, accountId) =>
      reachableNow(ctx, tx, phones, () => browsers(provider, accountId)),
    ),
  };
}

/** Asks once for each account. */
function onceFor<T>(ask: (provider: ProviderName, accountId: string | null) => Promise<T>) {
  const asked = new Map<string, Promise<T>>();
  return (provider: ProviderName, accountId: string | null): Promise<T> => {
    const key = `${provider} ${accountId}`;
    const answer = asked.get(key) ?? ask(provider, accountId);
    asked.set(key, answer);
    return answer;
  };
}

/** People who left the company are not rung, whatever they had set; nor browsers that this account cannot ring. */
async function reachableNow(
  ctx: CompanyCtx,
  tx: Tx,
  all: readonly store.PhoneRow[],
  browsers: () => Promise<Map<string, string>>,
): Promise<Reachable[]> {
  const phones = all.filter(({ available }) => available);
  if (phones.length === 0) return [];
  const [members, addresses] = await Promise.all([
    memberNames(
      tx,
      phones.map(({ userId }) => userId),
    ),
    browsers(),
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
