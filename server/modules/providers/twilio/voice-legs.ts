import twilio from 'twilio';
import { placeOnce } from '../calls.ts';
import { hasProviderStatus } from '../failure.ts';
import { price, prose, text, time, word } from '../parse.ts';
import type { Dial, DialOutcome, LegOutcome, Party, RemoteLeg } from '../voice.ts';
import type { TwilioParts } from './client.ts';
import { hasTwilioCode } from './errors.ts';
import { twilioAddresses } from './numbers.ts';
import { failureOfStatus, stateOfStatus, twilioCallReasons } from './voice-reasons.ts';

const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
/** Longer ringing Twilio refuses. */
const TIMEOUT_MAX_SECONDS = 600;

/** Whom Twilio is told to ring. */
export const toParty = (party: Party): string => (party.kind === 'phone' ? party.phoneNumber : party.address);

/** Places a leg. Twilio has no idempotency key: it is never placed a second time here. */
export function dial(parts: TwilioParts, leg: Dial): Promise<DialOutcome> {
  const { client, attempt } = parts;
  const { from, reference, room } = leg;
  const to = toParty(leg.to);
  const addresses = twilioAddresses(parts);
  const common = {
    from,
    to,
    timeout: Math.min(leg.timeoutSeconds, TIMEOUT_MAX_SECONDS),
    timeLimit: leg.limitSeconds,
    statusCallback: addresses.legStatus(reference),
    statusCallbackEvent: EVENTS,
  };
  const placing = { attempt, reasons: twilioCallReasons };
  if (!room) {
    const url = addresses.legVoice(reference);
    return placeOnce(placing, () => client.calls.create({ ...common, url }), toRemoteLeg);
  }
  const participants = client.conferences(room.roomId ?? room.name).participants;
  const options = {
    ...common,
    ...{ label: reference, beep: 'false', earlyMedia: false, endConferenceOnExit: false },
    conferenceStatusCallback: addresses.status,
    conferenceStatusCallbackEvent: ROOM_EVENTS,
  };
  return placeOnce(
    placing,
    () => participants.create(options),
    ({ callSid, status }) => toRemoteLeg({ sid: callSid, status, from, to }),
  );
}

/** What we are told of a conference. */
export const ROOM_EVENTS = ['start', 'end', 'join', 'leave'];

const PAGE_SIZE = 100;
const PAGES_MAX = 3;
/** Twilio counts whole seconds, by a clock of its own. */
const CLOCK_SKEW_MS = 5000;

interface CallPage {
  instances: CallItem[];
  nextPageUrl?: string;
  nextPage(): Promise<CallPage> | undefined;
}

/**
 * Twilio keeps no reference of ours: a leg is known again by its numbers and its time, among those that are none of our
 * other legs; the earliest, when there are several. The filter by the time of starting is not used, for it would pass over
 * a call that waits for its turn.
 */
export async function findDial(
  { client, request }: TwilioParts,
  { from, to }: Dial,
  since: Date,
  known: readonly string[] = [],
): Promise<RemoteLeg | null> {
  const sinceMs = since.getTime() - CLOCK_SKEW_MS;
  const others = new Set(known);
  const isRecent = (item: CallItem) => (time(item.dateCreated)?.getTime() ?? sinceMs) >= sinceMs;
  const isOurs = (item: CallItem) => item.direction === 'outbound-api' && !others.has(item.sid ?? '');
  let found: CallItem | null = null;
  let page: CallPage = await request('repeatable', () =>
    client.calls.page({ from, to: toParty(to), pageSize: PAGE_SIZE }),
  );
  for (let pages = 1; ; pages++) {
    // Newest first: the last that fits is the earliest.
    found = page.instances.findLast((item) => isRecent(item) && isOurs(item)) ?? found;
    const current = page;
    if (!current.nextPageUrl || pages === PAGES_MAX || !current.instances.some(isRecent))
      return found && toRemoteLeg(found);
    page = await request('repeatable', async () => (await current.nextPage())!);
  }
}

export async function getLeg({ client, request }: TwilioParts, legId: string): Promise<RemoteLeg | null> {
  try {
    return toRemoteLeg(await request('repeatable', () => client.calls(legId).fetch()));
  } catch (error) {
    if (hasProviderStatus(error, 404)) return null;
    throw error;
  }
}

/** Ends a leg, whether it waits, rings or talks. */
export function hangUp({ client, request }: TwilioParts, legId: string): Promise<LegOutcome> {
  return unlessGone(() => request('repeatable', () => client.calls(legId).update({ status: 'completed' })));
}

/** 21220: the call is not in a state in which it could be changed. 20404: there is none. */
export async function unlessGone(work: () => Promise<unknown>): Promise<LegOutcome> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (hasProviderStatus(error, 404) || hasTwilioCode(error, '21220')) return 'gone';
    throw error;
  }
}

/** A document of Twilio's language. */
export const twiml = () => new twilio.twiml.VoiceResponse();

/** What we read of a call, as the SDK gives it. */
export interface CallItem {
  sid?: string;
  parentCallSid?: string | null;
  from?: string;
  to?: string;
  direction?: string;
  status?: string;
  duration?: string | null;
  price?: string | null;
  priceUnit?: string | null;
  dateCreated?: Date | null;
  startTime?: Date | null;
  endTime?: Date | null;
}

const ID_MAX = 100;
const ADDRESS_MAX = 100;

/** A leg of the list or an answer; null when its id is missing. */
export function toRemoteLeg(item: CallItem): RemoteLeg | null {
  const legId = word(item.sid, ID_MAX);
  if (!legId) return null;
  const providerStatus = text(item.status) ?? 'queued';
  const state = stateOfStatus(providerStatus);
  return {
    ...{ legId, recordId: legId, reference: null, state, providerStatus },
    sessionId: word(item.parentCallSid, ID_MAX),
    direction: item.direction === 'inbound' ? 'inbound' : 'outbound',
    from: prose(item.from).slice(0, ADDRESS_MAX),
    to: prose(item.to).slice(0, ADDRESS_MAX),
    failure: failureOfStatus(providerStatus, { code: null, sip: null, message: null }),
    endedBy: null,
    durationSeconds: state === 'ended' ? secondsOf(item.duration) : null,
    price: priceOf(item),
    quality: null,
    at: time(state === 'ended' ? item.endTime : item.startTime),
    sequence: null,
  };
}

function secondsOf(duration: unknown): number | null {
  const digits = text(duration);
  return digits && /^\d{1,7}$/.test(digits) ? Number(digits) : null;
}

/** Twilio writes what it took as a negative number, and nothing until it has rated the call. */
function priceOf(item: CallItem): RemoteLeg['price'] {
  return price(text(item.price)?.replace(/^-/, ''), item.priceUnit);
}
