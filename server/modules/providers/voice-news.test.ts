import { describe, expect, it } from 'vitest';
import type { ProviderEvent } from './model.ts';
import { newsOf } from './news.ts';

const AT = new Date('2026-03-01T10:00:00Z');
const twilio = (payload: Record<string, unknown>, reference: string | null = 'leg-1') => {
  const event: ProviderEvent = {
    ...{ id: '1', provider: 'twilio', topic: 'x', type: 'x', accountId: null, accountSid: null },
    ...{ companyId: null, eventId: 'e', occurredAt: AT, reference, payload, receivedAt: AT },
  };
  return newsOf(event);
};

describe('a status callback of Twilio', () => {
  const form = {
    ...{ CallSid: 'CA2', ParentCallSid: 'CA1', AccountSid: 'AC1', ApiVersion: '2010-04-01' },
    ...{ From: '+33100000000', To: '+33612345678', Direction: 'outbound-dial', CallStatus: 'completed' },
    ...{ Timestamp: 'Sun, 01 Mar 2026 10:00:00 +0000', CallbackSource: 'call-progress-events' },
    ...{ SequenceNumber: '3', CallDuration: '42', Duration: '1', SipResponseCode: '200' },
  };

  it('is news of a leg', () => {
    expect(twilio(form)).toEqual({
      kind: 'call',
      news: {
        kind: 'leg',
        leg: {
          ...{ legId: 'CA2', recordId: 'CA2', sessionId: 'CA1', reference: 'leg-1', direction: 'outbound' },
          ...{ from: '+33100000000', to: '+33612345678', state: 'ended', providerStatus: 'completed' },
          ...{ failure: null, endedBy: null, durationSeconds: 42, price: null, quality: null },
          ...{ at: AT, sequence: 3 },
        },
        dialEnd: null,
      },
    });
  });

  it.each([
    ['queued', 'initiated', null],
    ['initiated', 'initiated', null],
    ['ringing', 'ringing', null],
    ['in-progress', 'answered', null],
    ['completed', 'ended', null],
    ['busy', 'ended', 'busy'],
    ['no-answer', 'ended', 'no_answer'],
    ['canceled', 'ended', 'canceled'],
    ['failed', 'ended', 'unreachable'],
    ['a_word_of_2030', 'initiated', null],
  ])('%s: the leg is %s', (CallStatus, state, reason) => {
    const news = twilio({ ...form, CallStatus, SipResponseCode: undefined });
    expect(news).toMatchObject({ news: { leg: { state, providerStatus: CallStatus } } });
    expect(news.kind === 'call' && news.news.kind === 'leg' && (news.news.leg.failure?.reason ?? null)).toBe(
      reason,
    );
  });

  it.each([
    [{ SipResponseCode: '404' }, 'invalid_number', '404'],
    [{ SipResponseCode: '480' }, 'unreachable', '480'],
    [{ SipResponseCode: '603' }, 'rejected', '603'],
    [{ ErrorCode: '13227' }, 'region_blocked', '13227'],
    [{ ErrorCode: '13224', SipResponseCode: '403' }, 'invalid_number', '13224'],
    [{ ErrorCode: '0', SipResponseCode: '999' }, 'unreachable', '999'],
  ])('says why it failed: %j', (said, reason, providerCode) => {
    expect(twilio({ ...form, CallStatus: 'failed', ...said })).toMatchObject({
      news: { leg: { failure: { reason, providerCode } } },
    });
  });

  it('brings nothing into the database that it cannot hold', () => {
    expect(twilio({ ...form, From: 'a\0b\uD800', CallDuration: '1e9', SequenceNumber: '-1' })).toMatchObject({
      news: { leg: { from: 'a\uFFFDb\uFFFD', durationSeconds: null, sequence: null } },
    });
    expect(twilio({ ...form, From: 'x'.repeat(500) })).toMatchObject({
      news: { leg: { from: 'x'.repeat(100) } },
    });
    expect(twilio({ ...form, CallSid: 'CA\0' })).toEqual({ kind: 'other' });
    expect(twilio({ ...form, CallStatus: ['completed', 'busy'] })).toEqual({ kind: 'other' });
  });
});

describe('a request of Twilio for a document', () => {
  const form = {
    ...{ CallSid: 'CA1', AccountSid: 'AC1', From: '+33612345678', To: '+33100000000' },
    ...{ Caller: '+33612345678', Called: '+33100000000', Direction: 'inbound', ApiVersion: '2010-04-01' },
  };

  it('is news of the leg that waits', () => {
    expect(twilio({ ...form, CallStatus: 'ringing' }, null)).toMatchObject({
      news: {
        leg: { legId: 'CA1', direction: 'inbound', state: 'ringing', reference: null, sequence: null },
        dialEnd: null,
      },
    });
  });

  it.each([
    ['completed', true, null],
    ['answered', true, null],
    ['busy', false, 'busy'],
    ['no-answer', false, 'no_answer'],
    ['failed', false, 'unreachable'],
    ['canceled', false, 'canceled'],
  ])('after a dial tells what became of it: %s', (DialCallStatus, talked, reason) => {
    const dial = { DialCallStatus, DialCallSid: 'CA9', DialCallDuration: '12', DialBridged: 'true' };
    expect(twilio({ ...form, CallStatus: 'in-progress', ...dial })).toMatchObject({
      news: {
        leg: { legId: 'CA1', state: 'answered', failure: null },
        dialEnd: {
          ...{ providerStatus: DialCallStatus, talked, legId: 'CA9', durationSeconds: 12 },
          failure: reason === null ? null : { reason },
        },
      },
    });
  });

  it('after a voicemail is news of the leg, not of the recording', () => {
    const recorded = { RecordingSid: 'RE1', RecordingUrl: 'https://x.test/RE1', RecordingDuration: '7' };
    expect(twilio({ ...form, CallStatus: 'completed', ...recorded, Digits: 'hangup' })).toMatchObject({
      news: { kind: 'leg', leg: { state: 'ended' } },
    });
  });
});

describe("a recording's callback of Twilio", () => {
  const form = {
    ...{ AccountSid: 'AC1', CallSid: 'CA1', RecordingSid: 'RE1', RecordingStatus: 'completed' },
    ...{ RecordingUrl: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1' },
    ...{ RecordingDuration: '12', RecordingChannels: '2', RecordingSource: 'DialVerb', ErrorCode: '0' },
    RecordingStartTime: 'Sun, 01 Mar 2026 10:00:00 +0000',
  };

  it('is news of a recording', () => {
    expect(twilio(form)).toEqual({
      kind: 'call',
      news: {
        kind: 'recording',
        recording: {
          ...{ recordingId: 'RE1', recordId: 'CA1', reference: 'leg-1', status: 'completed' },
          ...{ url: form.RecordingUrl, channels: 'dual', durationSeconds: 12, startedAt: AT, reason: null },
        },
      },
    });
  });

  it('of a conference is about the room, of a participant about the leg', () => {
    const inRoom = { ...form, ConferenceSid: 'CF1' };
    expect(twilio({ ...inRoom, RecordingSource: 'Conference', CallSid: undefined })).toMatchObject({
      news: { recording: { recordId: 'CF1' } },
    });
    expect(twilio({ ...inRoom, RecordingSource: 'OutboundAPI' })).toMatchObject({
      news: { recording: { recordId: 'CA1' } },
    });
  });

  it('of one that is not over, or not known, says nothing', () => {
    expect(twilio({ ...form, RecordingStatus: 'in-progress' })).toEqual({ kind: 'other' });
    expect(twilio({ ...form, RecordingSid: '' })).toEqual({ kind: 'other' });
    expect(twilio({ ...form, RecordingStatus: 'absent', ErrorCode: '16101' })).toMatchObject({
      news: { recording: { status: 'absent', reason: '16101' } },
    });
  });
});

describe("a conference's callback of Twilio", () => {
  const form = { ConferenceSid: 'CF1', FriendlyName: 'relais-1', CallSid: 'CA1', AccountSid: 'AC1' };

  it.each([
    ['conference-start', 'started', null],
    ['participant-join', 'joined', 'CA1'],
    ['participant-leave', 'left', 'CA1'],
    ['conference-end', 'ended', null],
  ])('%s', (StatusCallbackEvent, change, legId) => {
    expect(twilio({ ...form, StatusCallbackEvent })).toEqual({
      kind: 'call',
      news: { kind: 'room', room: { name: 'relais-1', roomId: 'CF1' }, legId, change },
    });
  });

  it('of other events says nothing', () => {
    expect(twilio({ ...form, StatusCallbackEvent: 'participant-mute' })).toEqual({ kind: 'other' });
    expect(twilio({ ...form, StatusCallbackEvent: 'conference-end', FriendlyName: '\0' })).toEqual({
      kind: 'other',
    });
  });
});
