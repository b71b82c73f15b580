import type { CompanyCtx } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { audit } from '../identity/index.ts';
import { mergedFacts, PHONES_MAX, searchWords } from './model.ts';
import { transactPatiently } from './patience.ts';
import { replaceWords } from './search-store.ts';
import * as store from './store.ts';

/**
 * Makes one contact of two. The kept one gets the other's numbers, and its name, e-mail address and note where it has none;
 * it is a client when either was. The other stays as a signpost. Of two merges of the same contacts at once, the second
 * finds one contact.
 * @throws not_found, contacts_same, contact_phones_full.
 */
export async function mergeContacts(
  ctx: CompanyCtx,
  keptId: string,
  otherId: string,
): Promise<store.ContactRow> {
  const at = ctx.kernel.clock.now();
  return transactPatiently(ctx, async (tx) => {
    const held = await store.lockContacts(tx, [keptId, otherId], 'end');
    const [kept, other] = [held.get(keptId), held.get(otherId)];
    if (!kept || !other) fail('not_found', { what: 'contact' });
    if (kept.id === other.id) fail('contacts_same');
    if (kept.phones.length + other.phones.length > PHONES_MAX)
      fail('contact_phones_full', { limit: PHONES_MAX });

    const facts = mergedFacts(kept, other);
    await store.movePhones(tx, other.id, kept.id);
    await store.updateContacts(tx, [{ id: kept.id, ...facts }], at);
    await replaceWords(tx, ctx.companyId, [
      { id: kept.id, words: searchWords(facts.name, facts.email) },
      { id: other.id, words: [] },
    ]);
    await store.pointContact(tx, other.id, kept.id, at);
    await ctx.kernel.news.tell(ctx, tx, 'contact.merged', other.id);
    await audit(tx, ctx, {
      action: 'contact.merged',
      entityType: 'contact',
      entityId: other.id,
      // What the kept one did not need is found here.
      changes: {
        mergedInto: { from: null, to: kept.id },
        ...Object.fromEntries(
          (['name', 'email', 'note'] as const)
            .filter((field) => other[field])
            .map((field) => [field, { from: other[field], to: facts[field] }]),
        ),
      },
    });
    await store.publishContacts(tx, ctx.companyId, [kept.id, other.id]);
    return (await store.findContact(tx, kept.id))!;
  });
}
