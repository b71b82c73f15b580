import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProviderEvent } from '../model.ts';
import { newsOf } from '../news.ts';
import type { CallNews } from '../voice.ts';

const AT = new Date('2026-02-02T22:25:27.521Z');
const REFERENCE = '0198c0de-0000-7000-8000-000000000001';
const IDS = { call_control_id: 'v3:Md_x=', call_leg_id: 'leg-1', call_session_id: 'session-1' };
const PARTIES = { from: '+14155550100', to: '+13129457420' };
const OURS = { ...IDS, ...PARTIES, client_state: Buffer.from(REFERENCE).toString('base64') };

const event = (
  type: string,
  payload: Record<string, unknown>,
  reference: string | null = null,
): ProviderEvent => ({
  ...{ id: '1', provider: 'telnyx', topic: 'telnyx.call', type, accountId: null, accountSid: null },
  ...{ companyId: null, eventId: 'e', occurredAt: AT, reference, payload, receivedAt: AT },
});
function told(
  type: string,
  payload: Record<string, unknown>,
  reference: string | null = null,
): CallNews | null {
  const news = newsOf(event(type, payload, reference));
  return news.kind === 'call' ? news.news : null;
}

const LEG = {
  ...{ legId: 'v3:Md_x=', recordId: 'leg-1', sessionId: 'session-1', reference: REFERENCE },
  ...{ direction: 'outbound', ...PARTIES, failure: null, endedBy: null, durationSeconds: null },
  ...{ price: null, quality: null, at: AT, sequence: null },
};

describe('a leg', () => {
  it.each([
    ['call.initiated', { direction: 'outgoing', state: 'bridging' }, 'ringing', 'bridging'],
    ['call.answered', { state: 'answered' }, 'answered', 'answered'],
    ['call.bridged', {}, 'answered', 'bridged'],
  ])('of ours: %s', (type, more, state, providerStatus) => {
    expect(told(type, { ...OURS, ...more })).toEqual({
      kind: 'leg',
      leg: { ...LEG, state, providerStatus },
      dialEnd: null,
    });
  });

  it('that comes in rings, and has no reference', () => {
    const payload = { ...IDS, from: 'anonymous', to: '+14155550100', direction: 'incoming', state: 'parked' };
    expect(told('call.initiated', { ...payload, client_state: null })).toEqual({
      kind: 'leg',
      leg: {
        ...{ ...LEG, reference: null, direction: 'inbound', from: 'anonymous', to: '+14155550100' },
        ...{ state: 'ringing', providerStatus: 'parked' },
      },
      dialEnd: null,
    });
    expect(told('call.answered', payload)).toMatchObject({
      leg: { direction: 'inbound', state: 'answered' },
    });
  });

  it('is named by its state, else by the address that was signed, and by no words of others', () => {
    const reference = (client_state: unknown, address: string | null) =>
      told('call.answered', { ...IDS, ...PARTIES, client_state }, address);
    expect(reference(OURS.client_state, 'other')).toMatchObject({ leg: { reference: REFERENCE } });
    for (const foreign of [null, '', 7, {}, '%%%', Buffer.from('have a nice day =]').toString('base64')]) {
      expect(reference(foreign, REFERENCE)).toMatchObject({ leg: { reference: REFERENCE } });
      expect(reference(foreign, null)).toMatchObject({ leg: { reference: null, direction: 'inbound' } });
    }
  });

  it.each([
    ['normal_clearing', '200', null],
    ['normal_clearing', 'unspecified', null],
    [null, null, null],
    ['user_busy', '486', 'busy'],
    ['timeout', 'unspecified', 'no_answer'],
    ['no_answer', '480', 'no_answer'],
    ['call_rejected', '603', 'rejected'],
    ['originator_cancel', '487', 'canceled'],
    ['not_found', '404', 'invalid_number'],
    ['time_limit', '200', 'time_limit'],
    ['unspecified', '503', 'unreachable'],
    ['unspecified', '402', 'insufficient_funds'],
    ['normal_clearing', '486', 'busy'],
    ['unspecified', 'unspecified', 'unknown'],
    ['a_word_of_2030', '299', 'unknown'],
    ['constructor', null, 'unknown'],
  ])('that ended: %s with %s is for the reason %s', (hangup_cause, sip_hangup_cause, reason) => {
    const news = told('call.hangup', { ...OURS, state: 'hangup', hangup_cause, sip_hangup_cause });
    const failure = reason === null ? null : { reason, providerCode: expect.any(String) };
    expect(news).toMatchObject({ leg: { state: 'ended', failure, durationSeconds: null } });
    expect(news?.kind === 'leg' && news.leg.providerStatus).toBe(hangup_cause ?? 'hangup');
  });

  it('that ended says who ended it, and how it sounded', () => {
    const call_quality_stats = {
      inbound: {
        ...{ mos: '4.50', jitter_max_variance: '2.74', jitter_packet_count: '0', packet_count: '591' },
        skip_packet_count: '9',
      },
      outbound: { packet_count: '588', skip_packet_count: '0' },
    };
    const hangup = { ...OURS, hangup_cause: 'normal_clearing', hangup_source: 'callee', call_quality_stats };
    const latencyMs = null;
    expect(told('call.hangup', hangup)).toMatchObject({
      leg: {
        endedBy: 'callee',
        quality: {
          ...{ source: 'telnyx', codec: null, edge: null },
          inbound: { jitterMs: 2.74, latencyMs, packetLossPercent: 1.52, mos: 4.5, packets: 591 },
          outbound: { jitterMs: null, latencyMs, packetLossPercent: 0, mos: null, packets: 588 },
        },
      },
    });
    expect(told('call.hangup', { ...hangup, hangup_source: 'unknown' })).toMatchObject({
      leg: { endedBy: null },
    });
    for (const stats of [null, undefined, 'x', [], {}, { inbound: null }, { inbound: { mos: 'NaN' } }]) {
      expect(told('call.hangup', { ...hangup, call_quality_stats: stats })).toMatchObject({
        leg: { quality: null },
      });
    }
    const silent = { inbound: { mos: '0.00', packet_count: '0', skip_packet_count: '0' } };
    expect(told('call.hangup', { ...hangup, call_quality_stats: silent })).toMatchObject({
      leg: { quality: { inbound: { mos: null, packetLossPercent: null, packets: 0 } } },
    });
  });
});

describe('what happens on a leg', () => {
  const at = { legId: 'v3:Md_x=', reference: REFERENCE };

  it('is told', () => {
    expect(told('call.speak.ended', { ...OURS, status: 'completed' })).toEqual({ kind: 'spoken', ...at });
    expect(told('call.dtmf.received', { ...OURS, digit: '#' })).toEqual({
      kind: 'digits',
      ...at,
      digits: '#',
    });
    const cost_parts = [{ call_part: 'call-control', cost: '0.002', currency: 'USD' }];
    expect(told('call.cost', { ...OURS, status: 'success', total_cost: '0.0106', cost_parts })).toEqual({
      ...{ kind: 'leg_price', ...at, recordId: 'leg-1', price: { amount: '0.0106', currency: 'USD' } },
    });
  });

  it('is nothing without what makes it something', () => {
    expect(told('call.cost', { ...OURS, status: 'error', total_cost: null, cost_parts: [] })).toBeNull();
    expect(told('call.cost', { ...OURS, total_cost: '0.01', cost_parts: null })).toBeNull();
    expect(told('call.dtmf.received', { ...OURS, digit: '12' })).toBeNull();
    for (const type of ['call.hangup', 'call.speak.ended', 'call.cost']) {
      expect(told(type, { ...PARTIES })).toBeNull();
    }
    for (const type of [
      'call.hold',
      'call.speak.started',
      'conference.ended',
      'call.machine.detection.ended',
    ]) {
      expect(told(type, OURS)).toBeNull();
    }
  });
});

describe('a recording', () => {
  const saved = {
    ...{ call_leg_id: 'leg-1', call_session_id: 'session-1', client_state: OURS.client_state },
    ...{ channels: 'dual', recording_started_at: '2026-02-02T22:20:27.521992Z' },
    recording_ended_at: '2026-02-02T22:25:27.521992Z',
    recording_urls: {
      mp3: 'https://s3.amazonaws.com/telephony-recorder-prod/x.mp3?X-Amz-Expires=600',
      wav: null,
    },
    public_recording_urls: { mp3: null, wav: null },
  };

  it('is told by the leg alone', () => {
    expect(told('call.recording.saved', saved)).toEqual({
      kind: 'recording',
      recording: {
        ...{ recordingId: null, recordId: 'leg-1', reference: REFERENCE, status: 'completed' },
        ...{ url: saved.recording_urls.mp3, channels: 'dual', durationSeconds: 300, reason: null },
        startedAt: new Date(saved.recording_started_at),
      },
    });
  });

  it('that failed says why', () => {
    const reason = 'Internal server error';
    expect(told('call.recording.error', { ...OURS, reason })).toMatchObject({
      kind: 'recording',
      recording: { status: 'failed', recordId: 'leg-1', reference: REFERENCE, url: null, reason },
    });
  });

  it('with odd parts is read as far as it goes', () => {
    for (const odd of [null, 7, 'x', [], { mp3: 7 }, { mp3: 'é' }]) {
      expect(told('call.recording.saved', { ...saved, recording_urls: odd })).toMatchObject({
        recording: { url: null },
      });
    }
    expect(told('call.recording.saved', { ...saved, call_leg_id: null })).toBeNull();
  });
});

it('an event of any shape is read or is other, and nothing is thrown', () => {
  const odd: unknown[] = [undefined, null, 7, -1, true, '', ' ', '\0', [], {}, [null], [{}], { inbound: 7 }];
  const types = [
    ...['call.initiated', 'call.answered', 'call.hangup', 'call.cost', 'call.recording.saved'],
    ...['call.recording.error', 'call.dtmf.received', 'call.speak.ended', 'call.', 'call.new'],
  ];
  const fields = [
    ...[
      'call_control_id',
      'call_leg_id',
      'call_session_id',
      'client_state',
      'from',
      'to',
      'direction',
      'state',
    ],
    ...['hangup_cause', 'sip_hangup_cause', 'hangup_source', 'call_quality_stats', 'digit', 'cost_parts'],
    ...['total_cost', 'status', 'recording_urls', 'recording_started_at', 'recording_ended_at', 'channels'],
  ];
  for (const type of types) {
    for (const field of fields) {
      for (const value of odd)
        expect(newsOf(event(type, { ...OURS, [field]: value })).kind).toMatch(/call|other/);
    }
  }
});

// In CI the folder is given; elsewhere the published examples are not at hand.
describe.runIf(process.env.PROVIDER_SPECS)('the published examples', () => {
  const file = join(process.env.PROVIDER_SPECS ?? '', 'telnyx.webhook-examples.json');
  const examples = process.env.PROVIDER_SPECS
    ? (JSON.parse(readFileSync(file, 'utf8')).examples as Record<
        string,
        { payload: { data: ProviderEvent['payload'] } }
      >)
    : {};
  const kinds: Record<string, string> = {
    ...{ 'call.initiated': 'leg', 'call.answered': 'leg', 'call.hangup': 'leg' },
    ...{ 'call.dtmf.received': 'digits', 'call.recording.saved': 'recording' },
  };

  it.each(Object.keys(examples).filter((name) => /^(call|conference)/.test(name)))('%s', (name) => {
    const { event_type, payload } = examples[name]!.payload.data;
    const news = told(String(event_type), payload as Record<string, unknown>);
    expect(news?.kind).toBe(kinds[String(event_type)]);
    if (news?.kind === 'leg') expect(news.leg).toMatchObject({ from: '+13129457420', reference: null });
  });
});
