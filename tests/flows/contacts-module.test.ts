import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompanyCtx, systemCtx, transact } from '../../server/kernel/ctx.ts';
import { RelaisError } from '../../server/kernel/errors.ts';
import { createNews } from '../../server/kernel/news.ts';
import {
  contactsByIds,
  ensureContacts,
  linkPhone,
  searchContactIds,
} from '../../server/modules/contacts/index.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What other modules ask of contacts, on a real database.

let relais: TestRelais;
let ctx: CompanyCtx;
const told: string[] = [];

beforeAll(async () => {
  relais = await startRelais();
  ctx = systemCtx(relais.kernel, relais.companyId, 'test');
  for (const topic of ['contact.phone_added', 'contact.merged', 'contact.deleted'])
    relais.kernel.news.on(topic, async (_ctx, _tx, entityId) => void told.push(`${topic} ${entityId}`));
});
afterAll(() => relais?.stop());

const phones = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    phoneNumber: `+336${String(from + index).padStart(8, '0')}`,
  }));
const ensure = (wanted: { phoneNumber: string; name?: string }[]) =>
  transact(ctx, (tx) => ensureContacts(ctx, tx, wanted));

describe('contacts of numbers', () => {
  it('are made once, and told once', async () => {
    const wanted = [...phones(10, 3), { phoneNumber: '+33600000010', name: 'Zoé Lévêque' }];
    const first = await ensure(wanted);
    const again = await ensure([...wanted, ...phones(13, 1)]);
    expect([...first.keys()].sort()).toEqual(phones(10, 3).map((phone) => phone.phoneNumber));
    for (const [phoneNumber, contact] of first) expect(again.get(phoneNumber)).toEqual(contact);
    expect(first.get('+33600000010')).toMatchObject({
      name: 'Zoé Lévêque',
      stage: 'lead',
      phones: [{ phoneNumber: '+33600000010', isPrimary: true }],
      mergedIntoId: null,
    });
    expect(told).toEqual(phones(10, 4).map(({ phoneNumber }) => `contact.phone_added ${phoneNumber}`));
    expect(await transact(ctx, (tx) => searchContactIds(ctx, tx, 'leveq', 5))).toEqual([
      first.get('+33600000010')!.id,
    ]);
  });

  it('are one when many transactions see them first at the same moment, in any order', async () => {
    told.length = 0;
    const wanted = phones(1000, 40);
    const orders = [wanted, [...wanted].reverse(), wanted.slice(20), wanted.slice(0, 25), wanted];
    const answers = await Promise.all(orders.map(ensure));
    const ids = new Map<string, Set<string>>();
    for (const answer of answers)
      for (const [phoneNumber, { id }] of answer)
        ids.set(phoneNumber, (ids.get(phoneNumber) ?? new Set()).add(id));
    expect([...ids.values()].filter((each) => each.size !== 1)).toEqual([]);
    expect(answers.map((answer) => answer.size)).toEqual([40, 40, 20, 25, 40]);
    expect(told.length).toBe(40);
  });

  it('cost the same few statements for one as for many', async () => {
    // Without listeners, who ask what they like about each new number.
    const alone = { ...ctx, kernel: { ...ctx.kernel, news: createNews() } };
    const count = async (wanted: { phoneNumber: string }[]) =>
      transact(alone, async (tx) => {
        let statements = 0;
        const executor = tx.getExecutor();
        const original = executor.executeQuery.bind(executor);
        executor.executeQuery = ((...args: Parameters<typeof original>) => {
          statements += 1;
          return original(...args);
        }) as typeof executor.executeQuery;
        await ensureContacts(alone, tx, wanted);
        executor.executeQuery = original;
        return statements;
      });
    expect(await count(phones(2000, 1))).toBe(await count(phones(3000, 200)));
    expect(await count(phones(3000, 200))).toBe(1);
  });
});

describe('a number that is linked', () => {
  it('goes to one contact', async () => {
    const made = await ensure(phones(50, 2));
    const [first, second] = [...made.values()];
    const link = (id: string, phoneNumber: string) =>
      transact(ctx, (tx) => linkPhone(ctx, tx, id, phoneNumber));
    expect(await link(first!.id, '+33700000001')).toBe('linked');
    expect(await link(first!.id, '+33700000001')).toBe('same');
    expect(await link(second!.id, '+33700000001')).toBe('other_contact');
    expect(await link('ffffffff-ffff-4fff-bfff-ffffffffffff', '+33700000009')).toBe('not_found');
    const refs = await transact(ctx, (tx) => contactsByIds(tx, [first!.id, second!.id, 'nonsense']));
    expect(refs.size).toBe(2);
    expect(refs.get(first!.id)?.phones).toEqual([
      { phoneNumber: first!.phones[0]!.phoneNumber, isPrimary: true },
      { phoneNumber: '+33700000001', isPrimary: false },
    ]);
  });

  it('is refused by whoever listens, and nothing is written then', async () => {
    relais.kernel.news.on('contact.phone_added', async (_ctx, _tx, phoneNumber) => {
      if (phoneNumber === '+33799999999') throw new RelaisError('conflict', { params: { reason: 'ours' } });
    });
    await expect(ensure([{ phoneNumber: '+33799999999' }])).rejects.toThrow('ours');
    expect(await transact(ctx, (tx) => searchContactIds(ctx, tx, '+33799999999', 5))).toEqual([]);
  });
});
