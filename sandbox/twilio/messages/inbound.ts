import { adjustBalance } from '../../core/accounts.ts';
import { sid } from '../../core/ids.ts';
import { negate } from '../../core/money.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { CONFIRMATIONS, wishOf } from '../../core/texts/keywords.ts';
import { concernedBy } from '../../core/texts/lifecycle.ts';
import { addText, getText, type Listener, saveText, type Text } from '../../core/texts/model.ts';
import { DELIVERY, type Delivery, sendWebhook } from '../../core/webhooks.ts';
import { inboundPrice } from '../../data/textPrices.ts';
import { type IncomingNumber, incomingNumber } from '../incoming.ts';
import { placeParams } from '../places.ts';
import { APPLICATION } from '../resources.ts';
import { isOptedOut, optIn, optOut } from './optouts.ts';
import { ANSWER_TIMEOUT_MS, takeText } from './send.ts';
import { readTwiml, type Verb, verbsOf, wordsOf } from './twiml.ts';
import { messagePath } from './view.ts';

/** The task that reads what a webhook of an inbound text answered. */
export const TWIML_ANSWER = 'twilio.twiml';

/** Hands a handset's text over to the number's owner. `draft` is complete but for what Twilio knows. */
export function receiveOnTwilio(sb: Sandbox, draft: Omit<Text, 'id' | 'provider' | 'price'>): Text {
  const id = sid(draft.media.length > 0 ? 'MM' : 'SM');
  const base = { ...draft, id, provider: 'twilio' as const };
  const number = incomingNumber(sb, draft.account, draft.to);
  if (number?.capabilities.sms !== true)
    return addText(sb, { ...base, account: '', price: null, problem: 'cannot_text' });
  const listeners = listenersOf(sb, number);
  const price = inboundPrice();
  adjustBalance(sb, draft.account, negate(price));
  const problem = listeners.length === 0 ? 'no_webhook' : undefined;
  const text = addText(sb, { ...base, price, listeners, problem });
  heed(sb, text);
  return problem === undefined ? saveText(sb, { ...text, deliveryId: announce(sb, text) }) : text;
}

/** Where the number's texts go: its application's addresses, else its own. */
function listenersOf(sb: Sandbox, number: IncomingNumber): Listener[] {
  const application =
    typeof number.sms_application_sid === 'string'
      ? sb.store.get<Record<string, unknown>>(APPLICATION, number.sms_application_sid)
      : undefined;
  const settings: Record<string, unknown> = application ?? number;
  const names = [
    ['sms_url', 'sms_method'],
    ['sms_fallback_url', 'sms_fallback_method'],
  ] as const;
  const found = names.map(([url, method]) => ({ url: settings[url], method: settings[method] }));
  if (!found[0]?.url) return [];
  return found
    .filter((entry) => typeof entry.url === 'string' && entry.url !== '')
    .map(({ url, method }) => ({ url: String(url), method: method === 'GET' ? 'GET' : 'POST' }));
}

/** Twilio keeps the lists of those who want no more texts, number by number, and answers by itself. */
function heed(sb: Sandbox, text: Text): void {
  const { account, from: handset, to: ours } = text;
  const asked = wishOf('twilio', text.text);
  if (asked === undefined) return;
  const isOut = isOptedOut(sb, account, ours, handset);
  // Whoever is out already, or in already, gets no answer: YES may be meant for the owner.
  if (asked.wish !== 'help' && isOut === (asked.wish === 'stop')) return;
  if (asked.wish === 'stop') optOut(sb, account, ours, handset, asked.keyword);
  if (asked.wish === 'start') optIn(sb, account, ours, handset);
  const words = CONFIRMATIONS.twilio[asked.wish];
  const draft = { account, from: ours, to: handset, text: words, mediaUrls: [], listeners: [] };
  takeText(sb, { ...draft, origin: 'provider' });
}

function announce(sb: Sandbox, text: Text): string {
  const [listener, fallback] = text.listeners;
  const { url = '', method } = listener ?? {};
  const extra = { ErrorCode: '11200', ErrorUrl: url };
  return sendWebhook(sb, {
    account: text.account,
    provider: 'twilio',
    eventType: 'message received',
    url,
    method,
    failover: fallback === undefined ? [] : [{ ...fallback, extra }],
    timeoutMs: ANSWER_TIMEOUT_MS,
    answerTo: TWIML_ANSWER,
    content: inboundParams(sb, text),
    ...concernedBy(text),
  });
}

function inboundParams(sb: Sandbox, text: Text): Record<string, string> {
  const media = text.media.flatMap((file, index) => [
    [`MediaContentType${index}`, file.contentType],
    [`MediaUrl${index}`, `${sb.url}${messagePath(text)}/Media/${file.sid}`],
  ]);
  return {
    ...placeParams('To', text.to),
    ...placeParams('From', text.from),
    MessageSid: text.id,
    SmsMessageSid: text.id,
    SmsSid: text.id,
    AccountSid: text.account,
    ApiVersion: '2010-04-01',
    From: text.from,
    To: text.to,
    Body: text.text,
    NumMedia: String(text.media.length),
    NumSegments: String(text.segments),
    SmsStatus: 'received',
    ...Object.fromEntries(media),
  };
}

/** Teaches the task runner to read answers to inbound texts. */
export function registerTwimlAnswers(sb: Sandbox): void {
  sb.tasks.handle(TWIML_ANSWER, (body) => () => {
    const { deliveryId } = body as { deliveryId: string };
    const delivery = sb.store.get<Delivery>(DELIVERY, deliveryId);
    const text = getText(sb, String(delivery?.content.MessageSid));
    if (delivery?.status === 'delivered' && text !== undefined) reply(sb, text, delivery);
  });
}

function reply(sb: Sandbox, text: Text, delivery: Delivery): void {
  const { responseBody = '', responseType = '', url = '' } = delivery.attempts.at(-1) ?? {};
  const words = responseBody.trim();
  if (words === '') return;
  if (responseType.startsWith('text/plain')) send(sb, text, { text: words, mediaUrls: [] });
  if (!/^(text|application)\/(xml|html)/.test(responseType)) return;
  for (const verb of readTwiml(words) ?? []) {
    if (verb.name === 'Message' || verb.name === 'Sms') send(sb, text, messageOf(verb, url));
  }
}

interface Reply extends Pick<Text, 'text' | 'mediaUrls'> {
  from?: string | undefined;
  to?: string | undefined;
  statusCallback?: string | undefined;
}

function messageOf(verb: Verb, base: string): Reply {
  const inside = (name: string) =>
    verbsOf(verb)
      .filter((child) => child.name === name)
      .map((child) => wordsOf(child).trim());
  const absolute = (url: string) => (URL.canParse(url, base) ? new URL(url, base).href : url);
  const { from, to, statusCallback } = verb.attributes;
  return {
    text: inside('Body').at(-1) ?? wordsOf(verb).trim(),
    mediaUrls: inside('Media').map(absolute),
    ...{ from, to, statusCallback: statusCallback && absolute(statusCallback) },
  };
}

/** Sends an answer, unless the recipient asked for none. */
function send(sb: Sandbox, received: Text, answer: Reply): void {
  const { account } = received;
  const [from, to] = [answer.from ?? received.to, answer.to ?? received.from];
  const isEmpty = answer.text === '' && answer.mediaUrls.length === 0;
  if (isEmpty || isOptedOut(sb, account, from, to) || incomingNumber(sb, account, from) === undefined) return;
  const listeners = answer.statusCallback ? [{ url: answer.statusCallback }] : [];
  const { text, mediaUrls } = answer;
  takeText(sb, { account, from, to, text, mediaUrls, listeners, origin: 'reply' });
}
