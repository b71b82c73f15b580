import type { CompanyCtx, Ctx } from '../../kernel/ctx.ts';
import { isGranted } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { callingCode, maskedPhoneNumber } from '../../kernel/phone.ts';
import { audit } from '../identity/index.ts';
import { numberParts, PHONES_MAX, searchDigits, searchWords } from './model.ts';
import { findContactIds, type SearchTerms } from './search-store.ts';
import * as store from './store.ts';
import { type ContactRef, toRef } from './views.ts';

/** Contacts by their ids, for other modules; the id of one that was merged leads to the one that was kept. */
export async function contactsByIds(tx: Tx, ids: readonly string[]): Promise<Map<string, ContactRef>> {
  const rows = await store.findContacts(tx, ids);
  return new Map([...rows].map(([id, row]) => [id, toRef(row)]));
}

/** What a list shows of contacts, by the ids it knows them by; that of one that was merged leads to the one that was kept. */
export function contactNames(tx: Tx, ids: readonly string[]): Promise<Map<string, store.ContactName>> {
  return store.findNames(tx, ids);
}

/** What a text looks for. Digits find numbers only for people who may see them whole. */
export function searchTerms(ctx: Ctx, text: string, region: string): SearchTerms {
  const digits = isGranted(ctx, 'contacts:reveal') ? searchDigits(text.trim()) : null;
  return {
    words: searchWords(text),
    numbers: digits === null ? null : numberParts(digits, callingCode(region)),
  };
}

/** Ids of contacts whose name, e-mail address or number has these beginnings, newest first. */
export function searchContactIds(ctx: CompanyCtx, tx: Tx, text: string, limit: number): Promise<string[]> {
  return findContactIds(tx, searchTerms(ctx, text, ctx.kernel.config.DEFAULT_REGION), limit);
}

/**
 * Gives a number to a contact, or to the one that it was merged into.
 * @throws contact_phones_full, and what a listener to contact.phone_added refuses with.
 */
export async function linkPhone(
  ctx: CompanyCtx,
  tx: Tx,
  contactId: string,
  phoneNumber: string,
): Promise<'linked' | 'same' | 'other_contact' | 'not_found'> {
  const contact = (await store.lockContacts(tx, [contactId], 'change')).get(contactId);
  if (!contact) return 'not_found';
  if (contact.phones.some((phone) => phone.phoneNumber === phoneNumber)) return 'same';
  if (contact.phones.length >= PHONES_MAX) fail('contact_phones_full', { limit: PHONES_MAX });
  const { clock, news } = ctx.kernel;
  const isPrimary = contact.phones.length === 0;
  const phone = { id: newId(clock), contactId: contact.id, phoneNumber, label: '', isPrimary };
  const added = await store.insertPhones(tx, ctx.companyId, [phone], clock.now());
  if (added.size === 0) return 'other_contact';
  await store.touchContacts(tx, [contact.id], clock.now());
  await news.tell(ctx, tx, 'contact.phone_added', phoneNumber);
  await audit(tx, ctx, {
    action: 'contact.phone_added',
    entityType: 'contact',
    entityId: contact.id,
    changes: { phoneNumber: { from: null, to: maskedPhoneNumber(phoneNumber) } },
  });
  await store.publishContacts(tx, ctx.companyId, [contact.id]);
  return 'linked';
}
