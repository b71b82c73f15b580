import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { maskedPhoneNumber } from '../../kernel/phone.ts';
import { audit, difference } from '../identity/index.ts';
import { type Stage, searchWords } from './model.ts';
import { transactPatiently } from './patience.ts';
import { changePhones, type PhoneInput } from './phones.ts';
import { replaceWords } from './search-store.ts';
import * as store from './store.ts';

export interface ContactInput {
  name: string;
  stage: Stage;
  email: string | null;
  note: string;
}

/** Throws not_found. The id of one that was merged leads to the one that was kept. */
export async function getContact(ctx: CompanyCtx, id: string): Promise<store.ContactRow> {
  return (await transact(ctx, (tx) => store.findContact(tx, id))) ?? fail('not_found', { what: 'contact' });
}

/** Held against other changes until the transaction ends. Throws not_found. */
async function holdContact(tx: Tx, id: string): Promise<store.ContactRow> {
  const contact = (await store.lockContacts(tx, [id], 'change')).get(id);
  return contact ?? fail('not_found', { what: 'contact' });
}

/** Throws what changePhones throws. */
export async function createContact(
  ctx: CompanyCtx,
  input: ContactInput & { phones: PhoneInput[] },
  region: string,
): Promise<store.ContactRow> {
  const { clock } = ctx.kernel;
  const { phones, ...facts } = { ...input, id: newId(clock) };
  return transactPatiently(ctx, async (tx) => {
    await store.insertContacts(tx, ctx.companyId, [facts], clock.now());
    await replaceWords(tx, ctx.companyId, [{ id: facts.id, words: searchWords(facts.name, facts.email) }]);
    const changes = await changePhones(ctx, tx, { id: facts.id, phones: [] }, phones, region);
    await audit(tx, ctx, {
      action: 'contact.created',
      entityType: 'contact',
      entityId: facts.id,
      changes: { name: { from: null, to: facts.name }, ...changes },
    });
    await store.publishContacts(tx, ctx.companyId, [facts.id]);
    return (await store.findContact(tx, facts.id))!;
  });
}

/**
 * Changes what is given. Of `phones`, those with an id are kept, those without are added, and the rest goes.
 * @throws not_found, and what changePhones throws.
 */
export async function updateContact(
  ctx: CompanyCtx,
  id: string,
  input: Partial<ContactInput> & { phones?: PhoneInput[] | undefined },
  region: string,
): Promise<store.ContactRow> {
  return transactPatiently(ctx, async (tx) => {
    const contact = await holdContact(tx, id);
    const { name, stage, email, note } = contact;
    const { phones, ...given } = input;
    const former: ContactInput = { name, stage, email, note };
    const facts = { ...former, ...given };
    const changes = {
      ...difference(former, facts),
      ...(phones ? await changePhones(ctx, tx, contact, phones, region) : {}),
    };
    if (Object.keys(changes).length === 0) return contact;
    await store.updateContacts(tx, [{ id: contact.id, ...facts }], ctx.kernel.clock.now());
    await replaceWords(tx, ctx.companyId, [{ id: contact.id, words: searchWords(facts.name, facts.email) }]);
    await audit(tx, ctx, {
      action: 'contact.updated',
      entityType: 'contact',
      entityId: contact.id,
      changes,
    });
    await store.publishContacts(tx, ctx.companyId, [contact.id]);
    return (await store.findContact(tx, contact.id))!;
  });
}

/** What changes in a contact's list of numbers, given the list as it is. */
type PhoneChange = (phones: store.PhoneRow[]) => PhoneInput[];

async function rewritePhones(
  ctx: CompanyCtx,
  id: string,
  change: PhoneChange,
  region: string,
): Promise<store.ContactRow> {
  return transactPatiently(ctx, async (tx) => {
    const contact = await holdContact(tx, id);
    const changes = await changePhones(ctx, tx, contact, change(contact.phones), region);
    if (Object.keys(changes).length === 0) return contact;
    await store.touchContacts(tx, [contact.id], ctx.kernel.clock.now());
    await audit(tx, ctx, {
      action: 'contact.updated',
      entityType: 'contact',
      entityId: contact.id,
      changes,
    });
    await store.publishContacts(tx, ctx.companyId, [contact.id]);
    return (await store.findContact(tx, contact.id))!;
  });
}

const asInput = ({ id, label, isPrimary }: store.PhoneRow): PhoneInput => ({ id, label, isPrimary });

/** Adds a number, or changes the label and the rank of one that the contact has. */
export function addPhone(
  ctx: CompanyCtx,
  id: string,
  phone: { phoneNumber: string; label?: string | undefined; isPrimary: boolean },
  region: string,
): Promise<store.ContactRow> {
  const others = (phones: store.PhoneRow[]) =>
    phones.map((row) => ({ ...asInput(row), isPrimary: row.isPrimary && !phone.isPrimary }));
  return rewritePhones(ctx, id, (phones) => [...others(phones), phone], region);
}

/** Takes a number away; the next oldest becomes the primary one where it was that. Throws not_found, contact_last_phone. */
export function removePhone(
  ctx: CompanyCtx,
  id: string,
  phoneId: string,
  region: string,
): Promise<store.ContactRow> {
  const without = (phones: store.PhoneRow[]) => {
    if (!phones.some((phone) => phone.id === phoneId)) fail('not_found', { what: 'phone' });
    return phones.filter((phone) => phone.id !== phoneId).map(asInput);
  };
  return rewritePhones(ctx, id, without, region);
}

/** Deletes a contact and its numbers. The id of one that was merged deletes nothing: it may mean the other one. */
export async function removeContact(ctx: CompanyCtx, id: string): Promise<void> {
  await transactPatiently(ctx, async (tx) => {
    const contact = (await store.lockContacts(tx, [id], 'end')).get(id);
    if (!contact || contact.id !== id.toLowerCase()) fail('not_found', { what: 'contact' });
    // Told first, so that whoever points at the contact can let go of it.
    await ctx.kernel.news.tell(ctx, tx, 'contact.deleted', contact.id);
    await store.deleteContact(tx, contact.id);
    await audit(tx, ctx, {
      action: 'contact.deleted',
      entityType: 'contact',
      entityId: contact.id,
      changes: {
        name: { from: contact.name, to: null },
        phones: { from: contact.phones.map((phone) => maskedPhoneNumber(phone.phoneNumber)), to: null },
      },
    });
    await store.publishContacts(tx, ctx.companyId, [contact.id]);
  });
}
