import { randomBytes, randomUUID } from 'node:crypto';
import { type Keys, type ProviderName, signedByTelnyx, signedByTwilio } from './requests.ts';

export const TELNYX_CALLS_PATH = '/api/telnyx/webhooks/calls';
export const VOICE_PATH = '/webhook/voice';
export const STATUS_PATH = '/webhook/voice/status';

/** What a provider tells of calls to a number of ours: that each rings, is answered and ends. */
export interface CallEventsJob {
  kind: 'call_events';
  keys: Keys;
  provider: ProviderName;
  publicUrl: string;
  to: string;
  /** Calls that are told of at the same time: an event comes after so many others of other calls. */
  atOnce: number;
}

/** Callers that ring: Twilio asks what is to happen. */
export interface VoiceJob {
  kind: 'voice';
  keys: Keys;
  publicUrl: string;
  to: string;
}

/** The callers of the job before hang up. */
export interface HangUpsJob extends Omit<VoiceJob, 'kind'> {
  kind: 'hang_ups';
}

export type CallJob = CallEventsJob | VoiceJob | HangUpsJob;

/** Events of a call: ringing, answered, ended. */
export const EVENTS_PER_CALL = 3;

/** Every event of every call, in the order in which a provider would tell them. @param count events. */
export function makeCallEvents(job: CallEventsJob, count: number): Buffer[] {
  const make = job.provider === 'telnyx' ? telnyxCall : twilioCall;
  const requests: Buffer[] = [];
  while (requests.length < count) {
    const calls = Array.from({ length: job.atOnce }, () => make(job, caller()));
    for (let step = 0; step < EVENTS_PER_CALL; step++) for (const call of calls) requests.push(call[step]!);
  }
  return requests;
}

let callers = 0;

function caller(): string {
  return `+336${String(callers++).padStart(8, '0')}`;
}

function telnyxCall({ keys, publicUrl, to }: CallEventsJob, from: string): Buffer[] {
  const startedAt = new Date().toISOString();
  const leg = {
    call_control_id: `v3:${randomBytes(40).toString('base64url')}`,
    connection_id: '1684641123236054244',
    call_leg_id: randomUUID(),
    call_session_id: randomUUID(),
    client_state: null,
    ...{ from, to, start_time: startedAt },
  };
  const event = (event_type: string, more: Record<string, unknown>) => {
    const payload = { ...leg, ...more };
    const data = {
      record_type: 'event',
      event_type,
      id: randomUUID(),
      occurred_at: new Date().toISOString(),
      payload,
    };
    const meta = { attempt: 1, delivered_to: `${publicUrl}${TELNYX_CALLS_PATH}` };
    return signedByTelnyx(keys, publicUrl, TELNYX_CALLS_PATH, JSON.stringify({ data, meta }));
  };
  return [
    event('call.initiated', { direction: 'incoming', state: 'parked', caller_id_name: from }),
    event('call.answered', { state: 'answered' }),
    event('call.hangup', {
      ...{
        state: 'hangup',
        hangup_cause: 'normal_clearing',
        hangup_source: 'caller',
        sip_hangup_cause: '200',
      },
      call_quality_stats: {
        inbound: {
          mos: '4.50',
          jitter_max_variance: '2.74',
          jitter_packet_count: '590',
          packet_count: '591',
          skip_packet_count: '9',
        },
        outbound: { packet_count: '588', skip_packet_count: '0' },
      },
    }),
  ];
}

function twilioStatus(
  job: Pick<CallEventsJob, 'keys' | 'publicUrl' | 'to'>,
  callSid: string,
  from: string,
  CallStatus: string,
  sequence: number,
  more: Record<string, string> = {},
): Buffer {
  return signedByTwilio(job.keys, job.publicUrl, STATUS_PATH, {
    ...voiceParams(job, callSid, from),
    CallStatus,
    ...{
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(sequence),
      Timestamp: new Date().toUTCString(),
    },
    ...more,
  });
}

function twilioCall(job: CallEventsJob, from: string): Buffer[] {
  const callSid = `CA${randomBytes(16).toString('hex')}`;
  const ended = { CallDuration: '12', Duration: '1', SipResponseCode: '200' };
  return [
    twilioStatus(job, callSid, from, 'ringing', 0),
    twilioStatus(job, callSid, from, 'in-progress', 1),
    twilioStatus(job, callSid, from, 'completed', 2, ended),
  ];
}

/** Whoever rang in the job before. */
let ringing: { callSid: string; from: string }[] = [];

/** Inbound calls that ask for their TwiML, each of a caller of its own. */
export function makeVoice(job: VoiceJob, count: number): Buffer[] {
  ringing = Array.from({ length: count }, () => ({
    callSid: `CA${randomBytes(16).toString('hex')}`,
    from: caller(),
  }));
  return ringing.map(({ callSid, from }) =>
    signedByTwilio(job.keys, job.publicUrl, VOICE_PATH, {
      ...voiceParams(job, callSid, from),
      CallStatus: 'ringing',
    }),
  );
}

/** The ends of those calls. */
export function makeHangUps(job: HangUpsJob, count: number): Buffer[] {
  const callers = ringing.slice(0, count);
  ringing = [];
  return callers.map(({ callSid, from }) =>
    twilioStatus(job, callSid, from, 'completed', 1, { CallDuration: '0' }),
  );
}

function voiceParams({ keys, to }: { keys: Keys; to: string }, CallSid: string, from: string) {
  return {
    ...{ AccountSid: keys.twilioSid, ApiVersion: '2010-04-01', CallSid, Direction: 'inbound' },
    ...{ From: from, To: to, Caller: from, Called: to },
    ...{ FromCountry: 'FR', FromState: '', FromCity: '', FromZip: '' },
    ...{ ToCountry: 'FR', ToState: '', ToCity: '', ToZip: '' },
  };
}
