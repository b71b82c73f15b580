import { getAccount } from '../../core/accounts.ts';
import { strike } from '../../core/faults.ts';
import type { Answer, Call, Concerned } from '../../core/http.ts';
import { occasionOf } from '../../core/texts/lifecycle.ts';
import { countryOfNumber, isPhoneNumber, type Listener } from '../../core/texts/model.ts';
import { segmentsOf, smartEncoded } from '../../core/texts/segments.ts';
import type { Resource } from '../crud.ts';
import { invalid, missing, refuse, telnyxDialect } from '../dialect.ts';
import { isHttpUrl } from '../notifications.ts';
import { findNumber, OWNED, type OwnedNumber } from '../numbers/model.ts';
import { ok, textOf } from '../shape.ts';
import { isOptedOut } from './optouts.ts';
import { MESSAGING_PROFILE, profileListeners, takeText } from './send.ts';
import { messageView } from './view.ts';

const PARTS_MAX = 10;
const MEDIA_MAX = 10;
const SCHEDULE_MIN_MS = 5 * 60_000;
const SCHEDULE_MAX_MS = 5 * 86_400_000;

const REFUSALS = {
  '40100': ['Number not messaging-enabled', 'The number is not enabled for messaging.', '/from'],
  '40300': [
    'Blocked due to STOP message',
    'Messages cannot be sent to this number because it sent a STOP message.',
    '/to',
  ],
  '40301': ['Unsupported message type', "The 'from' number cannot send messages of this type.", '/type'],
  '40302': ['Message too large', `The message has more than ${PARTS_MAX} parts.`, '/text'],
  '40304': ['Invalid combination of message content', 'An SMS cannot have media.', '/media_urls'],
  '40305': [
    "Invalid 'from' address",
    "The 'from' address should be a phone number that is associated with the sending messaging profile.",
    '/from',
  ],
  '40309': [
    'Destination region is not whitelisted',
    'The profile does not allow messages to this country.',
    '/to',
  ],
  '40310': ["Invalid 'to' address", "The 'to' address should be in E.164 format.", '/to'],
  '40312': ['Messaging profile is disabled', 'The messaging profile is disabled.', '/messaging_profile_id'],
  '40316': ['No content provided', 'The message needs text or media_urls.', '/text'],
  '40317': [
    'Invalid MMS content',
    `A message can have ${MEDIA_MAX} media files, as http or https addresses.`,
    '/media_urls',
  ],
  '40321': [
    'Empty number pool',
    'The messaging profile has no number to send from.',
    '/messaging_profile_id',
  ],
} as const;

function deny(code: keyof typeof REFUSALS) {
  const [title, detail, pointer] = REFUSALS[code];
  return refuse(code === '40300' ? 403 : 400, code, title, detail, { pointer });
}

/** The numbers that POST /messages is about. */
export function concernedByMessage(call: Call): Concerned {
  const { body } = call;
  return { topic: 'text', numbers: [textOf(body, 'to') ?? ''], others: [textOf(body, 'from') ?? ''] };
}

/** POST /messages */
export function createMessage(call: Call): Answer {
  const { body, sb } = call;
  const to = textOf(body, 'to');
  if (!to) throw missing('/to');
  if (!isPhoneNumber(to)) throw deny('40310');
  const number = sender(call);
  const profile = profileOf(call, number);
  const content = contentOf(call, number, profile);
  const listeners = listenersOf(call, profile);
  const delayMs = delayOf(call);
  if (!isAllowed(profile, to)) throw deny('40309');
  if (Number(getAccount(sb, call.account.id)?.balance ?? 0) <= 0) return telnyxDialect.insufficientFunds();
  checkRecipient(call, number, profile, to);
  const text = takeText(
    sb,
    {
      account: call.account.id,
      from: number.phoneNumber,
      to,
      origin: 'api',
      listeners,
      profileId: profile.id,
      ...content,
    },
    delayMs,
  );
  return ok(messageView(sb, text));
}

function sender(call: Call): OwnedNumber {
  const from = textOf(call.body, 'from');
  const profileId = textOf(call.body, 'messaging_profile_id');
  if (!from && !profileId) throw missing('/from');
  const number = from ? findNumber(call.sb, call.account.id, from) : pooled(call, profileId ?? '');
  if (number?.messagingProfileId == null || (profileId && number.messagingProfileId !== profileId))
    throw deny('40305');
  if (!number.features.includes('sms')) throw deny('40100');
  return number;
}

function pooled(call: Call, profileId: string): OwnedNumber {
  const { sb, account } = call;
  if (sb.store.getOwned(MESSAGING_PROFILE, account.id, profileId) === undefined)
    throw invalid('/messaging_profile_id', `There is no such messaging profile: ${profileId}`);
  const numbers = sb.store.list<OwnedNumber>(OWNED, account.id);
  const number = numbers.find((entry) => entry.messagingProfileId === profileId);
  if (number === undefined) throw deny('40321');
  return number;
}

function profileOf(call: Call, number: OwnedNumber): Resource {
  const profile = call.sb.store.get<Resource>(MESSAGING_PROFILE, number.messagingProfileId ?? '');
  if (profile === undefined) throw deny('40305');
  if (profile.enabled === false) throw deny('40312');
  return profile;
}

function contentOf(call: Call, number: OwnedNumber, profile: Resource) {
  const { body } = call;
  const given = textOf(body, 'text') ?? '';
  const mediaUrls = mediaOf(body);
  const wanted = textOf(body, 'type');
  if (wanted !== undefined && wanted !== 'SMS' && wanted !== 'MMS')
    throw invalid('/type', 'type must be SMS or MMS.');
  if (given === '' && mediaUrls.length === 0) throw deny('40316');
  if (wanted === 'SMS' && mediaUrls.length > 0) throw deny('40304');
  const type: 'SMS' | 'MMS' = wanted === 'MMS' || mediaUrls.length > 0 ? 'MMS' : 'SMS';
  if (type === 'MMS' && !number.features.includes('mms')) throw deny('40301');
  const isSmart = profile.smart_encoding === true;
  const text = isSmart ? smartEncoded(given) : given;
  const { encoding, segments } = segmentsOf(text);
  if (body.encoding === 'gsm7' && encoding !== 'GSM-7')
    throw refuse(400, '10015', 'Bad Request', 'The text has characters that GSM-7 lacks.', {
      pointer: '/encoding',
    });
  if (type === 'SMS' && segments > PARTS_MAX) throw deny('40302');
  return { text, mediaUrls, type, subject: textOf(body, 'subject'), smartEncoded: text !== given };
}

function mediaOf(body: Record<string, unknown>): string[] {
  const urls = body.media_urls ?? [];
  if (!Array.isArray(urls) || urls.length > MEDIA_MAX || !urls.every(isHttpUrl)) throw deny('40317');
  return urls.map(String);
}

/** The addresses of the message are tried first, then those of its profile. */
function listenersOf(call: Call, profile: Resource): Listener[] {
  const { body } = call;
  const own = ['webhook_url', 'webhook_failover_url'].flatMap((field) => {
    const url = textOf(body, field);
    if (!url) return [];
    if (!isHttpUrl(url)) throw invalid(`/${field}`, `${field} must be an http or https address.`);
    return [{ url }];
  });
  return body.use_profile_webhooks === false ? own : [...own, ...profileListeners(profile)];
}

function delayOf(call: Call): number {
  const sendAt = textOf(call.body, 'send_at');
  if (!sendAt) return 0;
  const delayMs = Date.parse(sendAt) - call.sb.clock.nowMs();
  if (delayMs >= SCHEDULE_MIN_MS && delayMs <= SCHEDULE_MAX_MS) return delayMs;
  throw invalid('/send_at', 'send_at must be between 5 minutes and 5 days from now.');
}

function isAllowed(profile: Resource, to: string): boolean {
  const allowed = profile.whitelisted_destinations as string[];
  return allowed.includes('*') || allowed.includes(countryOfNumber(to) ?? '');
}

/** Refuses what the recipient objects to. */
function checkRecipient(call: Call, number: OwnedNumber, profile: Resource, to: string): void {
  const from = number.phoneNumber;
  const { id: account } = call.account;
  const occasion = occasionOf({ provider: 'telnyx', account, direction: 'outbound', from, to });
  const fault = strike(call.sb, ['opted_out', 'region_blocked'], occasion)?.kind;
  if (fault === 'region_blocked') throw deny('40309');
  if (fault === 'opted_out' || isOptedOut(call.sb, profile.id, to)) throw deny('40300');
}
