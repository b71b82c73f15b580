import { price, prose, text, time, word } from '../parse.ts';
import type { CallNews, DialEnd, RemoteLeg, RemoteRecording } from '../voice.ts';
import { failureOfStatus, stateOfStatus } from './voice-reasons.ts';

const ID_MAX = 100;
const ADDRESS_MAX = 100;
const STATUS_MAX = 60;
const URL_MAX = 2000;

type Params = Record<string, unknown>;
type Context = { reference: string | null; occurredAt: Date | null };

/**
 * What the parameters of a delivery say of a call: a status callback, a request for a document, a conference's or a
 * recording's callback. Null when they hold none of these.
 */
export function callNewsOf(params: Params, context: Context): CallNews | null {
  if (params.ConferenceSid !== undefined && params.StatusCallbackEvent !== undefined) return roomNews(params);
  if (params.RecordingSid !== undefined && params.RecordingStatus !== undefined)
    return recordingNews(params, context);
  const leg = legOf(params, context);
  return leg && { kind: 'leg', leg, dialEnd: dialEndOf(params) };
}

const CHANGES = new Map<unknown, Extract<CallNews, { kind: 'room' }>['change']>([
  ['conference-start', 'started'],
  ['participant-join', 'joined'],
  ['participant-leave', 'left'],
  ['conference-end', 'ended'],
]);

function roomNews(params: Params): CallNews | null {
  const change = CHANGES.get(params.StatusCallbackEvent);
  const roomId = word(params.ConferenceSid, ID_MAX);
  const name = word(params.FriendlyName, ID_MAX);
  if (!change || !roomId || !name) return null;
  // At the end of a conference, CallSid names whoever ended it.
  const isAboutOne = change === 'joined' || change === 'left';
  return {
    kind: 'room',
    room: { name, roomId },
    legId: isAboutOne ? word(params.CallSid, ID_MAX) : null,
    change,
  };
}

const RECORDED = new Map<unknown, RemoteRecording['status']>([
  ['completed', 'completed'],
  ['absent', 'absent'],
  ['failed', 'failed'],
]);

function recordingNews(params: Params, { reference }: Context): CallNews | null {
  const status = RECORDED.get(params.RecordingStatus);
  const recordingId = word(params.RecordingSid, ID_MAX);
  const ofRoom = /conference/i.test(text(params.RecordingSource) ?? '');
  const recordId =
    (ofRoom ? word(params.ConferenceSid, ID_MAX) : null) ??
    word(params.CallSid, ID_MAX) ??
    word(params.ConferenceSid, ID_MAX);
  if (!status || !recordingId || !recordId) return null;
  const code = word(params.ErrorCode, 20);
  return {
    kind: 'recording',
    recording: {
      ...{ recordingId, recordId, reference, status },
      url: word(params.RecordingUrl, URL_MAX),
      channels: text(params.RecordingChannels) === '2' ? 'dual' : 'mono',
      durationSeconds: seconds(params.RecordingDuration),
      startedAt: time(params.RecordingStartTime),
      reason: code && code !== '0' ? code : null,
    },
  };
}

function legOf(params: Params, { reference, occurredAt }: Context): RemoteLeg | null {
  const legId = word(params.CallSid, ID_MAX);
  const providerStatus = word(params.CallStatus, STATUS_MAX);
  if (!legId || !providerStatus) return null;
  const state = stateOfStatus(providerStatus);
  return {
    ...{ legId, recordId: legId, reference, state, providerStatus },
    sessionId: word(params.ParentCallSid, ID_MAX),
    direction: params.Direction === 'inbound' ? 'inbound' : 'outbound',
    from: prose(params.From).slice(0, ADDRESS_MAX),
    to: prose(params.To).slice(0, ADDRESS_MAX),
    failure: failureOfStatus(providerStatus, {
      code: codeOf(params.ErrorCode),
      sip: word(params.SipResponseCode, 10),
      message: text(params.ErrorMessage),
    }),
    endedBy: null,
    durationSeconds: state === 'ended' ? seconds(params.CallDuration) : null,
    price: price(text(params.Price)?.replace(/^-/, ''), params.PriceUnit),
    quality: null,
    at: occurredAt,
    sequence: seconds(params.SequenceNumber),
  };
}

function dialEndOf(params: Params): DialEnd | null {
  const providerStatus = word(params.DialCallStatus, STATUS_MAX);
  if (!providerStatus) return null;
  return {
    providerStatus,
    // answered: it was a conference or a queue.
    talked: providerStatus === 'completed' || providerStatus === 'answered',
    legId: word(params.DialCallSid, ID_MAX),
    failure: failureOfStatus(providerStatus, {
      code: codeOf(params.DialErrorCode ?? params.ErrorCode),
      sip: word(params.DialSipResponseCode, 10),
      message: null,
    }),
    durationSeconds: seconds(params.DialCallDuration),
  };
}

function codeOf(value: unknown): string | null {
  const code = word(value, 20);
  return code === '0' ? null : code;
}

/** A count from 0, or null. */
function seconds(value: unknown): number | null {
  const digits = text(value);
  return digits && /^\d{1,7}$/.test(digits) ? Number(digits) : null;
}
