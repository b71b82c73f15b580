import { getAccount } from '../../core/accounts.ts';
import { strike } from '../../core/faults.ts';
import type { Answer, Call, Concerned } from '../../core/http.ts';
import { occasionOf } from '../../core/texts/lifecycle.ts';
import { isPhoneNumber, type Listener } from '../../core/texts/model.ts';
import { smartEncoded } from '../../core/texts/segments.ts';
import { badParameter, refuse, twilioDialect } from '../dialect.ts';
import { type IncomingNumber, incomingNumber } from '../incoming.ts';
import { created, param } from '../shape.ts';
import { isOptedOut } from './optouts.ts';
import { takeText } from './send.ts';
import { messageView } from './view.ts';

const BODY_MAX = 1600;
const MEDIA_MAX = 10;
const VALIDITY_MAX_SECONDS = 36_000;

/** Numbers of the provider's own test convention, and the error each gives. */
const MAGIC_TO: Record<string, number> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
const MAGIC_FROM: Record<string, number> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};

const MESSAGES: Record<number, (from: string, to: string) => string> = {
  21211: (_from, to) => `The 'To' number ${to} is not a valid phone number.`,
  21212: (from) =>
    `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`,
  21266: (from) => `'To' and 'From' number cannot be the same: ${from}`,
  21408: (_from, to) =>
    `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}`,
  21606: (from, to) =>
    `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number for this destination (${to}).`,
  21610: () => 'Attempt to send to unsubscribed recipient',
  21611: (from) => `This 'From' number ${from} has exceeded the maximum number of queued messages`,
  21612: (from, to) =>
    `The 'To' phone number: ${to}, is not currently reachable using the 'From' phone number: ${from} via SMS.`,
  21614: (_from, to) => `'To' number ${to} is not a valid mobile number`,
  21621: (from) => `The 'From' number ${from} has not been enabled for picture messaging`,
};

/** The numbers that POST Messages is about. */
export function concernedByMessage(call: Call): Concerned {
  return { topic: 'text', numbers: [param(call, 'To') ?? ''], others: [param(call, 'From') ?? ''] };
}

/** POST Messages */
export function createMessage(call: Call): Answer {
  const to = required(call, 'To', 21604, "A 'To' phone number is required.");
  const from = sender(call);
  const deny = (code: number) => refuse(400, code, MESSAGES[code]?.(from, to) ?? 'Refused');
  const magic = MAGIC_TO[to] ?? MAGIC_FROM[from];
  if (magic !== undefined) throw deny(magic);
  if (!isPhoneNumber(to)) throw deny(21211);
  const number = incomingNumber(call.sb, call.account.id, from);
  if (number === undefined || !number.capabilities.sms) throw deny(/^\+\d+$/.test(from) ? 21606 : 21212);
  if (to === from) throw deny(21266);
  const mediaUrls = mediaOf(call);
  if (mediaUrls.length > 0 && !number.capabilities.mms) throw deny(21621);
  const text = bodyOf(call, mediaUrls);
  const listeners = listenersOf(call);
  checkRest(call);
  if (Number(getAccount(call.sb, call.account.id)?.balance ?? 0) <= 0)
    return twilioDialect.insufficientFunds();
  const refusal = refusalOf(call, number, to);
  if (refusal !== undefined) throw deny(refusal);
  const account = call.account.id;
  return created(
    messageView(takeText(call.sb, { account, from, to, text, mediaUrls, origin: 'api', listeners })),
  );
}

function required(call: Call, name: string, code: number, message: string): string {
  const value = param(call, name)?.trim();
  if (!value) throw refuse(400, code, message);
  return value;
}

function sender(call: Call): string {
  const service = param(call, 'MessagingServiceSid');
  if (service) {
    throw refuse(400, 21701, `The Messaging Service ${service} does not exist. Send from a phone number.`);
  }
  return required(call, 'From', 21603, "A 'From' phone number is required.");
}

function mediaOf(call: Call): string[] {
  const given = call.body.MediaUrl;
  const urls = (Array.isArray(given) ? given : [given])
    .filter((url) => url !== undefined && url !== '')
    .map(String);
  const bad = urls.find((url) => !/^https?:\/\/\S+$/.test(url));
  if (bad !== undefined) throw refuse(400, 21620, `Invalid media URL(s): ${bad}`);
  if (urls.length > MEDIA_MAX)
    throw refuse(400, 21623, `Number of media files exceeds allowed limit: ${MEDIA_MAX}`);
  return urls;
}

function bodyOf(call: Call, mediaUrls: string[]): string {
  const body = param(call, 'Body');
  if (param(call, 'ContentSid')) throw refuse(400, 21655, 'The ContentSid is invalid.');
  if (!body && mediaUrls.length === 0) {
    throw body === undefined
      ? refuse(400, 21619, 'A text message body or media urls must be specified.')
      : refuse(400, 21602, 'Message body is required.');
  }
  if ((body ?? '').length > BODY_MAX) {
    throw refuse(400, 21617, `The concatenated message body exceeds the ${BODY_MAX} character limit.`);
  }
  return param(call, 'SmartEncoded') === 'true' ? smartEncoded(body ?? '') : (body ?? '');
}

function listenersOf(call: Call): Listener[] {
  const url = param(call, 'StatusCallback');
  if (!url) return [];
  if (!/^https?:\/\/\S+$/.test(url))
    throw refuse(400, 21609, `The 'StatusCallback' URL ${url} is not valid.`);
  return [{ url }];
}

function checkRest(call: Call): void {
  if (param(call, 'SendAt') || param(call, 'ScheduleType'))
    throw refuse(400, 35118, 'MessagingServiceSid is required to schedule a message.');
  const validity = param(call, 'ValidityPeriod');
  if (!validity) return;
  const seconds = Number(validity);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > VALIDITY_MAX_SECONDS)
    throw badParameter(`ValidityPeriod must be a whole number from 1 to ${VALIDITY_MAX_SECONDS}.`);
}

/** What the recipient or the region objects to. */
function refusalOf(call: Call, number: IncomingNumber, to: string): number | undefined {
  const { sb, account } = call;
  const from = number.phone_number;
  const occasion = occasionOf({ provider: 'twilio', account: account.id, direction: 'outbound', from, to });
  const fault = strike(sb, ['opted_out', 'region_blocked'], occasion)?.kind;
  if (fault === 'region_blocked') return 21408;
  return fault === 'opted_out' || isOptedOut(sb, account.id, from, to) ? 21610 : undefined;
}
