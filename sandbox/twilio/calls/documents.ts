import type { FaultKind } from '../../core/faults.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { sendWebhook } from '../../core/webhooks.ts';
import { ANSWER_TIMEOUT_MS } from '../messages/send.ts';
import { readTwiml, type Verb } from '../messages/twiml.ts';
import { type Address, begin, type Doing, durationOf, getLeg, type Leg } from './model.ts';
import { concernedByLeg, legParams, recordingUrl } from './notify.ts';
import { getRecording } from './recordings.ts';

/** The task that reads what a leg's address answered. */
export const VOICE_ANSWER = 'twilio.voice_answer';
/** The task that reads what is to be announced to a leg. */
export const ANNOUNCEMENT = 'twilio.announcement';

/** Somebody waits on the telephone: a request for a document is neither lost nor late. */
const SPARED: FaultKind[] = ['webhook_lost', 'webhook_late', 'webhook_shuffled'];

interface Question {
  address: Address;
  fallback?: Address | null;
  extra?: Record<string, string>;
  /** The task that reads the answer; without it, nobody does. */
  answerTo?: string;
}

function ask(sb: Sandbox, leg: Leg, { address, fallback, extra, answerTo }: Question): string {
  const { url, method } = address;
  const failed = { ErrorCode: '11200', ErrorUrl: url };
  return sendWebhook(sb, {
    account: leg.account,
    provider: 'twilio',
    eventType: 'call document',
    ...{ url, method, answerTo },
    failover: fallback ? [{ ...fallback, extra: failed }] : [],
    timeoutMs: ANSWER_TIMEOUT_MS,
    content: { ...legParams(leg), ...extra },
    spared: SPARED,
    ...concernedByLeg(leg),
  });
}

/** Asks what a leg is to do next, which does nothing until the answer is there. */
export function fetchDocument(sb: Sandbox, leg: Leg, question: Omit<Question, 'answerTo'>): void {
  const deliveryId = ask(sb, getLeg(sb, leg.sid) ?? leg, { ...question, answerTo: VOICE_ANSWER });
  begin(sb, leg, { kind: 'fetching', deliveryId });
}

/** Tells the address that would say what comes next, when nothing will. */
export function tellAddress(
  sb: Sandbox,
  leg: Leg,
  address: Address | null,
  extra: Record<string, string>,
): void {
  if (address !== null) ask(sb, leg, { address, extra });
}

/** Asks what a leg in a conference is to hear. */
export function fetchAnnouncement(
  sb: Sandbox,
  leg: Leg,
  address: Address,
  extra: Record<string, string>,
): void {
  ask(sb, leg, { address, extra, answerTo: ANNOUNCEMENT });
}

/** The verbs of an answer, or undefined when it is none that can be read. */
export function verbsOfAnswer(body: string, type: string): Verb[] | undefined {
  if (/^audio\//.test(type)) return [{ name: 'Play', attributes: {}, children: ['(sound)'] }];
  if (type.startsWith('text/plain')) return [{ name: 'Say', attributes: {}, children: [body] }];
  return /^(text|application)\/(xml|html)/.test(type) ? readTwiml(body.trim()) : undefined;
}

/** What a `<Dial>` came to, for its action. */
export function dialParams(
  sb: Sandbox,
  dial: Extract<Doing, { kind: 'dial' }>,
  status: string,
): Record<string, string> {
  const child = getLeg(sb, dial.winner ?? dial.children.at(-1) ?? '');
  const talked = dial.winner !== null && child !== undefined;
  const endedAtMs = child?.endedAtMs ?? sb.clock.nowMs();
  return {
    DialCallStatus: status,
    ...(child === undefined ? {} : { DialCallSid: child.sid }),
    DialBridged: String(talked && !child.whispering),
    ...(talked ? { DialCallDuration: String(durationOf({ ...child, endedAtMs }) ?? 0) } : {}),
    ...recordedParams(sb, dial.recordingSid),
  };
}

export function recordedParams(sb: Sandbox, recordingSid: string | null): Record<string, string> {
  const recording = getRecording(sb, recordingSid ?? '');
  if (recording === undefined || recording.status === 'absent') return {};
  return {
    RecordingSid: recording.sid,
    RecordingUrl: recordingUrl(sb, recording),
    RecordingDuration: String(recording.durationSeconds ?? 1),
  };
}
