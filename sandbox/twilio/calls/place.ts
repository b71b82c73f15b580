import { getAccount } from '../../core/accounts.ts';
import { strike } from '../../core/faults.ts';
import type { Answer, Call, Concerned } from '../../core/http.ts';
import { sid } from '../../core/ids.ts';
import { isPhoneNumber } from '../../core/texts/model.ts';
import { refuse, twilioDialect } from '../dialect.ts';
import { incomingNumber } from '../incoming.ts';
import { readTwiml } from '../messages/twiml.ts';
import { APPLICATION } from '../resources.ts';
import { created, param } from '../shape.ts';
import { countOf, methodOf, wordsIn } from './attributes.ts';
import { placeLeg } from './legs.ts';
import type { Address, First, Leg, Listener, RecordOrder } from './model.ts';
import { callView } from './view.ts';

const TWIML_MAX = 4000;
const TIMEOUT_MAX = 600;
const LIMIT_MAX = 14_400;

/** Numbers of the provider's own test convention, and the error each gives. */
const MAGIC_TO: Record<string, number> = {
  '+15005550001': 21217,
  '+15005550002': 21214,
  '+15005550003': 21215,
  '+15005550004': 21216,
};
const MAGIC_FROM: Record<string, number> = { '+15005550001': 21212 };

const REFUSALS: Record<number, (from: string, to: string) => string> = {
  21201: () => "No 'To' number is specified",
  21205: () => 'Url is not a valid URL',
  21210: (from) => `'From' phone number not verified: ${from} is not yet verified for your account.`,
  21211: (_from, to) => `The phone number you are attempting to call, ${to}, is not valid.`,
  21212: (from) => `The 'From' number ${from} is not a valid phone number.`,
  21213: () => "'From' phone number is required",
  21214: (_from, to) => `'To' phone number ${to} cannot be reached.`,
  21215: (_from, to) =>
    `Account not authorized to call ${to}. Perhaps you need to enable some international permissions.`,
  21216: (_from, to) => `Account not allowed to call ${to}`,
  21217: (_from, to) => `Phone number ${to} does not appear to be valid`,
};

/** The numbers that a call to be placed is about. */
export function concernedByCall(call: Call): Concerned {
  return { topic: 'call', numbers: [param(call, 'To') ?? ''], others: [param(call, 'From') ?? ''] };
}

/** POST Calls */
export function createCall(call: Call): Answer {
  const parties = partiesOf(call);
  const first = firstOf(call);
  return created(callView(checkAndPlace(call, { ...parties, first })));
}

/** Places a leg for the API, or refuses as Twilio does. */
export function checkAndPlace(call: Call, { from, to, first }: Pick<Leg, 'from' | 'to' | 'first'>): Leg {
  const { sb, account } = call;
  const settings = settingsOf(call);
  if (Number(getAccount(sb, account.id)?.balance ?? 0) <= 0)
    throw refusalOf(twilioDialect.insufficientFunds());
  const occasion = {
    provider: 'twilio' as const,
    account: account.id,
    topic: 'call' as const,
    numbers: [to],
  };
  const fault = strike(sb, ['region_blocked', 'too_many_calls'], { ...occasion, others: [from] })?.kind;
  if (fault === 'region_blocked') throw deny(21215, from, to);
  if (fault === 'too_many_calls') throw refuse(429, 10004, 'Call concurrency limit exceeded');
  const numberSid = incomingNumber(sb, account.id, from)?.sid ?? null;
  const draft = { sid: sid('CA'), account: account.id, direction: 'outbound-api' as const, from, to };
  return placeLeg(sb, { ...draft, numberSid, first, ...settings });
}

const deny = (code: number, from: string, to: string) =>
  refuse(400, code, REFUSALS[code]?.(from, to) ?? 'Refused');

function refusalOf(answer: Answer) {
  const { code, message } = answer.body as { code: number; message: string };
  return refuse(answer.status, code, message);
}

/** Who calls whom: a number of the account calls a phone or a browser. */
export function partiesOf(call: Call): { from: string; to: string } {
  const to = param(call, 'To')?.trim() ?? '';
  const from = param(call, 'From')?.trim() ?? '';
  if (to === '') throw deny(21201, from, to);
  if (from === '') throw deny(21213, from, to);
  const magic = MAGIC_TO[to] ?? MAGIC_FROM[from];
  if (magic !== undefined) throw deny(magic, from, to);
  const isBrowser = /^client:[\w.@-]+$/.test(to);
  if (!isBrowser && !isPhoneNumber(to)) throw deny(21211, from, to);
  if (!/^\+\d+$/.test(from)) throw deny(21212, from, to);
  const number = incomingNumber(call.sb, call.account.id, from);
  if (number?.capabilities.voice !== true) throw deny(21210, from, to);
  return { from, to };
}

const URL_FORM = /^https?:\/\/\S+$/;

/** What the leg does once it is answered: an address goes before a document. */
export function firstOf(call: Call): Exclude<First, { kind: 'seat' }> {
  const address = addressAt(call, 'Url', 'Method') ?? applicationOf(call);
  if (address !== null)
    return { kind: 'url', address, fallback: addressAt(call, 'FallbackUrl', 'FallbackMethod') };
  const twiml = param(call, 'Twiml') ?? '';
  if (twiml.length > TWIML_MAX)
    throw refuse(400, 21220, `The Twiml parameter is longer than ${TWIML_MAX} characters.`);
  const verbs = readTwiml(twiml.trim());
  if (verbs === undefined) throw deny(21205, '', '');
  return { kind: 'twiml', verbs };
}

function applicationOf(call: Call): Address | null {
  const applicationSid = param(call, 'ApplicationSid');
  if (!applicationSid) return null;
  const found = call.sb.store.getOwned<Record<string, unknown>>(APPLICATION, call.account.id, applicationSid);
  const url = found?.voice_url;
  if (typeof url !== 'string' || url === '') throw deny(21205, '', '');
  return { url, method: methodOf(String(found?.voice_method)) };
}

/** An address that a form names; a bad one is refused. */
export function addressAt(call: Call, name: string, methodName: string): Address | null {
  const url = param(call, name);
  if (url === undefined || url === '') return null;
  if (!URL_FORM.test(url)) throw refuse(400, 21205, `${name} is not a valid URL: ${url}`);
  return { url, method: methodOf(param(call, methodName)) };
}

/** Who is told of what, by the form. */
export function listenerAt(call: Call, name: string, usual: string): Listener | null {
  const address = addressAt(call, name, `${name}Method`);
  if (address === null) return null;
  const given = call.body[`${name}Event`];
  const events = Array.isArray(given) ? given.map(String) : wordsIn(param(call, `${name}Event`), usual);
  return { ...address, events };
}

/** What is to be recorded, by the form. */
export function recordAt(call: Call, source: string): RecordOrder {
  return {
    channels: param(call, 'RecordingChannels') === 'dual' ? 2 : 1,
    source,
    listener: listenerAt(call, 'RecordingStatusCallback', 'completed'),
  };
}

function settingsOf(call: Call): Pick<Leg, 'listener' | 'timeoutSeconds' | 'limitSeconds' | 'record'> {
  return {
    listener: listenerAt(call, 'StatusCallback', 'completed'),
    timeoutSeconds: countOf(param(call, 'Timeout'), 60, TIMEOUT_MAX),
    limitSeconds: countOf(param(call, 'TimeLimit'), LIMIT_MAX, LIMIT_MAX),
    record: param(call, 'Record') === 'true' ? recordAt(call, 'OutboundAPI') : null,
  };
}
