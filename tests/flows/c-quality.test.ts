import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { noteQuality, qualityOf } from '../../server/modules/calls/quality.ts';
import type { RemoteQuality } from '../../server/modules/providers/index.ts';
import { makeCall } from '../harness/call-rows.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// How calls sounded: what providers say, what softphones measure, and what it comes to.

let relais: TestRelais;
let ada: { person: Person; userId: string };
let bob: { person: Person; userId: string };

beforeAll(async () => {
  relais = await startRelais({ config: { QUALITY_ASK_SECONDS: 3600 } });
  const owner = await signedIn(relais, relais.owner);
  [ada, bob] = [await joined(owner), await joined(owner)];
});
afterAll(() => relais?.stop());

async function joined(owner: Person) {
  const { person } = await join(relais, owner, 'agent');
  return { person, userId: (await person.get('/api/me')).body.user.id as string };
}

const ctx = () => systemCtx(relais.kernel, relais.companyId, 'test');
const note = (of: { callId: string; legId: string }, remote: RemoteQuality) =>
  transact(ctx(), (tx) => noteQuality(ctx(), tx, of, remote));

const none = { jitterMs: null, latencyMs: null, packetLossPercent: null, mos: null, packets: null };
/** As Twilio's Insights tells of a carrier's edge: no score. */
const remote = (figures: Partial<RemoteQuality> = {}): RemoteQuality => ({
  ...{ source: 'twilio', codec: 'PCMU', edge: 'carrier_edge' },
  inbound: { ...none, jitterMs: 4, latencyMs: 40, packetLossPercent: 0.1, packets: 3000 },
  outbound: { ...none, jitterMs: 6, latencyMs: 40, packetLossPercent: 0.2, packets: 3000 },
  ...figures,
});

const qualityFor = async (callId: string) => (await relais.api.get(`/api/calls/${callId}/quality`)).body;

/** Samples one second apart, from a moment. */
function samples(figures: object[], from = Date.now(), direction = 'inbound') {
  return figures.map((each, index) => ({
    ...{ at: new Date(from - (figures.length - index) * 1000).toISOString(), direction, codec: 'opus' },
    ...each,
  }));
}
const hand = (person: Person, callId: string, batch: object[]) =>
  person.post(`/api/calls/${callId}/quality/samples`, { samples: batch });

describe('the quality of a call', () => {
  it('is nothing before anybody measured', async () => {
    const { callId } = await makeCall(relais);
    expect(await qualityFor(callId)).toEqual({
      ...{ success: true, jitter: null, latency: null, packetLoss: null, mos: null, codec: null },
      ...{ level: null, worstSide: null, reports: [], samples: [], warnings: [], discarded: 0 },
    });
  });

  it('comes from the provider, each side on its own, with the score that it left out', async () => {
    const { callId, agentLegId, otherLegId } = await makeCall(relais, { userId: ada.userId });
    await note({ callId, legId: otherLegId }, remote());
    const bad = { ...none, jitterMs: 60, latencyMs: 150, packetLossPercent: 9, packets: 2000 };
    await note({ callId, legId: agentLegId }, remote({ inbound: bad, edge: 'client_edge', codec: 'opus' }));
    const quality = await qualityFor(callId);
    expect(quality).toMatchObject({
      ...{
        jitter: 60,
        latency: 150,
        packetLoss: 9,
        codec: 'opus',
        level: 'bad',
        worstSide: 'they_hear_us',
        discarded: 0,
      },
      mos: expect.any(Number),
    });
    expect(quality.mos).toBeLessThan(3);
    const views = quality.reports.map(
      ({ legId, direction, side, level, mosComputed, edge }: Record<string, unknown>) => ({
        ...{ legId, direction, side, level, mosComputed, edge },
      }),
    );
    expect(views).toEqual(
      expect.arrayContaining([
        {
          legId: agentLegId,
          direction: 'inbound',
          side: 'they_hear_us',
          level: 'bad',
          mosComputed: true,
          edge: 'client_edge',
        },
        {
          legId: agentLegId,
          direction: 'outbound',
          side: 'we_hear_them',
          level: 'good',
          mosComputed: true,
          edge: 'client_edge',
        },
        {
          legId: otherLegId,
          direction: 'inbound',
          side: 'we_hear_them',
          level: 'good',
          mosComputed: true,
          edge: 'carrier_edge',
        },
      ]),
    );
  });

  it('is replaced by what the same source says later, and takes no nonsense', async () => {
    const { callId, otherLegId: legId } = await makeCall(relais, { provider: 'telnyx' });
    const telnyx = (mos: number) =>
      remote({ source: 'telnyx', edge: null, inbound: { ...none, mos, jitterMs: 3 }, outbound: none });
    await note({ callId, legId }, telnyx(2.1));
    await note({ callId, legId }, telnyx(4.5));
    expect(await qualityFor(callId)).toMatchObject({ mos: 4.5, level: 'good', jitter: 3 });
    const wild = { ...none, jitterMs: 232_735, mos: 687_268.9, packetLossPercent: 0.5 };
    await note({ callId, legId }, remote({ source: 'telnyx', inbound: wild, outbound: none }));
    const quality = await qualityFor(callId);
    expect(quality).toMatchObject({ jitter: null, packetLoss: 0.5, level: 'good', discarded: 2 });
    expect(quality.mos).toBeLessThanOrEqual(4.5);
    expect(quality.reports).toHaveLength(2);
  });

  it('is not of a leg of another call, nor of a call that nobody knows', async () => {
    const [one, other] = [await makeCall(relais), await makeCall(relais)];
    await note({ callId: one.callId, legId: other.otherLegId }, remote());
    await note({ callId: other.agentLegId, legId: other.agentLegId }, remote());
    expect((await qualityFor(one.callId)).reports).toEqual([]);
  });

  it('is one line in lists, by one query', async () => {
    const { callId, otherLegId } = await makeCall(relais);
    await note({ callId, legId: otherLegId }, remote());
    const lines = await transact(ctx(), (tx) => qualityOf(tx, [callId, otherLegId]));
    expect([...lines]).toEqual([[callId, { mos: expect.any(Number), level: 'good' }]]);
  });

  it('is nothing for another company', async () => {
    const { callId } = await makeCall(relais);
    const { api } = await relais.addCompany('Curious SARL');
    expect((await api.get(`/api/calls/${callId}/quality`)).body.code).toBe('not_found');
    expect((await relais.api.get('/api/calls/nonsense/quality')).body.code).toBe('not_found');
  });
});

describe('what a softphone measures', () => {
  const talking = () =>
    makeCall(relais, {
      status: 'IN_PROGRESS',
      userId: ada.userId,
      startedAt: new Date(Date.now() - 600_000),
    });

  it('is kept once, judged, and shown over time', async () => {
    const { callId } = await talking();
    const batch = [
      ...samples([
        { jitterMs: 5, rttMs: 80, packetLossPercent: 0 },
        { jitterMs: 7, rttMs: 90, packetLossPercent: 0, mos: 4.3 },
      ]),
      ...samples(
        [{ jitterMs: 5, rttMs: 80, packetLossPercent: 0, audioIn: 1200, audioOut: 900 }],
        Date.now(),
        'outbound',
      ),
    ];
    expect((await hand(ada.person, callId, batch)).body).toMatchObject({
      success: true,
      accepted: 3,
      discarded: 0,
      skipped: 0,
    });
    expect((await hand(ada.person, callId, batch)).body).toMatchObject({ accepted: 0, skipped: 3 });
    const quality = await qualityFor(callId);
    expect(quality).toMatchObject({ level: 'good', codec: 'opus', latency: expect.any(Number) });
    expect(quality.samples).toHaveLength(3);
    expect(quality.reports).toMatchObject([
      {
        source: 'softphone',
        user: { id: ada.userId, name: 'The agent' },
        side: 'we_hear_them',
        jitter: 6,
        latency: 42.5,
      },
      { source: 'softphone', side: 'they_hear_us', level: 'good' },
    ]);
  });

  it('that no line can have is discarded and counted', async () => {
    const { callId } = await talking();
    const wild = samples([
      { jitterMs: 232_735, mos: 687_268.9 },
      { jitterMs: 1e308 },
      { packetLossPercent: -1 },
      {},
    ]);
    const future = { ...wild[3], at: new Date(Date.now() + 3_600_000).toISOString(), jitterMs: 1 };
    const past = { ...wild[3], at: new Date(Date.now() - 3_600_000).toISOString(), jitterMs: 1 };
    expect((await hand(ada.person, callId, [...wild, future, past])).body).toMatchObject({
      accepted: 0,
      discarded: 6,
    });
    expect(await qualityFor(callId)).toMatchObject({ mos: null, discarded: 6 });
  });

  it('comes from those who talk, and from nobody else', async () => {
    const { callId } = await talking();
    const batch = samples([{ jitterMs: 5 }]);
    expect((await hand(bob.person, callId, batch)).body.code).toBe('not_in_call');
    expect(
      (await relais.api.post(`/api/calls/${callId}/quality/samples`, { samples: batch })).body.code,
    ).toBe('not_in_call');
    const { api } = await relais.addCompany('Curious SARL');
    expect((await api.post(`/api/calls/${callId}/quality/samples`, { samples: batch })).body.code).toBe(
      'not_found',
    );
  });

  it('raises a warning at once, clears it, and never twice', async () => {
    const { callId } = await talking();
    const from = Date.now() - 60_000;
    const bad = samples([{ jitterMs: 50 }, { jitterMs: 50 }, { jitterMs: 50 }, { jitterMs: 50 }], from);
    const first = (await hand(ada.person, callId, bad.slice(0, 2))).body;
    expect(first.warnings).toEqual([]);
    const second = (await hand(ada.person, callId, bad.slice(2))).body;
    expect(second.warnings).toContainEqual({ kind: 'high_jitter', change: 'raised' });
    const fine = samples(
      Array.from({ length: 6 }, () => ({ jitterMs: 2 })),
      from + 10_000,
    );
    expect((await hand(ada.person, callId, fine)).body.warnings).toContainEqual({
      kind: 'high_jitter',
      change: 'cleared',
    });
    const { warnings } = await qualityFor(callId);
    expect(warnings).toMatchObject([
      { kind: 'high_jitter', user: { id: ada.userId }, value: 50, clearedAt: expect.any(String) },
    ]);
    const live = await sql<{ count: number }>`
      select count(*)::int as count from live_events where topic = 'call_warning' and entity_id = ${callId}`.execute(
      relais.kernel.db.system,
    );
    expect(live.rows).toEqual([{ count: 2 }]);
  });

  it('handed in by many requests at once is kept once, and warns once', async () => {
    const { callId } = await talking();
    const batch = samples(Array.from({ length: 5 }, () => ({ jitterMs: 90 })));
    const answers = await Promise.all(Array.from({ length: 6 }, () => hand(ada.person, callId, batch)));
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(5);
    expect(
      (await qualityFor(callId)).warnings.filter(({ kind }: { kind: string }) => kind === 'high_jitter'),
    ).toHaveLength(1);
  });

  it('is limited in size and rate', async () => {
    const { callId } = await talking();
    const fromMs = Date.now() - 5000;
    const dense = Array.from({ length: 9 }, (_each, index) => ({
      ...{ at: new Date(fromMs + index * 100).toISOString(), direction: 'inbound', jitterMs: 1 },
    }));
    expect((await hand(ada.person, callId, dense)).body).toMatchObject({ accepted: 1, skipped: 8 });
    expect(
      (await hand(ada.person, callId, samples(Array.from({ length: 121 }, () => ({ jitterMs: 1 }))))).status,
    ).toBe(400);
    const { person } = await joined(await signedIn(relais, relais.owner));
    const answers = await Promise.all(Array.from({ length: 62 }, () => hand(person, callId, dense)));
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['not_in_call', 'rate_limited']));
  });

  it('is taken for a while after the end, and then no more', async () => {
    const { callId } = await makeCall(relais, {
      userId: ada.userId,
      startedAt: new Date(Date.now() - 60_000),
    });
    expect((await hand(ada.person, callId, samples([{ jitterMs: 5 }]))).body).toMatchObject({ accepted: 1 });
    await transact(ctx(), (tx) =>
      sql`update calls set ended_at = now() - interval '10 minutes' where id = ${callId}`.execute(tx),
    );
    expect((await hand(ada.person, callId, samples([{ jitterMs: 5 }]))).body.code).toBe('quality_too_late');
  });

  it('follows the thresholds of the company', async () => {
    const { callId } = await talking();
    const settings = JSON.stringify({ quality: { mosGood: 4.5, mosBad: 4.4 } });
    await transact(ctx(), (tx) =>
      sql`insert into call_settings (company_id, settings, updated_at) values (${relais.companyId}, ${settings}::jsonb, now())`.execute(
        tx,
      ),
    );
    await hand(ada.person, callId, samples([{ mos: 4.3 }]));
    expect(await qualityFor(callId)).toMatchObject({ mos: 4.3, level: 'bad' });
    await transact(ctx(), (tx) =>
      sql`update call_settings set settings = '{"quality":{"mosBad":"nonsense"}}'::jsonb`.execute(tx),
    );
    await hand(ada.person, callId, samples([{ mos: 4.3 }], Date.now() + 3000));
    expect(await qualityFor(callId)).toMatchObject({ level: 'good' });
  });
});
