import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { maskedPhoneNumber, normalisePhoneNumber } from '../../kernel/phone.ts';
import type { Changes } from '../identity/index.ts';
import { PHONES_MAX } from './model.ts';
import * as store from './store.ts';
import { maskPhone } from './views.ts';

/** A number as people give it: one of the contact's own by its id, or a number as they write it. */
export interface PhoneInput {
  id?: string | undefined;
  phoneNumber?: string | undefined;
  label?: string | undefined;
  isPrimary?: boolean | undefined;
}

/**
 * Makes a contact's list of numbers what is given, its first primary one the primary one (or the first of all). The contact
 * must be held. @returns what changed, for the audit log, with numbers masked: the log outlives the contact.
 * @throws invalid_phone_number, contact_phone_twice, contact_phone_taken, contact_last_phone, contact_phones_full,
 * not_found, and what a listener to contact.phone_added refuses with.
 */
export async function changePhones(
  ctx: CompanyCtx,
  tx: Tx,
  contact: Pick<store.ContactRow, 'id' | 'phones'>,
  given: readonly PhoneInput[],
  region: string,
): Promise<Changes> {
  if (given.length === 0) fail('contact_last_phone');
  const phones = wantedPhones(ctx, contact, given, region);
  if (phones.length > PHONES_MAX) fail('contact_phones_full', { limit: PHONES_MAX });
  const former = new Map(contact.phones.map((phone) => [phone.id, phone]));
  const added = phones.filter(({ id }) => !former.has(id));
  const kept = new Set(phones.map(({ id }) => id));

  await store.deletePhones(
    tx,
    contact.phones.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
  );
  await addPhones(ctx, tx, contact.id, added);
  await store.updateLabels(
    tx,
    phones.filter(({ id, label }) => former.has(id) && former.get(id)?.label !== label),
  );
  const primary = phones.find((phone) => phone.isPrimary)!;
  if (!former.get(primary.id)?.isPrimary) await store.setPrimary(tx, contact.id, primary.id);

  const [from, to] = [inWords(contact.phones), inWords(phones)];
  return JSON.stringify(from) === JSON.stringify(to) ? {} : { phones: { from, to } };
}

/** The list as rows: each with an id, one of them the primary one. */
function wantedPhones(
  ctx: CompanyCtx,
  contact: Pick<store.ContactRow, 'phones'>,
  given: readonly PhoneInput[],
  region: string,
): store.PhoneRow[] {
  const rows = new Map<string, store.PhoneRow & { named: boolean }>();
  for (const { id, phoneNumber, label, isPrimary = false } of given) {
    const e164 = id ? null : normalisePhoneNumber(phoneNumber ?? '', region);
    const own = contact.phones.find((phone) => (id ? phone.id === id : phone.phoneNumber === e164));
    if (!own && !e164) fail('not_found', { what: 'phone' });
    const row = own ?? { id: newId(ctx.kernel.clock), phoneNumber: e164!, label: '', isPrimary: false };
    const earlier = rows.get(row.phoneNumber);
    // Adding a number that the contact has changes it; giving one twice as new is a slip of the hand.
    if (earlier && (earlier.named || id))
      fail('contact_phone_twice', { phoneNumber: phoneNumber ?? e164 ?? '' });
    rows.set(row.phoneNumber, { ...row, label: label ?? row.label, isPrimary, named: !id });
  }
  const list = [...rows.values()].map(({ named: _named, ...row }) => row);
  const primary = list.find((row) => row.isPrimary) ?? list[0];
  return list.map((row) => ({ ...row, isPrimary: row === primary }));
}

/** Throws contact_phone_taken. */
async function addPhones(
  ctx: CompanyCtx,
  tx: Tx,
  contactId: string,
  phones: readonly store.PhoneRow[],
): Promise<void> {
  const rows = phones.map((phone) => ({ ...phone, contactId, isPrimary: false }));
  const added = await store.insertPhones(tx, ctx.companyId, rows, ctx.kernel.clock.now());
  for (const { phoneNumber } of phones) {
    if (!added.has(phoneNumber)) await failTaken(ctx, tx, phoneNumber);
    await ctx.kernel.news.tell(ctx, tx, 'contact.phone_added', phoneNumber);
  }
}

async function failTaken(ctx: CompanyCtx, tx: Tx, phoneNumber: string): Promise<never> {
  const holder = await store.findHolder(tx, phoneNumber);
  const name = holder?.name || maskPhone(ctx, phoneNumber);
  fail('contact_phone_taken', { name }, { contactId: holder?.contactId ?? null, name: holder?.name ?? '' });
}

function inWords(phones: readonly store.PhoneRow[]): string[] {
  return phones
    .map(({ phoneNumber, label, isPrimary }) => ({
      key: phoneNumber,
      text: `${maskedPhoneNumber(phoneNumber)}${label && ` (${label})`}${isPrimary ? ' *' : ''}`,
    }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ text }) => text);
}
