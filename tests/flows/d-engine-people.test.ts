import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { inCompany, sql } from '../../server/kernel/db/index.ts';
import { type HandedOver, submitted, type TestBox, testBox } from '../harness/engine.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What people do about transactions: cancel, confirm, settle alone and in pairs, and correct what is disputed.

const clock = manualClock(Date.now());
let relais: TestRelais;
let ada: Person;
let ben: Person;
let lane = 0;

beforeAll(async () => {
  relais = await startRelais({ clock });
  ada = await signedIn(relais, relais.owner);
  ben = (await join(relais, ada, 'admin')).person;
});
afterAll(() => relais?.stop());

async function boxOf(
  fencing = true,
): Promise<{ box: TestBox; hand: (more?: object) => Promise<string>; operator: string }> {
  lane += 1;
  const operator = `people${lane}`;
  const box = testBox(relais, `people_${lane}`, { fencing, sims: [{ slot: '1', operator }] });
  await box.register();
  return {
    box,
    operator,
    hand: (more = {}) => submitted(relais.api, { customerInfo: { operator }, ...more }),
  };
}

const named = ({ attempt, leaseId }: HandedOver) => ({ attempt, leaseId });
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code ?? null];
const read = async (id: string) => (await relais.api.get(`/api/transactions/${id}`)).body;
const act = (who: Pick<Person, 'post'>, id: string, name: string, body: object = {}) =>
  who.post(`/api/transactions/${id}/${name}`, body);

/** Something that a box began and of which nobody knows what became. */
async function unknown(more: object = {}) {
  const { box, hand } = await boxOf();
  const id = await hand(more);
  const [work] = await box.pull();
  await box.report(id, 'processing', named(work!));
  expect((await box.report(id, 'unknown', named(work!))).status).toBe(200);
  return { box, id, work: work! };
}

async function ledgerOf(id: string): Promise<string[]> {
  const digits = id.slice(3);
  const { rows } = await inCompany(relais.kernel.db, relais.companyId, (tx) =>
    sql<{ kind: string }>`
      select kind from ledger_entries where replace(transaction_id::text, '-', '') = ${digits} order by id`.execute(
      tx,
    ),
  );
  return rows.map(({ kind }) => kind);
}

describe('to cancel', () => {
  it('ends what no box can have begun', async () => {
    const { box, hand } = await boxOf();
    const waiting = await submitted(relais.api, { customerInfo: { operator: 'nobody' } });
    const canceled = await act(relais.api, waiting, 'cancel', { reason: 'A mistake' });
    expect(canceled.body.transaction, JSON.stringify(canceled.body)).toMatchObject({ status: 'canceled' });
    expect((await act(relais.api, waiting, 'cancel')).status).toBe(200);
    const given = await hand();
    await relais.app.dispatched();
    expect((await act(relais.api, given, 'cancel')).body.transaction).toMatchObject({ status: 'canceled' });
    expect(await box.pull()).toEqual([]);
    expect(await ledgerOf(given)).toEqual(['hold', 'release']);
  });

  it('takes back what a box fetched that asks before it dials, and refuses it then', async () => {
    const { box, hand } = await boxOf();
    const id = await hand();
    const [work] = await box.pull();
    expect((await act(relais.api, id, 'cancel')).body.transaction).toMatchObject({ status: 'canceled' });
    expect(codeOf(await box.report(id, 'processing', named(work!)))).toEqual([409, 'already_final']);
    // It did it all the same: somebody has to look.
    expect(codeOf(await box.report(id, 'completed', named(work!)))).toEqual([409, 'disputed']);
    expect((await read(id)).transaction).toMatchObject({ status: 'canceled', disputed: true });
  });

  it('is refused once a box may have begun', async () => {
    const { box, hand } = await boxOf(false);
    const id = await hand();
    await box.pull();
    expect(codeOf(await act(relais.api, id, 'cancel'))).toEqual([409, 'transaction_begun']);
    await box.report(id, 'processing');
    expect(codeOf(await act(relais.api, id, 'cancel'))).toEqual([409, 'transaction_begun']);
    await box.report(id, 'completed');
    expect(codeOf(await act(relais.api, id, 'cancel'))).toEqual([409, 'already_final']);
  });

  it('and to begin at the same moment: one of both', async () => {
    const { box, hand } = await boxOf();
    for (let round = 0; round < 5; round++) {
      const id = await hand({ amount: 10 + round });
      const [work] = await box.pull();
      const [begun, canceled] = await Promise.all([
        box.report(id, 'processing', named(work!)),
        act(relais.api, id, 'cancel'),
      ]);
      expect([begun.status, canceled.status].sort()).toEqual([200, 409]);
      if (begun.status === 200) await box.report(id, 'completed', named(work!));
    }
  });
});

describe('what nobody knows', () => {
  it('is settled by a person with a proof, not by a program', async () => {
    const { id } = await unknown();
    const finding = {
      outcome: 'completed',
      proof: 'Statement of the operator, line 7',
      transactionRef: 'OP-7',
    };
    expect(codeOf(await act(relais.api, id, 'settle', finding))).toEqual([403, 'transaction_needs_person']);
    expect(codeOf(await act(ada, id, 'settle', { outcome: 'completed', proof: ' ' }))).toEqual([
      400,
      'invalid_request',
    ]);
    const settled = await act(ada, id, 'settle', finding);
    expect(settled.body.transaction, JSON.stringify(settled.body)).toMatchObject({
      ...{ status: 'completed', transactionRef: 'OP-7' },
      settling: { outcome: 'completed', proof: finding.proof, waiting: false },
    });
    expect(await ledgerOf(id)).toEqual(['hold', 'post']);
    expect(codeOf(await act(ada, id, 'settle', finding))).toEqual([409, 'transaction_not_open']);
    const { entries } = (await ada.get('/api/audit?limit=5')).body;
    expect(JSON.stringify(entries)).toContain('transaction.settled');
  });

  it('keeps its money until then, and frees it when it was not done', async () => {
    const { box, id } = await unknown();
    expect(await ledgerOf(id)).toEqual(['hold']);
    await act(ada, id, 'settle', { outcome: 'failed', proof: 'The customer got nothing' });
    expect((await read(id)).transaction).toMatchObject({ status: 'failed' });
    expect(await ledgerOf(id)).toEqual(['hold', 'release']);
    // The box says otherwise: kept for people, who correct it.
    const told = await box.report(id, 'completed', { result: { success: true, transactionRef: 'DONE' } });
    expect(codeOf(told)).toEqual([409, 'disputed']);
    const corrected = await act(ben, id, 'settle', {
      outcome: 'completed',
      proof: 'The operator confirms it',
    });
    expect(corrected.body.transaction).toMatchObject({ status: 'completed', disputed: false });
    expect(await ledgerOf(id)).toEqual(['hold', 'release', 'post']);
    const { body } = await relais.api.get('/api/transactions/stats');
    const mine = body.figures.filter(({ box: name }: { box: string | null }) => name === box.code);
    expect(mine.map(({ status, count }: { status: string; count: number }) => [status, count])).toEqual([
      ['completed', 1],
    ]);
  });

  it('takes two people above an amount', async () => {
    const { id } = await unknown({ amount: 200_000 });
    const proposed = await act(ada, id, 'settle', { outcome: 'completed', proof: 'Seen in the statement' });
    expect(proposed.body.transaction).toMatchObject({ status: 'unknown', settling: { waiting: true } });
    expect(codeOf(await act(ben, id, 'settle', { outcome: 'failed', proof: 'Not seen' }))).toEqual([
      409,
      'settle_waits',
    ]);
    expect(codeOf(await act(ada, id, 'settle/confirm'))).toEqual([403, 'second_person_needed']);
    expect(
      (await act(ben, id, 'settle/reject', { reason: 'Another line' })).body.transaction.settling,
    ).toBeNull();
    expect(codeOf(await act(ben, id, 'settle/confirm'))).toEqual([409, 'settle_missing']);
    await act(ben, id, 'settle', { outcome: 'failed', proof: 'Not in the statement' });
    const [one, two] = await Promise.all([act(ada, id, 'settle/confirm'), act(ada, id, 'settle/confirm')]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
    expect((await read(id)).transaction).toMatchObject({ status: 'failed' });
    const kinds = (await read(id)).timeline.map(({ kind }: { kind: string }) => kind);
    expect(kinds.slice(-4)).toEqual(['settle_proposed', 'settle_rejected', 'settle_proposed', 'settled']);
  });

  it('is told by its box before the second person: the box knows', async () => {
    const { box, id, work } = await unknown({ amount: 300_000 });
    await act(ada, id, 'settle', { outcome: 'failed', proof: 'Not in the statement' });
    expect((await box.report(id, 'completed', named(work))).body.transaction).toMatchObject({
      status: 'completed',
    });
    expect(codeOf(await act(ben, id, 'settle/confirm'))).toEqual([409, 'settle_missing']);
  });
});

describe('what was done twice', () => {
  it('is corrected back, with its money', async () => {
    const { box, hand } = await boxOf();
    const id = await hand();
    const [work] = await box.pull();
    clock.advance(31_000);
    await relais.app.dispatched();
    await box.register();
    const [again] = await box.pull();
    await box.report(id, 'processing', named(again!));
    await box.report(id, 'completed', named(again!));
    await box.report(id, 'completed', named(work!));
    expect((await read(id)).transaction).toMatchObject({ status: 'completed', disputed: true });
    const wrong = await act(ada, id, 'settle', { outcome: 'failed', proof: 'Neither is in the statement' });
    expect(wrong.body.transaction, JSON.stringify(wrong.body)).toMatchObject({
      status: 'failed',
      disputed: false,
    });
    expect(await ledgerOf(id)).toEqual(['hold', 'release', 'hold', 'post', 'reversal']);
  });
});

describe('the pages', () => {
  it('list, find, filter and export what there is', async () => {
    const { box, hand, operator } = await boxOf();
    const id = await hand({ clientId: '=1+1', phoneNumber: '+237677999111' });
    await hand({ amount: 77, priority: 'high' });
    const list = async (query: string, who: Pick<Person, 'get'> = relais.api) =>
      (await who.get(`/api/transactions?${query}`)).body.transactions.map((each: { id: string }) => each.id);
    expect((await list(`operator=${operator}`)).length).toBe(2);
    expect((await list(`operator=${operator}&limit=1`)).length).toBe(1);
    expect(await list(`operator=${operator}&phone=677999111`)).toEqual([id]);
    expect(await list(`clientId=${encodeURIComponent('=1+1')}`)).toEqual([id]);
    for (const search of [id, '=1+1', '677 99 91 11'])
      expect(await list(`search=${encodeURIComponent(search)}`)).toEqual([id]);
    const [work] = await box.pull('limit=1');
    const result = { success: true, transactionRef: 'FIND-ME' };
    await box.report(work!.id, 'completed', { ...named(work!), result });
    expect(await list('search=FIND-ME')).toEqual([work!.id]);
    expect(await list(`operator=${operator}&status=completed,failed`)).toEqual([work!.id]);
    expect(await list('status=failed&search=FIND-ME')).toEqual([]);
    expect((await relais.api.get('/api/transactions?status=done')).status).toBe(400);
    const page = (await relais.api.get(`/api/transactions?operator=${operator}&limit=1`)).body;
    expect(await list(`operator=${operator}&limit=1&cursor=${page.nextCursor}`)).not.toEqual([
      page.transactions[0].id,
    ]);
    const csv = await relais.api.get(`/api/transactions?operator=${operator}&format=csv`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.body).toContain("'=1+1");
    expect(csv.body.trim().split('\r\n').length).toBe(3);
  });

  it('say what waits, and why', async () => {
    await submitted(relais.api, { customerInfo: { operator: 'lonely' } });
    const { lanes, states } = (await relais.api.get('/api/transactions/queue')).body;
    const lonely = lanes.find(({ operator }: { operator: string }) => operator === 'lonely');
    expect(lonely).toMatchObject({ type: 'recharge', count: 1, reason: 'no_operator' });
    expect(states.pending).toBeGreaterThan(0);
  });

  it('show a number whole only to whom may see it', async () => {
    const { hand } = await boxOf();
    const id = await hand();
    const viewer = (await join(relais, ada, 'viewer')).person;
    const seen = await viewer.get(`/api/transactions/${id}`);
    expect(seen.status, JSON.stringify(seen.body)).toBe(200);
    expect(JSON.stringify(seen.body)).not.toContain('677123456');
  });
});
