import type { TextStatus } from '../providers/index.ts';

export { KEYWORDS, type Keyword, type KeywordMatch, keywordOf } from './keywords.ts';
export {
  AFTER_OUR_TEXT,
  CATEGORIES,
  type Category,
  classify,
  type TextFacts,
  type Verdict,
  WORD_RULES,
} from './rules.ts';
export { type Segments, segmentsOf } from './segments.ts';
export { fillTemplate, TEMPLATE_VARIABLES, variablesOf } from './templates-model.ts';

/** Both providers cut longer texts off, or refuse them (Twilio 21617). */
export const TEXT_CHARS_MAX = 1600;
/** Twilio takes ten media; Telnyx ten too. */
export const MEDIA_MAX = 10;

/**
 * A message's way. received: from somebody. scheduled: waits for its time. queued: waits here for its turn. sending: handed
 * to the provider, or about to be. unknown: handed over, and no answer came; it is being looked up. sent: a carrier has it.
 * delivered, undelivered, failed, canceled: ended. none: a note or an event, which goes nowhere.
 */
export const MESSAGE_STATUSES = [
  'received',
  'scheduled',
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
  'none',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** How far a text under way is. A provider's news may come late, twice and shuffled: the furthest of it stands. */
const WAY: readonly MessageStatus[] = ['sending', 'sent', 'failed', 'undelivered', 'delivered'];
/** Whoever has news of a text has the text, whatever we thought. */
const NOT_TAKEN: readonly MessageStatus[] = ['queued', 'unknown'];

/** The statuses that a piece of news may take the place of, so that a text never moves backwards. */
export function replacedBy(news: TextStatus): readonly MessageStatus[] {
  return [...NOT_TAKEN, ...WAY.slice(0, placeOf(statusOf(news)))];
}

/** How far a text is that the provider has: of two pieces of news, the further one counts. */
export function placeOf(status: MessageStatus): number {
  return WAY.indexOf(status);
}

/** Our word for a provider's. */
export function statusOf(news: TextStatus): MessageStatus {
  if (news === 'queued') return 'sending';
  return news === 'unconfirmed' ? 'sent' : news;
}

/** Whether nothing more is to come about a text we sent. */
export function isFinal(status: MessageStatus): boolean {
  return status === 'delivered' || status === 'undelivered' || status === 'failed' || status === 'canceled';
}

/** What may be done with a message in which status; the console reads it for its buttons. */
const ALLOWED = {
  cancel: ['scheduled', 'queued'],
  retry: ['failed', 'undelivered'],
} as const satisfies Record<string, readonly MessageStatus[]>;

export type MessageAction = keyof typeof ALLOWED;

export function messageCan(action: MessageAction, status: MessageStatus): boolean {
  return (ALLOWED[action] as readonly MessageStatus[]).includes(status);
}

/** What to do with a text whose turn has come. */
export type SendStep = 'send' | 'look_up' | 'give_up';

/** A text is handed over at most this often. */
export const SENDS_MAX = 3;

/**
 * After an attempt without an answer the provider may have taken the text and not show it yet. For a while, and once at least,
 * it is only looked up; when it has not appeared by then it never arrived, and may be sent again.
 */
export function nextSendStep(
  message: { outcomeUnknown: boolean; attemptedAt: Date | null; attempts: number; lookUps: number },
  nowMs: number,
  settleMs: number,
): SendStep {
  if (!message.outcomeUnknown || !message.attemptedAt) return 'send';
  if (message.lookUps === 0 || nowMs - message.attemptedAt.getTime() < settleMs) return 'look_up';
  return message.attempts >= SENDS_MAX ? 'give_up' : 'send';
}

/** Milliseconds until an unanswered text is looked up again: 1 s, 2 s, 4 s, … 30 s at most. */
export function lookUpDelayMs(lookUps: number): number {
  return Math.min(1000 * 2 ** lookUps, 30_000);
}

/** How somebody stands to our texts. */
export type ConsentState = 'in' | 'out';

/** What a keyword does to the ledger: words of a start count only after a stop, since people also begin talks with them. */
export function consentAfter(keyword: 'stop' | 'start' | 'help', current: ConsentState): ConsentState {
  if (keyword === 'stop') return 'out';
  return keyword === 'start' ? 'in' : current;
}
