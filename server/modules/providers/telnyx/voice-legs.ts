import { fail, RelaisError } from '../../../kernel/errors.ts';
import { callFailure, placeOnce } from '../calls.ts';
import { hasProviderStatus } from '../failure.ts';
import { time, word } from '../parse.ts';
import type { Attempt } from '../requests.ts';
import type { CallFailureReason, Dial, DialOutcome, Party, RemoteLeg } from '../voice.ts';
import type { TelnyxParts } from './client.ts';
import { telnyxAddresses } from './plumbing.ts';
import { named, telnyxCallReasons } from './voice-reasons.ts';

/** A call_control_id is an opaque token; longer than any that Telnyx makes. */
const TOKEN_MAX = 500;
const ID_MAX = 100;
/** What Telnyx takes for how long a leg rings and lasts, in seconds. */
const RINGS = { min: 5, max: 600 };
const LASTS = { min: 30, max: 14_400 };

/** The connection that legs are placed on; found or made once. */
export interface Connection {
  id(): Promise<string>;
  /** Forgets it: the next one who asks has it looked up, repaired or made again. */
  forget(): void;
}

/** Places a leg, one time. A repeat of ours would carry the same command_id, but there is none. */
export async function dial(parts: TelnyxParts, connection: Connection, wanted: Dial): Promise<DialOutcome> {
  const to = addressOf(wanted.to);
  if (!to) return refused('invalid_number', 'the address cannot be dialled');
  let connectionId: string;
  try {
    connectionId = await connection.id();
  } catch (error) {
    return notTried(error);
  }
  const outcome = await placeOnce(
    { attempt: namingFailures(parts), reasons: telnyxCallReasons },
    () =>
      parts.client.calls.dial({
        connection_id: connectionId,
        from: wanted.from,
        to,
        command_id: wanted.reference,
        client_state: stateOf(wanted.reference),
        webhook_url: telnyxAddresses(parts).call(wanted.reference),
        webhook_url_method: 'POST',
        timeout_secs: within(wanted.timeoutSeconds, RINGS),
        time_limit_secs: within(wanted.limitSeconds, LASTS),
        ...(wanted.linkTo ? { link_to: wanted.linkTo } : {}),
        // Telnyx gives the browser's side another id than ours: this names the leg to it.
        ...(wanted.to.kind === 'browser'
          ? { custom_headers: [{ name: 'X-Relais-Leg', value: wanted.reference }] }
          : {}),
        ...(wanted.room ? { conference_config: placeIn(wanted.room) } : {}),
      }),
    ({ data }) => {
      const leg = legOf(data, wanted);
      // Dialling is asynchronous, whatever else the answer says.
      return leg && { ...leg, state: 'initiated', failure: null };
    },
  );
  // Somebody may have removed the connection at Telnyx.
  if (outcome.kind === 'refused' && outcome.failure.reason === 'account_problem') connection.forget();
  return outcome;
}

function namingFailures({ attempt }: TelnyxParts): Attempt {
  return async (send) => {
    const outcome = await attempt(send);
    return outcome.failure === null ? outcome : { ...outcome, failure: named(outcome.failure) };
  };
}

/** What can be dialled and nothing else: Telnyx would read digits after a comma, and other hosts, as well. */
function addressOf(party: Party): string | null {
  if (party.kind === 'phone') return /^\+[1-9]\d{4,14}$/.test(party.phoneNumber) ? party.phoneNumber : null;
  return /^sip:[\w.-]{1,100}@sip\.telnyx\.com$/.test(party.address) ? party.address : null;
}

/** Whoever sits in the room hears the leg ring. Nobody's leaving ends the room: a transfer needs it to stay. */
function placeIn({ name, roomId }: NonNullable<Dial['room']>) {
  return {
    ...(roomId ? { id: roomId } : { conference_name: name }),
    early_media: true,
    beep_enabled: 'never' as const,
    end_conference_on_exit: false,
    start_conference_on_create: true,
  };
}

const within = (seconds: number, { min, max }: { min: number; max: number }) =>
  Math.min(Math.max(Math.round(seconds), min), max);

const refused = (reason: CallFailureReason, message: string): DialOutcome => ({
  kind: 'refused',
  failure: callFailure(reason, null, message),
});

/** A pause for "too many" that does not say how long. */
const PAUSE_MS = 1000;

/** Without a connection nothing was asked for: no phone rings. */
function notTried(error: unknown): DialOutcome {
  if (!(error instanceof RelaisError)) throw error;
  const { providerMessage } = (error.details ?? {}) as { providerMessage?: string };
  const message = providerMessage ?? error.message;
  if (error.code === 'provider_rate_limited') return { kind: 'rate_limited', retryAfterMs: PAUSE_MS };
  if (error.code === 'insufficient_funds') return refused('insufficient_funds', message);
  return refused(error.code === 'provider_unauthorized' ? 'account_problem' : 'unknown', message);
}

const PAGE_SIZE = 250;
const PAGES_MAX = 20;

/**
 * Among the calls under way on our connection, the one whose client_state is the reference. A leg that has ended is not
 * among them: then its events tell of it.
 */
export async function findDial(
  { client, request }: TelnyxParts,
  connection: Connection,
  wanted: Dial,
): Promise<RemoteLeg | null> {
  const connectionId = await connection.id();
  const state = stateOf(wanted.reference);
  let after: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const query = { 'page[limit]': PAGE_SIZE, ...(after ? { 'page[after]': after } : {}) };
    const page = await request('repeatable', () =>
      client.connections.listActiveCalls(connectionId, {}, { query }),
    );
    const found = (page.data ?? []).find((item) => item.client_state === state);
    if (found) return legOf({ ...found, is_alive: true }, wanted);
    after = word((page.meta as { cursors?: { after?: unknown } } | undefined)?.cursors?.after, TOKEN_MAX);
    if (!after || (page.data ?? []).length === 0) return null;
  }
  return null;
}

/** Telnyx tells of a leg until ten minutes after its end, and not of its parties. */
export async function getLeg({ client, request }: TelnyxParts, legId: string): Promise<RemoteLeg | null> {
  if (!legId) fail('invalid_request', { reason: 'legId: missing' });
  try {
    const { data } = await request('repeatable', () => client.calls.retrieveStatus(legId));
    return legOf(data, null);
  } catch (error) {
    if (hasProviderStatus(error, 404) || codeOf(error) === INVALID_ID) return null;
    throw error;
  }
}

const INVALID_ID = '90015';

/** Telnyx's code of a refused request. */
export function codeOf(error: unknown): string | null {
  const details = error instanceof RelaisError ? error.details : null;
  return (details as { providerCode?: string | null } | null)?.providerCode ?? null;
}

interface Call {
  call_control_id?: unknown;
  call_leg_id?: unknown;
  call_session_id?: unknown;
  client_state?: unknown;
  is_alive?: unknown;
  call_duration?: unknown;
  end_time?: unknown;
}

/** A call of an answer; null when it does not say which. @param dialled what it was placed by, when that is known. */
function legOf(call: Call | undefined, dialled: Dial | null): RemoteLeg | null {
  const ids = idsOf(call);
  if (!call || !ids) return null;
  const seconds = typeof call.call_duration === 'number' ? call.call_duration : 0;
  const endedAt = time(call.end_time);
  const hasEnded = endedAt !== null || (call.is_alive === false && seconds > 0);
  const reference = dialled?.reference ?? referenceIn(call.client_state);
  return {
    ...ids,
    reference,
    direction: reference === null ? 'inbound' : 'outbound',
    from: dialled?.from ?? '',
    to: dialled ? (addressOf(dialled.to) ?? '') : '',
    state: hasEnded ? 'ended' : seconds > 0 ? 'answered' : 'initiated',
    providerStatus: hasEnded ? 'ended' : 'alive',
    failure: hasEnded && seconds === 0 ? callFailure('unknown', null, 'the call ended') : null,
    endedBy: null,
    durationSeconds: hasEnded && seconds > 0 ? Math.round(seconds) : null,
    price: null,
    quality: null,
    at: endedAt,
    sequence: null,
  };
}

/** The three names of a leg, or null without the one that it is controlled by. */
export function idsOf(
  call: Pick<Call, 'call_control_id' | 'call_leg_id' | 'call_session_id'> | null | undefined,
): Pick<RemoteLeg, 'legId' | 'recordId' | 'sessionId'> | null {
  const legId = word(call?.call_control_id, TOKEN_MAX);
  if (!legId) return null;
  return {
    legId,
    recordId: word(call?.call_leg_id, ID_MAX) ?? legId,
    sessionId: word(call?.call_session_id, ID_MAX),
  };
}

/** What we write on a leg: our reference, in the form that Telnyx asks for. */
export const stateOf = (reference: string) => Buffer.from(reference).toString('base64');

/** Our reference in a client_state, or null when somebody else wrote it. */
export function referenceIn(state: unknown): string | null {
  const text = word(state, 2 * ID_MAX);
  const decoded = text === null ? '' : Buffer.from(text, 'base64').toString();
  return /^[\w-]{1,100}$/.test(decoded) ? decoded : null;
}
