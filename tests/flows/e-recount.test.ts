import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import { addUpActivity, countCompanyAnew } from '../../server/modules/insights/jobs.ts';
import { submitted, testBox } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { chance, sorted } from '../harness/figures.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// How calls sounded and what boxes carried out, held against what is stored, and counted anew while things go on.

const START = Date.parse('2026-03-28T20:00:00Z');
const clock = manualClock(START);
let relais: TestRelais;
let person: string;

beforeAll(async () => {
  relais = await startRelais({ clock });
  person = (await relais.api.get('/api/members')).body.members[0].userId;
});
afterAll(() => relais?.stop());

const untilAddedUp = () => addUpActivity(relais.kernel);

async function zoneOf(companyId: string): Promise<string> {
  const { rows } = await relais.kernel.db.ownerPool.query('select time_zone from companies where id = $1', [
    companyId,
  ]);
  return rows[0].time_zone;
}

/** Calls that have ended, over some weeks. */
async function someCalls(companyId: string, count: number): Promise<void> {
  const { next, pick } = chance(5);
  await transact(systemCtx(relais.kernel, companyId, 'test'), async (tx) => {
    for (let index = 0; index < count; index++) {
      const id = newId(clock);
      const at = new Date(START - Math.floor(next() * 20 * 86_400_000));
      const our = pick(['+33757000001', '+12125550100']);
      await sql`insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, via, author_kind, plan,
          root_leg_id, created_at, answered_at, ended_at)
        values (${id}, ${companyId}, 'twilio', 'INBOUND', 'COMPLETED', '+33612345678', ${our}, ${our}, 'phone', 'system', '[]', ${id}, ${at}, ${at}, ${at})`.execute(
        tx,
      );
    }
  });
}

/** How the calls of a company sounded, as it is stored and as it is kept. */
async function sound(companyId: string, table: 'call_quality' | 'quality_figures' | 'quality_days') {
  const isKept = table !== 'call_quality';
  const { rows } = await relais.kernel.db.ownerPool.query(
    isKept
      ? `select day::text, our_number, nullif(user_id, '00000000-0000-0000-0000-000000000000') as user_id, sum(calls)::int as calls, sum(good)::int as good,
          sum(bad)::int as bad, sum(mos)::numeric(20,4)::text as mos, sum(jitter_ms)::numeric(20,4)::text as jitter, sum(jitter_calls)::int as jitters
        from ${table} where company_id = $1 and $2::text is not null group by 1, 2, 3 having sum(calls) <> 0`
      : `select (started_at at time zone $2)::date::text as day, our_number, user_id, count(*)::int as calls,
          (count(*) filter (where level = 'good'))::int as good, (count(*) filter (where level = 'bad'))::int as bad,
          sum(round(mos::numeric, 4))::numeric(20,4)::text as mos, sum(round(coalesce(jitter_ms, 0)::numeric, 4))::numeric(20,4)::text as jitter,
          count(jitter_ms)::int as jitters
        from call_quality where company_id = $1 and level is not null and ended group by 1, 2, 3`,
    [companyId, await zoneOf(companyId)],
  );
  return sorted(rows);
}

describe('how calls sounded', () => {
  it('is counted as figures come late and change, and the same when it is counted anew elsewhere', async () => {
    const company = await relais.addCompany('Sounding SARL');
    await someCalls(company.companyId, 60);
    const { next, pick } = chance(13);
    const ctx = systemCtx(relais.kernel, company.companyId, 'test');
    const calls = await transact(ctx, (tx) =>
      sql<{
        id: string;
        ourNumber: string;
        createdAt: Date;
      }>`select id, our_number, created_at from calls`.execute(tx),
    );
    for (const { id, ourNumber, createdAt } of calls.rows) {
      const figure = () => 1 + next() * 4;
      await transact(ctx, (tx) =>
        sql`insert into call_quality (call_id, company_id, provider, our_number, user_id, started_at, mos, level, jitter_ms, ended, updated_at)
          values (${id}, ${company.companyId}, 'twilio', ${ourNumber}, ${pick([person, null])}, ${createdAt}, ${figure()}, 'bad', ${pick([3.3, null])},
            ${next() < 0.5}, ${createdAt})`.execute(tx),
      );
      if (next() < 0.8)
        await transact(ctx, (tx) =>
          sql`update call_quality set ended = true, mos = ${figure()}, level = ${pick(['good', 'bad'])}, jitter_ms = ${next() * 50} where call_id = ${id}`.execute(
            tx,
          ),
        );
      if (next() < 0.2) await untilAddedUp();
    }
    const plain = await sound(company.companyId, 'call_quality');
    expect(plain.length).toBeGreaterThan(15);
    expect(await sound(company.companyId, 'quality_figures')).toEqual(plain);
    await untilAddedUp();
    expect(await sound(company.companyId, 'quality_days')).toEqual(plain);
    await countCompanyAnew(relais.kernel, company.companyId);
    await untilAddedUp();
    expect(await sound(company.companyId, 'quality_days')).toEqual(plain);
    await company.api.patch('/api/company', { timeZone: 'Asia/Tokyo' });
    await countCompanyAnew(relais.kernel, company.companyId);
    await untilAddedUp();
    const moved = await sound(company.companyId, 'call_quality');
    expect(moved).not.toEqual(plain);
    expect(await sound(company.companyId, 'quality_days')).toEqual(moved);
  });
});

/** What ended, as the counters say it; how long it took to the tenth of a second. */
async function ended(companyId: string) {
  const { rows } = await relais.kernel.db.ownerPool.query(
    `select day::text, type, operator, box_id, status, count::int, amount::int, round(seconds::numeric, 1)::text as seconds, timed::int
      from transaction_days where company_id = $1`,
    [companyId],
  );
  return sorted(rows);
}

describe('transactions that ended', () => {
  it('are the same when they are counted anew, while others end', async () => {
    const { version } = (await relais.api.get('/api/callbox/settings')).body;
    const once = await relais.api.put('/api/callbox/settings', { version, config: { maxRetries: 0 } });
    expect(once.status, JSON.stringify(once.body)).toBe(200);
    const box = testBox(relais, 'callbox_figures');
    await box.register();
    await box.heartbeat();
    const end = async (status: string) => {
      await submitted(relais.api, { phoneNumber: `+2376771${String(ends++).padStart(5, '0')}` });
      const handed = await eventually(async () => {
        const found = await box.pull('limit=1');
        expect(found).toHaveLength(1);
        return found[0]!;
      });
      const { attempt, leaseId } = handed;
      expect((await box.report(handed.id, 'processing', { attempt, leaseId })).status).toBe(200);
      clock.advance(1500);
      const told = {
        attempt,
        leaseId,
        ...(status === 'failed' ? { error: 'Refused', retryable: false } : {}),
      };
      expect((await box.report(handed.id, status, told)).status).toBe(200);
    };
    let ends = 0;
    for (const status of ['completed', 'failed', 'completed']) await end(status);
    const before = await ended(relais.companyId);
    expect(before.length).toBeGreaterThan(3);
    await countCompanyAnew(relais.kernel, relais.companyId);
    expect(await ended(relais.companyId)).toEqual(before);
    await relais.kernel.db.ownerPool.query('delete from transaction_days where company_id = $1', [
      relais.companyId,
    ]);
    await countCompanyAnew(relais.kernel, relais.companyId);
    expect(await ended(relais.companyId)).toEqual(before);
    await Promise.all([
      (async () => {
        for (let index = 0; index < 6; index++) await end(index % 2 ? 'completed' : 'failed');
      })(),
      (async () => {
        for (let round = 0; round < 6; round++) await countCompanyAnew(relais.kernel, relais.companyId);
      })(),
    ]);
    const after = await ended(relais.companyId);
    await countCompanyAnew(relais.kernel, relais.companyId);
    expect(await ended(relais.companyId)).toEqual(after);
    const { body } = await relais.api.get('/api/insights/transactions?by=type');
    expect(body.rows).toMatchObject([
      { key: 'recharge', completed: 5, failed: 4, meanSeconds: 1.5, amount: 5000 },
    ]);
  });
});
