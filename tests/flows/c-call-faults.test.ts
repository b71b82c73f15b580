import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { answerVoice, onCallEvent } from '../../server/modules/calls/index.ts';
import { initiateCall } from '../../server/modules/calls/initiate.ts';
import { checkDueCalls } from '../../server/modules/calls/reconcile.ts';
import type { ProviderEvent } from '../../server/modules/providers/index.ts';
import {
  buyCallNumber,
  type CallNumber,
  callIs,
  liftLimits,
  PACE_MS,
  setRule,
  telephones,
} from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { twilioDelivery } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Flow C under every fault that a call can meet. The invariant: a telephone rings once, and the call says what became of it.

const PROVIDERS = ['telnyx', 'twilio'] as const;
const FAST = { RECONCILE_SECONDS: 1, PROVIDER_TIMEOUT_MS: 1500, CALL_SETTLE_SECONDS: 3 };

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;
let area = 200;
/** A telephone whose last digits make the sandbox misbehave. */
const faulty = (digits: string) => `+1415${area++}${digits}`;
const somebody = () => faulty('1234');

beforeAll(async () => {
  relais = await startRelais({ config: FAST, reviewMs: PACE_MS });
  phones = telephones(relais);
  await liftLimits(relais.api);
  numbers.telnyx = await buyCallNumber(relais, 'telnyx');
  numbers.twilio = await buyCallNumber(relais, 'twilio');
});
afterAll(() => relais?.stop());

const initiate = (provider: 'telnyx' | 'twilio', agentPhone: string, to: string) =>
  relais.api.post('/api/calls/initiate', { from: numbers[provider].phoneNumber, to, agentPhone });
const timesRung = async (handset: string, at = phones) => (await at.linesOf(handset, '0')).length;

describe('an answer that does not tell whether a telephone rings', () => {
  for (const provider of PROVIDERS) {
    for (const [digits, what] of [
      ['7014', 'an error although it was placed'],
      ['7015', 'silence although it was placed'],
    ] as const) {
      it(`${provider}: ${what}: adopted, and goes on as if nothing had been`, async () => {
        const [agent, callee] = [faulty(digits), somebody()];
        const { status, body } = await initiate(provider, agent, callee);
        // 201 when its events were faster than our patience.
        expect([201, 202], JSON.stringify(body)).toContain(status);
        await phones.picksUp(agent);
        await phones.picksUp(callee);
        const call = await callIs(relais.api, body.callId, {
          status: 'IN_PROGRESS',
          sid: expect.any(String),
        });
        expect(call.legs[0].outcomeUnknown).toBe(false);
        expect([await timesRung(agent), await timesRung(callee)]).toEqual([1, 1]);
        await relais.api.post(`/api/calls/${body.callId}/hangup`);
        await callIs(relais.api, body.callId, { status: 'COMPLETED' });
      });
    }

    for (const [digits, what] of [
      ['7016', 'silence because it was not placed'],
      ['7017', 'an error because it was not placed'],
    ] as const) {
      it(`${provider}: ${what}: failed after a while, and never placed again`, async () => {
        const agent = faulty(digits);
        const { status, body } = await initiate(provider, agent, somebody());
        expect(status).toBe(202);
        await callIs(relais.api, body.callId, {
          ...{ status: 'FAILED', sid: null, cost: null },
          endReason: { code: 'provider_silent', message: expect.stringContaining('not placed again') },
        });
        expect(await timesRung(agent)).toBe(0);
      });
    }

    it(`${provider}: a hang-up that comes before the answer ends what rings all the same`, async () => {
      const agent = faulty('7015');
      const { body } = await initiate(provider, agent, somebody());
      expect((await relais.api.post(`/api/calls/${body.callId}/hangup`)).status).toBe(200);
      await callIs(relais.api, body.callId, { status: 'CANCELED' });
      await phones.falls(agent);
    });

    it(`${provider}: the same for a leg that a step of the plan rings`, async () => {
      const [agent, callee] = [somebody(), faulty('7016')];
      const { body } = await initiate(provider, agent, callee);
      await phones.picksUp(agent);
      if (provider === 'twilio') {
        // Twilio's own <Dial> asks nobody's API: there is no answer to get lost.
        await phones.picksUp(callee);
        await relais.api.post(`/api/calls/${body.callId}/hangup`);
        return;
      }
      await callIs(relais.api, body.callId, { status: 'FAILED', endReason: { code: 'provider_silent' } });
      expect(await timesRung(callee)).toBe(0);
      await phones.falls(agent);
    });
  }
});

describe('what a provider refuses', () => {
  const cases: [digits: string, status: number, code: string][] = [
    ['7020', 402, 'call_unfunded'],
    ['7021', 403, 'call_forbidden'],
    ['7023', 429, 'call_busy_provider'],
  ];
  for (const provider of PROVIDERS) {
    for (const [digits, status, code] of cases) {
      // Telnyx tells of too many calls when they are under way.
      if (provider === 'telnyx' && digits === '7023') continue;
      it(`${provider}: ${code}: said at once, kept, and said again under the same key`, async () => {
        const agent = faulty(digits);
        const body = { from: numbers[provider].phoneNumber, to: somebody(), agentPhone: agent };
        const headers = { 'idempotency-key': randomUUID() };
        const first = await relais.api.post('/api/calls/initiate', body, headers);
        expect({ status: first.status, code: first.body.code }, JSON.stringify(first.body)).toEqual({
          status,
          code,
        });
        const { callId } = first.body.details;
        await callIs(relais.api, callId, { status: 'FAILED' });
        const again = await relais.api.post('/api/calls/initiate', body, headers);
        expect(again.body).toMatchObject({ code, details: { callId } });
      });
    }
  }
});

describe('webhooks that come as they like', () => {
  for (const provider of PROVIDERS) {
    for (const [digits, what] of [
      ['7007', 'three times'],
      ['7008', 'late'],
      ['7009', 'out of order'],
      ['7010', 'never'],
      ['7011', 'badly signed'],
    ] as const) {
      it(`${provider}: ${what}: the call ends as it ended`, { timeout: 60_000 }, async () => {
        const [agent, callee] = [somebody(), faulty(digits)];
        const { body } = await initiate(provider, agent, callee);
        await phones.picksUp(agent);
        const line = await phones.picksUp(callee);
        await eventually(async () => expect((await phones.linesOf(callee))[0]?.state).toBe('talking'));
        // Where its own documents drive a call, news of the other leg are all there is until it ends.
        if (provider === 'telnyx' || digits === '7007')
          await callIs(relais.api, body.callId, { status: 'IN_PROGRESS' });
        await phones.hangUp(line);
        const call = await callIs(relais.api, body.callId, { status: 'COMPLETED', endReason: null }, 40_000);
        expect(call.duration).toBeGreaterThanOrEqual(0);
        expect(await timesRung(callee)).toBe(1);
        const kinds = call.events.map(({ kind }: { kind: string }) => kind);
        expect(kinds.filter((kind: string) => kind === 'completed')).toHaveLength(1);
        await phones.falls(agent);
      });
    }

    it(`${provider}: all of a call's events again, shuffled, change nothing`, async () => {
      const [agent, callee] = [somebody(), somebody()];
      const { body } = await initiate(provider, agent, callee);
      await phones.picksUp(agent);
      await phones.hangUp(await phones.picksUp(callee));
      await callIs(relais.api, body.callId, { status: 'COMPLETED', cost: { estimated: false } });
      await phones.falls(agent);
      await relais.app.eventsSettled();
      const before = (await relais.api.get(`/api/calls/${body.callId}`)).body.call;
      const events = (await storedEvents(provider)).filter(({ topic }) => topic.includes('call'));
      expect(events.length).toBeGreaterThan(5);
      for (const event of events.toReversed()) await onCallEvent(relais.kernel, event);
      await Promise.all(events.map((event) => onCallEvent(relais.kernel, event)));
      await relais.app.callsTold();
      expect((await relais.api.get(`/api/calls/${body.callId}`)).body.call).toEqual(before);
    });
  }

  /** What a provider delivered so far, as its owners get it. */
  async function storedEvents(provider: string): Promise<ProviderEvent[]> {
    const { rows } = await sql<Record<string, unknown> & { payload: string }>`
      select * from provider_events where provider = ${provider} order by id`.execute(
      relais.kernel.db.system,
    );
    return rows.map((row) => {
      const body = JSON.parse(row.payload) as { data?: { payload?: unknown } };
      const payload = provider === 'telnyx' ? body.data?.payload : body;
      return { ...row, accountSid: relais.sandbox.twilio.accountSid, payload } as unknown as ProviderEvent;
    });
  }

  it('of calls that nobody here knows are kept, where people see them', async () => {
    const params = {
      CallSid: `CA${randomUUID().replaceAll('-', '')}`,
      CallStatus: 'completed',
      Direction: 'outbound-api',
    };
    const sent = await twilioDelivery(relais, '/webhook/voice/status', {
      ...params,
      From: '+14155550001',
      To: '+14155550002',
    });
    expect(sent.status).toBe(200);
    await eventually(async () => {
      const { calls } = (await relais.api.get('/api/calls/unroutable')).body;
      expect(calls).toEqual(
        expect.arrayContaining([expect.objectContaining({ sid: params.CallSid, reason: 'unknown_call' })]),
      );
    });
  });

  it('of another account cannot move a call of ours', async () => {
    const [agent, callee] = [somebody(), somebody()];
    const { body } = await initiate('twilio', agent, callee);
    const { sid } = body;
    const legId = body.call && (await relais.api.get(`/api/calls/${body.callId}`)).body.call.legs[0].id;
    const forged = { accountSid: relais.sandbox.twilio.accountSid, authToken: 'x'.repeat(32) };
    const params = {
      CallSid: sid,
      CallStatus: 'completed',
      CallDuration: '60',
      Direction: 'outbound-api',
      From: 'x',
      To: 'y',
    };
    const sent = await twilioDelivery(relais, `/webhook/voice/status?ref=${legId}`, params, forged);
    expect(sent.status).toBe(401);
    await phones.rings(agent);
    await callIs(relais.api, body.callId, { status: 'RINGING' });
    await relais.api.post(`/api/calls/${body.callId}/hangup`);
  });
});

describe('a document', () => {
  const ask = (more: Record<string, string>, path = '/webhook/voice') =>
    twilioDelivery(relais, path, {
      ...{
        CallStatus: 'ringing',
        Direction: 'inbound',
        From: '+14155550777',
        To: numbers.twilio.phoneNumber,
      },
      ...more,
    });
  const sid = () => `CA${randomUUID().replaceAll('-', '')}`;

  it('is the same when it is fetched twice, also at once, and makes one call', async () => {
    await setRule(relais.api, numbers.twilio.id, {
      language: 'fr',
      open: { kind: 'forward', to: '+14155550778', timeoutSeconds: 20, otherwise: { kind: 'voicemail' } },
      closed: { kind: 'voicemail' },
    });
    const CallSid = sid();
    const documents = await Promise.all(
      ['1', '2', '3', '4'].map(async (StirVerstat) => (await ask({ CallSid, StirVerstat })).text()),
    );
    expect(new Set(documents).size).toBe(1);
    expect(documents[0]).toMatch(
      /<Dial [^>]*answerOnBridge="true"[^>]*><Number [^>]*>\+14155550778<\/Number><\/Dial>/,
    );
    const { calls } = (await relais.api.get('/api/calls?limit=100')).body;
    const mine = calls.filter((call: { sid: string }) => call.sid === CallSid);
    expect(mine).toHaveLength(1);
    const { legs } = (await relais.api.get(`/api/calls/${mine[0].id}`)).body.call;
    expect(legs).toHaveLength(2);
    await ask({ CallSid, CallStatus: 'completed' }, '/webhook/voice/status');
    await callIs(relais.api, mine[0].id, { missed: true });
  });

  it('says politely that a number is nobody’s, and why it is kept', async () => {
    const CallSid = sid();
    const answer = await ask({ CallSid, To: '+33187654321' });
    expect(answer.headers.get('content-type')).toContain('text/xml');
    expect(await answer.text()).toMatch(/<Say [^>]*language="fr-FR">.*<\/Say><Hangup\/>/);
    await eventually(async () => {
      const { calls } = (await relais.api.get('/api/calls/unroutable')).body;
      expect(calls.find((call: { sid: string }) => call.sid === CallSid)?.reason).toBe('unknown_number');
    });
  });

  it('is an apology when we fail, and the call is known afterwards', async () => {
    const event = {
      ...{
        id: randomUUID(),
        provider: 'twilio',
        topic: 'twilio.call',
        type: 'call.ringing',
        accountId: null,
      },
      ...{
        accountSid: relais.sandbox.twilio.accountSid,
        companyId: null,
        eventId: randomUUID(),
        occurredAt: null,
      },
      payload: {
        CallSid: sid(),
        CallStatus: 'ringing',
        Direction: 'inbound',
        From: '+14155550779',
        To: numbers.twilio.phoneNumber,
      },
      ...{ reference: null, receivedAt: new Date() },
    } as ProviderEvent;
    for (const when of ['before', 'after'] as const) {
      const { kernel } = killAt(relais.kernel, 1, when);
      expect((await answerVoice(kernel, event, null)).document).toMatch(
        /<Say .*technical problem.*<\/Say><Hangup\/>/,
      );
    }
    expect(await onCallEvent(relais.kernel, event)).toBe('handled');
    const { calls } = (await relais.api.get('/api/calls?limit=100')).body;
    expect(calls.filter((call: { from: string }) => call.from === '+14155550779')).toHaveLength(1);
  });
});

describe('a process that dies while it places a call', () => {
  /** The same server seen from later. */
  function later(kernel: Kernel, seconds: number): Kernel {
    const nowMs = () => kernel.clock.nowMs() + seconds * 1000;
    return { ...kernel, clock: { nowMs, now: () => new Date(nowMs()) } };
  }

  for (const provider of PROVIDERS) {
    it(`${provider}: before and after each of its transactions: nobody's telephone rings twice`, {
      timeout: 90_000,
    }, async () => {
      const api = await startRelais({ config: { ...FAST, RELAIS_ROLE: 'api' } });
      const far = telephones(api);
      try {
        const search = provider === 'twilio' ? '/twilio' : '';
        const found = await api.api.get(`/api/phone-numbers/search${search}?countryCode=US&features=voice`);
        const { phoneNumber: from } = found.body.numbers[0];
        await api.api.post('/api/phone-numbers/purchase', { phoneNumber: from, provider });
        await activate(api, from);
        for (let step = 1; ; step++) {
          let wasKilled = false;
          for (const when of ['before', 'after'] as const) {
            const agentPhone = `+1415${when === 'before' ? 61 : 62}${step}1234`;
            const { kernel, killed } = killAt(api.kernel, step, when);
            const ctx = { ...systemCtx(kernel, api.companyId, 'test'), grants: ['calls:make'] };
            await initiateCall(ctx, { from, to: '+14155551999', agentPhone }, null).catch(() => undefined);
            wasKilled ||= killed();
            for (let seconds = 3; seconds <= 30; seconds += 3)
              await checkDueCalls(later(api.kernel, seconds));
            const rung = await timesRung(agentPhone, far);
            expect(rung, `${when} transaction ${step}`).toBeLessThanOrEqual(1);
            const { calls } = (await api.api.get('/api/calls?limit=1')).body;
            const call = calls[0] && (await api.api.get(`/api/calls/${calls[0].id}`)).body.call;
            const mine = call?.legs[0].address === agentPhone ? call : null;
            if (rung === 1)
              expect(mine?.sid, `${when} transaction ${step}: a telephone rings for no call`).toBeTruthy();
            if (mine && rung === 0) expect(mine.status, `${when} transaction ${step}`).toBe('FAILED');
            if (mine) expect(mine.legs[0].outcomeUnknown).toBe(false);
          }
          if (!wasKilled) break;
          expect(step).toBeLessThan(12);
        }
      } finally {
        await api.stop();
      }
    });
  }

  /** Where no worker runs, orders end by being asked about. */
  async function activate(api: TestRelais, phoneNumber: string): Promise<void> {
    const { numbers: held } = (
      await api.api.get(`/api/phone-numbers?search=${encodeURIComponent(phoneNumber)}`)
    ).body;
    await eventually(async () => {
      const { body } = await api.api.post(`/api/phone-numbers/${held[0].id}/refresh`);
      expect(body.number.status, JSON.stringify(body)).toBe('active');
    });
  }
});
