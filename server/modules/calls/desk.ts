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
  const { value: settings } = await store.findSettings(tx);
  const routes = await store.findRoutes(tx, numberIds);
  const { country } = await companyProfile(tx);
  const fallback = routes.find(({ numberId }) => numberId === null)?.rule ?? defaultRule(languageOf(country));
  const people = new Map<string, Promise<Reachable[]>>();
  return {
    settings,
    country,
    ruleOf: (id) => routes.find(({ numberId }) => numberId === id)?.rule ?? fallback,
    reachable: (provider, accountId) => {
      const key = `${provider} ${accountId}`;
      const known = people.get(key) ?? reachableNow(ctx, tx, provider, accountId);
      people.set(key, known);
      return known;
    },
  };
}

/** People who left the company are not rung, whatever they had set; nor browsers that this account cannot ring. */
async function reachableNow(
  ctx: CompanyCtx,
  tx: Tx,
  provider: ProviderName,
  accountId: string | null,
): Promise<Reachable[]> {
  const phones = (await store.listPhones(tx)).filter(({ available }) => available);
  if (phones.length === 0) return [];
  const members = await memberNames(
    tx,
    phones.map(({ userId }) => userId),
  );
  const addresses = await softphoneAddresses(tx, provider, accountId);
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
 * what is no number.
 */
export async function contactsOf(
  ctx: CompanyCtx,
  tx: Tx,
  phoneNumbers: readonly string[],
): Promise<Map<string, ContactRef>> {
  const wanted = [...new Set(phoneNumbers.filter((phone) => E164.test(phone)))];
  if (wanted.length === 0) return new Map();
  const own = new Set(
    (await activeNumbers(tx, { phoneNumbers: wanted })).map(({ phoneNumber }) => phoneNumber),
  );
  const others = wanted.filter((phone) => !own.has(phone)).map((phoneNumber) => ({ phoneNumber }));
  await sql`savepoint contacts`.execute(tx);
  try {
    return await ensureContacts(ctx, tx, others);
  } catch (error) {
    // A number that another module knows as the company's own: the call comes through, without a contact.
    if (!(error instanceof RelaisError)) throw error;
    await sql`rollback to savepoint contacts`.execute(tx);
    if (others.length === 1) return new Map();
    const found = new Map<string, ContactRef>();
    for (const { phoneNumber } of others)
      for (const [phone, contact] of await contactsOf(ctx, tx, [phoneNumber])) found.set(phone, contact);
    return found;
  }
}
