import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../tests/harness/database.ts';
import {
  type At,
  ctxOf,
  findLedgerFaults,
  makeBox,
  makeTransaction,
} from '../../../tests/harness/float-rows.ts';
import { systemClock } from '../../kernel/clock.ts';
import { type Kernel, transact } from '../../kernel/ctx.ts';
import { type Database, inCompany, openDatabase, sql } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { bookMoves, type FloatMove } from './ledger.ts';
import type { TransactionType } from './model.ts';

let database: TestDatabase;
let db: Database;
let at: At;

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ DATABASE_POOL_MAX: 8 }, database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(async () => {
  const kernel = { db, clock: systemClock, log: pino({ level: 'silent' }) } as unknown as Kernel;
  const companyId = newId(systemClock);
  await db.ownerPool.query(
    `insert into companies (id, name, country, time_zone, currency, created_at) values ($1, 'Harness', 'CM', 'Africa/Douala', 'XAF', now())`,
    [companyId],
  );
  at = { kernel, companyId };
});

const book = (moves: FloatMove[]) => {
  const ctx = ctxOf(at);
  return transact(ctx, (tx) => bookMoves(ctx, tx, moves));
};

const balances = async (simIds: string[]) =>
  inCompany(db, at.companyId, async (tx) => {
    const { rows } = await sql<{ float: number; held: number }>`
      select float_available as float, float_held as held from box_sims
      where id = any(${simIds}::uuid[]) order by array_position(${simIds}::uuid[], id)`.execute(tx);
    return rows;
  });

/** Hand-overs of two transactions, on two SIMs. */
async function scene(type: TransactionType = 'recharge') {
  const { simIds } = await makeBox(at, [
    { slot: '1', operator: 'mtn' },
    { slot: '2', operator: 'orange' },
  ]);
  const ids = [await makeTransaction(at), await makeTransaction(at)];
  const move = (kind: FloatMove['kind'], index: number, attempt = 1): FloatMove => ({
    ...{ kind, transactionId: ids[index]!, attempt, type, amount: 1000 + index },
    simId: simIds[(index + attempt) % 2]!,
  });
  return { simIds, ids, move };
}

const KINDS = ['hold', 'post', 'release', 'reversal'] as const;

describe('the ledger', () => {
  it('holds, pays and gives back', async () => {
    const { simIds, move } = await scene();
    await book([move('hold', 0), move('hold', 1)]);
    expect(await balances(simIds)).toEqual([
      { float: -1001, held: 1001 },
      { float: -1000, held: 1000 },
    ]);
    await book([move('post', 0), move('release', 1)]);
    expect(await balances(simIds)).toEqual([
      { float: 0, held: 0 },
      { float: -1000, held: 0 },
    ]);
    expect(await findLedgerFaults(at)).toEqual([]);
  });

  it('is sound whatever is told, in any order, any number of times, and at once', async () => {
    const { simIds, move } = await scene();
    const anyMove = fc
      .tuple(fc.constantFrom(...KINDS), fc.nat(1), fc.integer({ min: 1, max: 2 }))
      .map(([kind, index, attempt]) => move(kind, index, attempt));
    const calls = fc.array(fc.array(anyMove, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(calls, async (told) => {
        await Promise.all(told.map(book));
        expect(await findLedgerFaults(at)).toEqual([]);
        for (const { held } of await balances(simIds)) expect(held).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 15 },
    );
  });

  it('comes to the same in any order and with any repeats, once a promise is made', async () => {
    const ends = fc.shuffledSubarray(['post', 'release'] as const, { minLength: 1 });
    const repeats = fc.array(fc.constantFrom('hold', 'post', 'release'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(ends, repeats, async (order, more) => {
        const { simIds, move } = await scene();
        await book([move('hold', 0)]);
        for (const kind of order) await book([move(kind, 0)]);
        for (const kind of more) if (kind === 'hold' || order.includes(kind)) await book([move(kind, 0)]);
        const free = order.includes('post') ? -1000 : 0;
        expect(await balances(simIds)).toEqual([
          { float: 0, held: 0 },
          { float: free, held: 0 },
        ]);
        expect(await findLedgerFaults(at)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('never waits in a circle', async () => {
    const { move } = await scene();
    const pairs = [...Array(30).keys()].map((n) =>
      n % 2
        ? [move('hold', 0, n + 3), move('hold', 1, n + 3)]
        : [move('hold', 1, n + 3), move('hold', 0, n + 3)],
    );
    await Promise.all(pairs.map(book));
    expect(await findLedgerFaults(at)).toEqual([]);
  });

  it('books nothing for a SIM that another company has', async () => {
    const { move } = await scene();
    const ours = at;
    at = { ...at, companyId: newId(systemClock) };
    await expect(book([move('hold', 0)])).rejects.toThrow('has no SIM');
    at = ours;
    expect(await findLedgerFaults(at)).toEqual([]);
  });

  it('keeps nothing of a transaction that is rolled back', async () => {
    const { simIds, move } = await scene();
    const ctx = ctxOf(at);
    await expect(
      transact(ctx, async (tx) => {
        await bookMoves(ctx, tx, [move('hold', 0)]);
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await balances(simIds)).toEqual([
      { float: 0, held: 0 },
      { float: 0, held: 0 },
    ]);
  });
});

describe('the database itself', () => {
  const entry = (simId: string, lines: [string, number][], to = simId) =>
    inCompany(db, at.companyId, async (tx) => {
      const id = newId(systemClock);
      await sql`
        insert into ledger_entries (id, company_id, sim_id, at, kind, reason, actor_kind, actor_id, actor_name)
        values (${id}, ${at.companyId}, ${simId}, now(), 'supply', 'x', 'system', 'x', 'x')`.execute(tx);
      for (const [account, amount] of lines)
        await sql`
          insert into ledger_lines (entry_id, company_id, sim_id, account, amount)
          values (${id}, ${at.companyId}, ${to}, ${account}, ${amount})`.execute(tx);
    });

  it('refuses entries that do not balance, or have no lines', async () => {
    const { simIds } = await scene();
    await expect(entry(simIds[0]!, [['float', 5]])).rejects.toThrow('do not balance');
    await expect(entry(simIds[0]!, [])).rejects.toThrow('does not balance');
    expect(await findLedgerFaults(at)).toEqual([]);
  });

  it('refuses lines for another SIM than that of their entry', async () => {
    const { simIds } = await scene();
    const lines = sql`('float', 5), ('owner', -5)`;
    const work = inCompany(db, at.companyId, async (tx) => {
      const id = newId(systemClock);
      await sql`
        insert into ledger_entries (id, company_id, sim_id, at, kind, reason, actor_kind, actor_id, actor_name)
        values (${id}, ${at.companyId}, ${simIds[0]!}, now(), 'supply', 'x', 'system', 'x', 'x')`.execute(tx);
      await sql`
        insert into ledger_lines (entry_id, company_id, sim_id, account, amount)
        select ${id}::uuid, ${at.companyId}::uuid, ${simIds[1]!}::uuid, account, amount from (values ${lines}) as line (account, amount)`.execute(
        tx,
      );
    });
    await expect(work).rejects.toThrow('do not balance');
  });

  it('refuses lines without an entry, however well they balance', async () => {
    const { simIds } = await scene();
    const work = inCompany(db, at.companyId, (tx) =>
      sql`
        insert into ledger_lines (entry_id, company_id, sim_id, account, amount)
        select ${newId(systemClock)}::uuid, ${at.companyId}::uuid, ${simIds[0]!}::uuid, account, amount
        from (values ('float', 5), ('owner', -5)) as line (account, amount)`.execute(tx),
    );
    await expect(work).rejects.toThrow('do not balance');
  });

  it('refuses every change, even by the owner of the schema', async () => {
    const { move } = await scene();
    await book([move('hold', 0)]);
    for (const statement of [
      'update ledger_entries set reason = null',
      'delete from ledger_entries',
      'truncate ledger_entries cascade',
      'update ledger_lines set amount = 1',
      'delete from ledger_lines',
      'truncate ledger_lines',
    ]) {
      await expect(db.ownerPool.query(statement)).rejects.toThrow('append-only');
      await expect(inCompany(db, at.companyId, (tx) => sql.raw(statement).execute(tx))).rejects.toThrow();
    }
  });

  it('refuses a step that is booked already, and a promise of less than nothing', async () => {
    const { simIds, ids, move } = await scene();
    await book([move('hold', 0)]);
    const again = inCompany(db, at.companyId, (tx) =>
      sql`
        insert into ledger_entries (id, company_id, sim_id, at, kind, transaction_id, attempt, actor_kind, actor_id, actor_name)
        values (${newId(systemClock)}, ${at.companyId}, ${simIds[1]!}, now(), 'hold', ${ids[0]!}, 1, 'system', 'x', 'x')`.execute(
        tx,
      ),
    );
    await expect(again).rejects.toThrow('ledger_entries_once');
    const negative = inCompany(db, at.companyId, (tx) =>
      sql`update box_sims set float_held = -1 where id = ${simIds[0]!}`.execute(tx),
    );
    await expect(negative).rejects.toThrow('float_held');
  });
});
