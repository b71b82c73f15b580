import { uuid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { acceptText, CARRIER_PART, concernedBy } from '../../core/texts/lifecycle.ts';
import type { Listener, Text } from '../../core/texts/model.ts';
import { segmentsOf } from '../../core/texts/segments.ts';
import { sendWebhook, telnyxEvent } from '../../core/webhooks.ts';
import type { Resource } from '../crud.ts';
import { messageView } from './view.ts';

/** A shuffle holds a webhook back for longer than the next status takes. */
const OVERTAKEN_PART = CARRIER_PART + 0.2;
/** How long Telnyx waits for an answer. */
const ANSWER_TIMEOUT_MS = 2_000;

export const MESSAGING_PROFILE = 'telnyx_messaging_profile';

type Draft = Pick<Text, 'account' | 'from' | 'to' | 'text' | 'origin' | 'listeners' | 'profileId'> &
  Partial<Pick<Text, 'mediaUrls' | 'type' | 'subject' | 'smartEncoded'>>;

/** Takes a text to be sent, which has passed every check, now or after `delayMs`. */
export function takeText(sb: Sandbox, draft: Draft, delayMs = 0): Text {
  const now = sb.clock.nowMs();
  const text: Text = {
    id: uuid(),
    provider: 'telnyx',
    direction: 'outbound',
    type: 'SMS',
    mediaUrls: [],
    ...draft,
    ...segmentsOf(draft.text),
    media: [],
    status: delayMs > 0 ? 'scheduled' : 'queued',
    fate: null,
    price: null,
    createdAtMs: now,
    updatedAtMs: now,
    sentAtMs: null,
    completedAtMs: null,
    arrivedAtMs: null,
  };
  return acceptText(sb, text, delayMs);
}

/** The addresses a profile's webhooks go to. */
export function profileListeners(profile: Resource): Listener[] {
  return [profile.webhook_url, profile.webhook_failover_url]
    .filter((url) => typeof url === 'string' && url !== '')
    .map((url) => ({ url: String(url) }));
}

/** Sends an event of a text to the first of its addresses; the others are for when that one fails. */
export function tellOf(sb: Sandbox, text: Text, eventType: string): string | undefined {
  const [first, ...failover] = text.listeners;
  if (first === undefined) return undefined;
  return sendWebhook(sb, {
    account: text.account,
    provider: 'telnyx',
    eventType,
    url: first.url,
    failover,
    timeoutMs: ANSWER_TIMEOUT_MS,
    content: telnyxEvent(sb, eventType, messageView(sb, text)),
    ...concernedBy(text),
    overtakenMs: text.status === 'sent' ? sb.reviewMs * OVERTAKEN_PART : undefined,
  });
}

/** Tells what there is an event for: that a text left, and how it ended. */
export function notifyStatus(sb: Sandbox, text: Text): void {
  if (text.status === 'sent') tellOf(sb, text, 'message.sent');
  else if (text.completedAtMs !== null) tellOf(sb, text, 'message.finalized');
}
