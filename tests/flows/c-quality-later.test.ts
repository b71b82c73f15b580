import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { noteQuality, planQuality } from '../../server/modules/calls/quality.ts';
import { askQuality } from '../../server/modules/calls/quality-ask.ts';
import { portFor, type RemoteQuality } from '../../server/modules/providers/index.ts';
import { makeCall } from '../harness/call-rows.ts';
import { join, signedIn } from '../harness/people.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What is known of calls after their end: providers are asked for it, and charts are made of it.

let relais: TestRelais;
let ada: { userId: string };
let bob: { userId: string };

beforeAll(async () => {
  relais = await startRelais({ config: { QUALITY_ASK_SECONDS: 3600 } });
  [ada, bob] = [await joined(), await joined()];
});
afterAll(() => relais?.stop());

async function joined() {
  const { person } = await join(relais, await signedIn(relais, relais.owner), 'agent');
  return { userId: (await person.get('/api/me')).body.user.id as string };
}

const ctx = () => systemCtx(relais.kernel, relais.companyId, 'test');
const note = (of: { callId: string; legId: string }, remote: RemoteQuality) =>
  transact(ctx(), (tx) => noteQuality(ctx(), tx, of, remote));
const plan = (callId: string) => transact(ctx(), (tx) => planQuality(ctx(), tx, callId));
const none = { jitterMs: null, latencyMs: null, packetLossPercent: null, mos: null, packets: null };
const remote = (figures: Partial<RemoteQuality> = {}): RemoteQuality => ({
  ...{ source: 'twilio', codec: 'PCMU', edge: 'carrier_edge' },
  inbound: { ...none, jitterMs: 4, latencyMs: 40, packetLossPercent: 0.1, packets: 3000 },
  outbound: { ...none, jitterMs: 6, latencyMs: 40, packetLossPercent: 0.2, packets: 3000 },
  ...figures,
});
const qualityFor = async (callId: string) => (await relais.api.get(`/api/calls/${callId}/quality`)).body;

describe('a provider that knows later', () => {
  const asked = async (answers: (RemoteQuality | null | Error)[]) => {
    const { port } = await portFor(ctx(), 'twilio', null);
    const questions: string[] = [];
    port.quality = async ({ legId }) => {
      questions.push(legId);
      const answer = answers.shift() ?? null;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return questions;
  };
  const jobsOf = async (callId: string) => {
    const { rows } = await relais.kernel.db.ownerPool.query(
      'select round(extract(epoch from run_at - now())) as seconds from graphile_worker.jobs where key = $1',
      [`calls.ask_quality:${callId}`],
    );
    return rows.map(({ seconds }) => Number(seconds));
  };

  it('is asked after the end, until it knows of every leg, and no longer', async () => {
    const { callId, agentLegId } = await makeCall(relais, { userId: ada.userId });
    await plan(callId);
    await plan(callId);
    expect(await jobsOf(callId)).toEqual([3600]);
    const questions = await asked([remote(), null, new Error('20403: not paid for'), remote()]);
    await askQuality(relais.kernel, relais.companyId, callId);
    expect(questions).toHaveLength(2);
    const first = await qualityFor(callId);
    expect(new Set(first.reports.map(({ legId }: { legId: string }) => legId))).toEqual(
      new Set([agentLegId]),
    );
    expect(await jobsOf(callId)).toEqual([60]);
    await askQuality(relais.kernel, relais.companyId, callId);
    await askQuality(relais.kernel, relais.companyId, callId);
    expect(questions).toHaveLength(4);
    expect((await qualityFor(callId)).reports).toHaveLength(4);
    await askQuality(relais.kernel, relais.companyId, callId);
    expect(questions).toHaveLength(4);
  });

  it('is not asked for ever', async () => {
    const { callId } = await makeCall(relais);
    await plan(callId);
    const questions = await asked([]);
    const pauses: number[] = [];
    for (let times = 0; times < 6; times += 1) {
      await relais.kernel.db.ownerPool.query('select graphile_worker.remove_job($1)', [
        `calls.ask_quality:${callId}`,
      ]);
      await askQuality(relais.kernel, relais.companyId, callId);
      pauses.push(...(await jobsOf(callId)));
    }
    expect(pauses).toEqual([60, 300, 1800, 7200, 21_600]);
    expect(questions).toHaveLength(12);
  });

  it('is not asked at Telnyx, which tells with the end', async () => {
    const { callId } = await makeCall(relais, { provider: 'telnyx' });
    await plan(callId);
    expect(await jobsOf(callId)).toEqual([]);
  });
});

describe('the overview', () => {
  const day = (text: string) => new Date(`2031-03-${text}Z`);
  it('is counted by what is asked for, and names the worst', async () => {
    const scored = async (mos: number, our: string, other: string, startedAt: Date, userId: string) => {
      const { callId, otherLegId } = await makeCall(relais, { our, other, startedAt, userId });
      await note({ callId, legId: otherLegId }, remote({ inbound: { ...none, mos }, outbound: none }));
      await plan(callId);
    };
    for (const mos of [4.4, 4.2, 2])
      await scored(mos, '+33100000001', '+33612345678', day('03T10:00:00'), ada.userId);
    for (const mos of [2, 2.2, 3.7])
      await scored(mos, '+33100000002', '+237612345678', day('04T23:30:00'), bob.userId);
    // One that nobody measured, and one that still runs, do not count.
    await plan((await makeCall(relais, { startedAt: day('04T10:00:00') })).callId);
    const running = await makeCall(relais, { startedAt: day('04T10:00:00'), status: 'IN_PROGRESS' });
    await note({ callId: running.callId, legId: running.otherLegId }, remote());

    const span = 'since=2031-03-01T00:00:00Z&until=2031-03-10T00:00:00Z';
    const overview = async (groupBy: string) =>
      (await relais.api.get(`/api/calls/quality/overview?${span}&groupBy=${groupBy}`)).body;
    const days = await overview('day');
    expect(days.total).toMatchObject({ calls: 6, good: 2, fair: 1, bad: 3, badShare: 0.5, mos: 3.08 });
    // Days are those of the company: half past eleven at night in UTC is the next day in Paris.
    expect(days.groups).toMatchObject([
      { key: '2031-03-03', calls: 3, bad: 1 },
      { key: '2031-03-05', calls: 3, bad: 2 },
    ]);
    expect(days.worstNumbers).toMatchObject([
      { key: '+33100000002', badShare: 0.667 },
      { key: '+33100000001', badShare: 0.333 },
    ]);
    expect(days.worstRoutes).toMatchObject([
      { key: 'CM', bad: 2 },
      { key: 'FR', bad: 1 },
    ]);
    expect((await overview('country')).groups.map(({ key }: { key: string }) => key).sort()).toEqual([
      'CM',
      'FR',
    ]);
    expect((await overview('number')).groups).toHaveLength(2);
    expect((await overview('provider')).groups).toMatchObject([{ key: 'twilio', calls: 6 }]);
    expect((await overview('user')).groups).toMatchObject([{ name: 'The agent' }, { name: 'The agent' }]);
    const empty = await relais.api.get(
      '/api/calls/quality/overview?since=2032-01-01T00:00:00Z&until=2032-01-02T00:00:00Z',
    );
    expect(empty.body).toMatchObject({ total: null, groups: [], worstNumbers: [] });
    const wrong = await relais.api.get(
      '/api/calls/quality/overview?since=2032-01-03T00:00:00Z&until=2032-01-02T00:00:00Z',
    );
    expect(wrong.body.code).toBe('invalid_request');
    const { api } = await relais.addCompany('Curious SARL');
    expect((await api.get(`/api/calls/quality/overview?${span}`)).body.total).toBeNull();
  });

  it('reads the index alone', async () => {
    const client = await relais.kernel.db.ownerPool.connect();
    try {
      await client.query('begin');
      await client.query('set local enable_seqscan = off');
      const { rows } = await client.query(
        `explain select level, mos, our_number, user_id, country, provider, jitter_ms, latency_ms, packet_loss_percent from call_quality
         where company_id = '${relais.companyId}' and level is not null and ended and started_at >= '2031-03-01' and started_at < '2031-04-01'`,
      );
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
        /Index (Only )?Scan using call_quality_by_time|call_quality_by_time/,
      );
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
