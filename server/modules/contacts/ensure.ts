import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { audit } from '../identity/index.ts';
import { type FirstContact, holdersOf, insertFirstContacts } from './ensure-store.ts';
import { LIMITS, searchWords } from './model.ts';
import { replaceWords } from './search-store.ts';
import type { ContactRow } from './store.ts';
import { type ContactRef, toRef } from './views.ts';

/** A number that somebody texts or calls from, and the name that came with it. */
export interface KnownPhone {
  /** E.164. */
  phoneNumber: string;
  name?: string | null;
}

/**
 * The contacts of numbers, made where there are none: one statement when all are known, a few more otherwise, whatever
 * their count. Two transactions that see a number for the first time make one contact. None of the contacts is merged or
 * deleted before the transaction ends.
 * @param whichToMake of numbers that nobody has; absent: all of them.
 * @returns by number.
 */
export async function ensureContacts(
  ctx: CompanyCtx,
  tx: Tx,
  phones: readonly KnownPhone[],
  whichToMake?: (unknown: string[]) => Promise<ReadonlySet<string>>,
): Promise<Map<string, ContactRef>> {
  const wanted = new Map(phones.map((phone) => [phone.phoneNumber, phone]));
  const found = wanted.size > 0 ? await holdersOf(tx, [...wanted.keys()]) : new Map<string, ContactRow>();
  const missing = () => [...wanted.values()].filter(({ phoneNumber }) => !found.has(phoneNumber));
  if (whichToMake && found.size < wanted.size) {
    const chosen = await whichToMake(missing().map(({ phoneNumber }) => phoneNumber));
    for (const { phoneNumber } of missing()) if (!chosen.has(phoneNumber)) wanted.delete(phoneNumber);
  }
  while (found.size < wanted.size) {
    for (const [phoneNumber, row] of await makeContacts(ctx, tx, missing())) found.set(phoneNumber, row);
    // What somebody else has just written is not among these; the next look finds it.
    const others = missing().map(({ phoneNumber }) => phoneNumber);
    if (others.length === 0) break;
    for (const [phoneNumber, row] of await holdersOf(tx, others)) found.set(phoneNumber, row);
  }
  return new Map([...found].map(([phoneNumber, row]) => [phoneNumber, toRef(row)]));
}

async function makeContacts(
  ctx: CompanyCtx,
  tx: Tx,
  phones: readonly KnownPhone[],
): Promise<Map<string, ContactRow>> {
  const { clock, news } = ctx.kernel;
  const at = clock.now();
  const wanted = phones.map(({ phoneNumber, name }) => ({
    id: newId(clock),
    phoneId: newId(clock),
    phoneNumber,
    name: (name ?? '').trim().slice(0, LIMITS.name),
  }));
  // Whoever listens looks at the number alone, which is written by then: all of it leaves together.
  const [inserted] = await Promise.all([
    insertFirstContacts(tx, ctx.companyId, wanted, at),
    ...wanted.map(({ phoneNumber }) => news.tell(ctx, tx, 'contact.phone_added', phoneNumber)),
  ]);
  const made = wanted.filter(({ phoneNumber }) => inserted.has(phoneNumber));
  if (made.length === 0) return new Map();
  const named = made.filter(({ name }) => name !== '');
  const words = named.map(({ id, name }) => ({ id, words: searchWords(name) }));
  await replaceWords(tx, ctx.companyId, words);
  // What a text or a call makes is told by that text or call; what a person makes, by the audit log.
  if (ctx.actor.kind !== 'system')
    for (const { id } of made)
      await audit(tx, ctx, { action: 'contact.created', entityType: 'contact', entityId: id });
  return new Map(made.map((contact) => [contact.phoneNumber, firstRow(contact, at)]));
}

function firstRow({ id, phoneId, phoneNumber, name }: FirstContact, at: Date): ContactRow {
  return {
    ...{ id, name, stage: 'lead', email: null, note: '', mergedIntoId: null, createdAt: at, updatedAt: at },
    phones: [{ id: phoneId, phoneNumber, label: '', isPrimary: true }],
  };
}
