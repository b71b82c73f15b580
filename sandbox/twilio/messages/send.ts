import { sid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { acceptText, CARRIER_PART, concernedBy } from '../../core/texts/lifecycle.ts';
import type { Text } from '../../core/texts/model.ts';
import { segmentsOf } from '../../core/texts/segments.ts';
import { sendWebhook } from '../../core/webhooks.ts';
import { errorOf, statusOf } from './view.ts';

/** A shuffle holds a callback back for longer than the next status takes. */
const OVERTAKEN_PART = CARRIER_PART + 0.2;
/** How long Twilio waits for an answer. */
export const ANSWER_TIMEOUT_MS = 15_000;

type Draft = Pick<Text, 'account' | 'from' | 'to' | 'text' | 'mediaUrls' | 'origin' | 'listeners'>;

/** Takes a text to be sent, which has passed every check. */
export function takeText(sb: Sandbox, draft: Draft): Text {
  const now = sb.clock.nowMs();
  const isMms = draft.mediaUrls.length > 0;
  return acceptText(sb, {
    id: sid(isMms ? 'MM' : 'SM'),
    provider: 'twilio',
    direction: 'outbound',
    type: isMms ? 'MMS' : 'SMS',
    ...draft,
    ...segmentsOf(draft.text),
    media: [],
    status: 'queued',
    fate: null,
    price: null,
    createdAtMs: now,
    updatedAtMs: now,
    sentAtMs: null,
    completedAtMs: null,
    arrivedAtMs: null,
  });
}

/** Sends the status callback of a text, if it asked for one. */
export function notifyStatus(sb: Sandbox, text: Text): void {
  const [listener] = text.listeners;
  if (listener === undefined) return;
  const status = statusOf(text);
  const error = errorOf(text);
  const done = status === 'delivered' && hasDoneDate(text) ? { RawDlrDoneDate: doneDate(text) } : {};
  sendWebhook(sb, {
    account: text.account,
    provider: 'twilio',
    eventType: `message ${status}`,
    ...listener,
    timeoutMs: ANSWER_TIMEOUT_MS,
    content: {
      ApiVersion: '2010-04-01',
      AccountSid: text.account,
      MessageSid: text.id,
      SmsSid: text.id,
      MessageStatus: status,
      SmsStatus: status,
      From: text.from,
      To: text.to,
      ...(error === undefined ? {} : { ErrorCode: String(error.code) }),
      ...done,
    },
    ...concernedBy(text),
    overtakenMs: text.completedAtMs === null ? sb.reviewMs * OVERTAKEN_PART : undefined,
  });
}

/** Not every carrier gives the time of its receipt. */
const hasDoneDate = (text: Text): boolean => /[0-7]$/.test(text.id);

/** YYMMDDhhmm in UTC. */
function doneDate(text: Text): string {
  const iso = new Date(text.completedAtMs ?? text.updatedAtMs).toISOString();
  return iso.replace(/\D/g, '').slice(2, 12);
}
