import type { CompanyCtx } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { type ContactRef, heldContacts, makeFirstContacts } from '../contacts/index.ts';
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

/** The contacts of whoever calls or is called. */
export interface Contacts {
  found: Map<string, ContactRef>;
  /** The company's own numbers are no contacts. */
  own: Set<string>;
}

/** Contacts that are there already, held until the transaction ends. What is no number has none. */
export async function knownContacts(tx: Tx, phoneNumbers: readonly string[]): Promise<Contacts> {
  const wanted = [...new Set(phoneNumbers.filter((phone) => E164.test(phone)))];
  if (wanted.length === 0) return { found: new Map(), own: new Set() };
  const [numbers, found] = await Promise.all([
    activeNumbers(tx, { phoneNumbers: wanted }),
    heldContacts(tx, wanted),
  ]);
  const own = new Set(numbers.map(({ phoneNumber }) => phoneNumber));
  for (const phone of own) found.delete(phone);
  return { found, own };
}

/** Makes contacts for those of these numbers that have none. What is no number gets none, nor do our own. */
export async function makeContacts(
  ctx: CompanyCtx,
  tx: Tx,
  { found, own }: Contacts,
  phoneNumbers: readonly string[],
): Promise<void> {
  const unknown = [...new Set(phoneNumbers)]
    .filter((phone) => E164.test(phone) && !found.has(phone) && !own.has(phone))
    .map((phoneNumber) => ({ phoneNumber }));
  if (unknown.length === 0) return;
  try {
    const [, made] = await Promise.all([
      sql`savepoint contacts`.execute(tx),
      makeFirstContacts(ctx, tx, unknown),
    ]);
    for (const [phone, contact] of made) found.set(phone, contact);
  } catch (error) {
    // A number that another module knows as the company's own: the call comes through, without a contact.
    if (!(error instanceof RelaisError)) throw error;
    await sql`rollback to savepoint contacts`.execute(tx);
    if (unknown.length === 1) return;
    for (const { phoneNumber } of unknown) await makeContacts(ctx, tx, { found, own }, [phoneNumber]);
  }
}

/** The contacts of whoever is called, made where there are none. */
export async function contactsOf(
  ctx: CompanyCtx,
  tx: Tx,
  phoneNumbers: readonly string[],
): Promise<Map<string, ContactRef>> {
  const contacts = await knownContacts(tx, phoneNumbers);
  await makeContacts(ctx, tx, contacts, phoneNumbers);
  return contacts.found;
}
