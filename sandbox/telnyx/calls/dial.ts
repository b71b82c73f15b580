import { getAccount } from '../../core/accounts.ts';
import { tellLine } from '../../core/calls/lines.ts';
import { strike } from '../../core/faults.ts';
import type { Answer, Call, Concerned } from '../../core/http.ts';
import { Refusal } from '../../core/http.ts';
import { signOf } from '../../core/money.ts';
import { ownerOf } from '../../core/owned.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { countryOfNumber, isPhoneNumber } from '../../core/texts/model.ts';
import type { Resource } from '../crud.ts';
import { invalid, missing, refuse, telnyxDialect } from '../dialect.ts';
import { isHttpUrl } from '../notifications.ts';
import { findNumber } from '../numbers/model.ts';
import { ok, textOf } from '../shape.ts';
import { ringsBrowser } from './credentials.ts';
import { addLeg, endLeg, ring } from './legs.ts';
import { callView, connectionUrls, getLeg, LEG, type Leg, type OnAnswer } from './model.ts';
import { findRoom, joined } from './rooms.ts';

const CONNECTION = 'telnyx_connection';
const PROFILE = 'telnyx_outbound_voice_profile';
const RINGS = { fallback: 30, min: 5, max: 600 };
const LASTS = { fallback: 14_400, min: 30, max: 14_400 };
/** A command that is repeated within this time is done once. */
const REPEAT_MS = 60_000;
const COMMAND = 'telnyx_command';

/** Which numbers a dial is about, for faults. */
export function concernedByDial(call: Call): Concerned {
  const [to] = targetsOf(call.body);
  return { topic: 'call', numbers: to === undefined ? [] : [to], others: [textOf(call.body, 'from') ?? ''] };
}

function targetsOf(body: Record<string, unknown>): string[] {
  const { to } = body;
  return (Array.isArray(to) ? to : [to]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
}

/** POST /calls: one leg for each address; the answer names the first. */
export function dial(call: Call): Answer {
  const { sb, account, body } = call;
  const commandId = textOf(body, 'command_id');
  const before = repeated(sb, `dial ${account.id}`, commandId);
  if (before !== undefined) return ok(dialView(sb, getLeg(sb, before)));
  for (const field of ['connection_id', 'from', 'to']) {
    if (body[field] === undefined || body[field] === null || body[field] === '') throw missing(`/${field}`);
  }
  const linked = linkOf(call);
  const legs = targetsOf(body).map((to) => placeLeg(call, to, linked));
  const [first] = legs;
  if (first === undefined) throw missing('/to');
  remember(sb, `dial ${account.id}`, commandId, first.id);
  return ok(dialView(sb, first));
}

/** Dialling is asynchronous: the answer never says that a call is alive. */
function dialView(sb: Sandbox, leg: Leg | undefined): Record<string, unknown> {
  if (leg === undefined) return {};
  const { call_duration: _duration, end_time: _end, ...view } = callView(sb, leg);
  return { ...view, is_alive: false };
}

function linkOf({ sb, account, body }: Call): Leg | undefined {
  const id = textOf(body, 'link_to');
  if (id === undefined) return undefined;
  const leg = sb.store.getOwned<Leg>(LEG, account.id, id);
  if (leg === undefined) throw invalid('/link_to', 'There is no call with that call_control_id.');
  return leg;
}

function placeLeg(call: Call, to: string, linked: Leg | undefined): Leg {
  const { sb, account, body } = call;
  const connection = connectionOf(call);
  const from = body.from as string;
  checkParties(sb, account.id, from, to);
  checkAllowance(call, connection, to);
  const url = textOf(body, 'webhook_url');
  if (url !== undefined && !isHttpUrl(url))
    throw invalid('/webhook_url', 'webhook_url must be an http address.');
  const urls = url === undefined ? connectionUrls(connection) : [url];
  if (urls.length === 0) throw invalid('/connection_id', 'The connection has no webhook address.');
  const leg = addLeg(sb, {
    ...{ account: account.id, connectionId: connection.id, direction: 'outgoing', from, to, urls },
    costInWebhooks: connection.call_cost_in_webhooks === true,
    clientState: clientStateOf(body) ?? null,
    timeLimitSecs: secondsOf(body, 'time_limit_secs', LASTS),
    onAnswer: onAnswerOf(body, linked),
    sessionId: linked?.sessionId,
  });
  ring(sb, leg, secondsOf(body, 'timeout_secs', RINGS));
  if (to.startsWith('sip:') && !ringsBrowser(sb, account.id, to)) {
    endLeg(sb, leg.id, { cause: 'not_found', source: 'unknown', sip: '404' });
  } else ringInto(sb, leg);
  return leg;
}

/** Whoever sits in the conference that a leg is dialled into hears it ring. */
function ringInto(sb: Sandbox, leg: Leg): void {
  const { room: place } = leg.onAnswer;
  if (place?.early !== true) return;
  const room = findRoom(sb, leg.account, place.id ?? place.name ?? '');
  for (const member of room === undefined ? [] : joined(room)) tellLine(sb, member.legId, '♪ ring-back tone');
}

function connectionOf(call: Call): Resource {
  const { sb, account, body } = call;
  const connection = sb.store.getOwned<Resource>(CONNECTION, account.id, String(body.connection_id));
  if (connection === undefined || connection.active === false)
    throw invalid(
      '/connection_id',
      'The requested connection_id (Call Control App ID) is either invalid or not active.',
    );
  return connection;
}

const forbidden = (detail: string) => refuse(403, '10010', 'Authorization failed', detail);

function checkParties(sb: Sandbox, account: string, from: string, to: string): void {
  if (!to.startsWith('sip:') && !isPhoneNumber(to))
    throw refuse(
      422,
      '10016',
      'Phone number must be in +E.164 format',
      `The 'to' number ${to} is no number.`,
      {
        pointer: '/to',
      },
    );
  if (!isPhoneNumber(from)) throw forbidden('Caller Origination Number is Invalid D35');
  const number = ownerOf(sb, from) === account ? findNumber(sb, account, from) : undefined;
  if (number?.status !== 'active') throw forbidden('Unverified origination number D51');
}

function checkAllowance({ sb, account }: Call, connection: Resource, to: string): void {
  if (signOf(getAccount(sb, account.id)?.balance ?? '0') <= 0)
    throw new Refusal(telnyxDialect.insufficientFunds());
  if (to.startsWith('sip:')) return;
  const { outbound_voice_profile_id: id } = (connection.outbound ?? {}) as Record<string, unknown>;
  const profile = sb.store.getOwned<Resource>(PROFILE, account.id, String(id ?? ''));
  if (profile === undefined) throw forbidden('No outbound voice profile is assigned to the connection D38');
  const destinations = profile.whitelisted_destinations as string[] | undefined;
  const about = { provider: 'telnyx' as const, account: account.id, topic: 'call' as const, numbers: [to] };
  const fault = strike(sb, ['region_blocked', 'too_many_calls'], about)?.kind;
  if (fault === 'region_blocked' || destinations?.includes(countryOfNumber(to) ?? '') === false)
    throw forbidden('Dialed number is not included in whitelisted countries D13');
  const limit = Number(profile.concurrent_call_limit ?? Number.POSITIVE_INFINITY);
  const busy = sb.store.list<Leg>(LEG, account.id).filter((leg) => leg.state !== 'hangup').length;
  if (fault === 'too_many_calls' || busy >= limit)
    throw forbidden('Outbound profile channel limit exceeded D2');
}

function onAnswerOf(body: Record<string, unknown>, linked: Leg | undefined): OnAnswer {
  const config = body.conference_config as Record<string, unknown> | undefined;
  const isRecorded = body.record === 'record-from-answer';
  return {
    bridgeWith: body.bridge_on_answer === true ? linked?.id : undefined,
    digits: textOf(body, 'send_digits_on_answer'),
    record: isRecorded ? recordOf(body) : undefined,
    room:
      typeof config === 'object' && config !== null
        ? {
            ...{ id: textOf(config, 'id'), name: textOf(config, 'conference_name') },
            ...{ early: config.early_media !== false, muted: config.mute === true },
            ...{ onHold: config.hold === true, endOnExit: config.end_conference_on_exit === true },
          }
        : undefined,
  };
}

/** The settings of a recording that begins with the answer. */
export function recordOf(body: Record<string, unknown>): NonNullable<OnAnswer['record']> {
  return {
    channels: body.record_channels === 'single' ? 'single' : 'dual',
    format: body.record_format === 'wav' ? 'wav' : 'mp3',
    maxSecs: Number(body.record_max_length ?? 0),
    silenceSecs: Number(body.record_timeout_secs ?? 0),
  };
}

/** A number of seconds within what Telnyx takes. */
export function secondsOf(
  body: Record<string, unknown>,
  field: string,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  const value = body[field];
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw refuse(422, '10033', 'Value outside of range', `${field} must be a number from ${min} to ${max}.`, {
    pointer: `/${field}`,
  });
}

/** The client_state of a command; undefined when it does not replace the one before. */
export function clientStateOf(body: Record<string, unknown>): string | undefined {
  const state = textOf(body, 'client_state');
  if (state === undefined || state === '') return undefined;
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(state) && state.length % 4 === 0) return state;
  throw invalid('/client_state', 'client_state must be valid Base64.');
}

/** What a command of the same id gave within the last minute; undefined when it is a new one. */
export function repeated(sb: Sandbox, about: string, commandId: string | undefined): string | undefined {
  if (commandId === undefined) return undefined;
  const known = sb.store.get<{ atMs: number; result: string }>(COMMAND, `${about} ${commandId}`);
  return known !== undefined && sb.clock.nowMs() - known.atMs <= REPEAT_MS ? known.result : undefined;
}

/** Remembers that a command was done. */
export function remember(sb: Sandbox, about: string, commandId: string | undefined, result: string): void {
  if (commandId === undefined) return;
  sb.store.put(COMMAND, '', `${about} ${commandId}`, { atMs: sb.clock.nowMs(), result });
}

/** The outbound leg that a transfer makes: it shares the session, and is bridged with the leg when it answers. */
export function transferTo(call: Call, leg: Leg, to: string): Leg {
  const { sb, account, body } = call;
  const from = textOf(body, 'from') ?? (leg.direction === 'incoming' ? leg.to : leg.from);
  const draft = {
    ...body,
    from,
    to,
    connection_id: leg.connectionId,
    client_state: body.target_leg_client_state,
  };
  checkParties(sb, account.id, from, to);
  const made = placeLeg({ ...call, body: draft }, to, leg);
  return saveOnAnswer(sb, made, { ...made.onAnswer, bridgeWith: leg.id });
}

function saveOnAnswer(sb: Sandbox, leg: Leg, onAnswer: OnAnswer): Leg {
  const saved = { ...(getLeg(sb, leg.id) ?? leg), onAnswer };
  sb.store.put(LEG, leg.account, leg.id, saved);
  return saved;
}
