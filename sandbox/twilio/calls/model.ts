import { uuid } from '../../core/ids.ts';
import { changed, type Sandbox } from '../../core/sandbox.ts';
import type { Entry, FindOptions } from '../../core/store.ts';
import type { Verb } from '../messages/twiml.ts';

export type LegStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** An address that is asked or told. */
export interface Address {
  url: string;
  method: 'GET' | 'POST';
}

export interface Listener extends Address {
  events: string[];
}

/** How and for whom something is recorded. */
export interface RecordOrder {
  channels: 1 | 2;
  source: string;
  listener: Listener | null;
}

/** How a leg sits in a conference. */
export interface Seat {
  name: string;
  label: string | null;
  muted: boolean;
  hold: boolean;
  startOnEnter: boolean;
  endOnExit: boolean;
  /** Of the conference, if this leg is its first. */
  listener: Listener | null;
  record: RecordOrder | null;
}

/** The document that a leg works through. */
export interface Program {
  /** Where it came from: relative addresses start there. */
  base: string;
  verbs: Verb[];
  at: number;
}

/** What a leg is at. */
export type Doing =
  | { kind: 'fetching'; deliveryId: string }
  | { kind: 'waiting' }
  | { kind: 'gather'; digits: string; wanted: number; finishOnKey: string; action: Address; always: boolean }
  | {
      kind: 'record';
      recordingSid: string;
      spoke: boolean;
      timeoutSeconds: number;
      finishOnKey: string;
      action: Address;
    }
  | {
      kind: 'dial';
      children: string[];
      winner: string | null;
      action: Address | null;
      hangupOnStar: boolean;
      limitSeconds: number;
      record: RecordOrder | null;
      recordingSid: string | null;
      /** From ringing on. */
      recordAtOnce: boolean;
    }
  | { kind: 'room'; conferenceSid: string; action: Address | null; joinedAtMs: number };

/** What a leg does once it is answered. */
export type First =
  | { kind: 'url'; address: Address; fallback: Address | null }
  | { kind: 'twiml'; verbs: Verb[] }
  | { kind: 'seat'; seat: Seat };

/** One leg: what Twilio calls a call. */
export interface Leg {
  sid: string;
  account: string;
  parentSid: string | null;
  direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  from: string;
  to: string;
  numberSid: string | null;
  status: LegStatus;
  createdAtMs: number;
  updatedAtMs: number;
  startedAtMs: number | null;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  sip: string | null;
  errorCode: string | null;
  /** Positive decimal; null until it is rated. */
  price: string | null;
  rated: boolean;
  listener: Listener | null;
  /** Of the next status callback. */
  sequence: number;
  timeoutSeconds: number;
  limitSeconds: number;
  /** The task that ends it then. */
  limitTask: string | null;
  first: First | null;
  /** Hears a document of its own before it is joined to the leg that called it. */
  whispering: boolean;
  /** From its answer to its end. */
  record: RecordOrder | null;
  program: Program | null;
  doing: Doing | null;
  /** Changes with everything that a leg begins: what was planned for the step before comes to nothing. */
  token: string;
}

export const LEG = 'twilio_call';

export const isOver = (leg: Pick<Leg, 'status'>): boolean =>
  leg.status !== 'queued' && leg.status !== 'ringing' && leg.status !== 'in-progress';

function keysOf({ account, from, to, parentSid }: Leg): string[] {
  return [
    account,
    `${account} to ${to}`,
    `${account} from ${from}`,
    `${account} ${from} ${to}`,
    ...(parentSid === null ? [] : [`parent ${parentSid}`]),
  ];
}

type Draft = Pick<Leg, 'sid' | 'account' | 'direction' | 'from' | 'to'> & Partial<Leg>;

/** Writes a leg for the first time. */
export function addLeg(sb: Sandbox, draft: Draft): Leg {
  const now = sb.clock.nowMs();
  const leg: Leg = {
    ...{ parentSid: null, numberSid: null, status: 'queued', createdAtMs: now, updatedAtMs: now },
    ...{ startedAtMs: null, answeredAtMs: null, endedAtMs: null, sip: null, errorCode: null },
    ...{ price: null, rated: false, listener: null, sequence: 0, timeoutSeconds: 60, limitSeconds: 14_400 },
    limitTask: null,
    ...{ first: null, whispering: false, record: null, program: null, doing: null, token: uuid() },
    ...draft,
  };
  sb.store.put(LEG, leg.account, leg.sid, leg, keysOf(leg));
  changed(sb);
  return leg;
}

export function getLeg(sb: Sandbox, sid: string): Leg | undefined {
  return sb.store.get<Leg>(LEG, sid);
}

/** Changes a leg as it is now, whatever the caller has in hand. */
export function changeLeg(sb: Sandbox, { sid }: Pick<Leg, 'sid'>, change: Partial<Leg>): Leg {
  const latest = getLeg(sb, sid);
  if (latest === undefined) throw new Error(`There is no call ${sid}`);
  const saved = { ...latest, ...change, updatedAtMs: sb.clock.nowMs() };
  sb.store.put(LEG, saved.account, sid, saved);
  changed(sb);
  return saved;
}

/** Lets a leg begin something: what was planned for what it did before comes to nothing. */
export const begin = (sb: Sandbox, leg: Pick<Leg, 'sid'>, doing: Doing | null): Leg =>
  changeLeg(sb, leg, { doing, token: uuid() });

/** An account's legs, newest first, optionally between certain numbers or of one parent. */
export function legsOf(
  sb: Sandbox,
  account: string,
  about: { from?: string | undefined; to?: string | undefined; parent?: string | undefined },
  options: FindOptions = {},
): Entry<Leg>[] {
  const { from, to, parent } = about;
  const key =
    parent !== undefined
      ? `parent ${parent}`
      : from !== undefined && to !== undefined
        ? `${account} ${from} ${to}`
        : from !== undefined
          ? `${account} from ${from}`
          : to !== undefined
            ? `${account} to ${to}`
            : account;
  return sb.store.find<Leg>(LEG, key, options);
}

/** Whole seconds between two moments, one at least. */
export const secondsBetween = (fromMs: number, toMs: number): number =>
  Math.max(1, Math.round((toMs - fromMs) / 1000));

/** How long a leg talked; null for one that did not. */
export function durationOf(leg: Leg): number | null {
  if (leg.endedAtMs === null) return null;
  return leg.answeredAtMs === null ? 0 : secondsBetween(leg.answeredAtMs, leg.endedAtMs);
}

export interface Recording {
  sid: string;
  account: string;
  callSid: string | null;
  conferenceSid: string | null;
  status: 'in-progress' | 'paused' | 'stopped' | 'processing' | 'completed' | 'absent';
  channels: 1 | 2;
  source: string;
  startedAtMs: number;
  updatedAtMs: number;
  durationSeconds: number | null;
  listener: Listener | null;
}

export const RECORDING = 'twilio_recording';

export interface Participant extends Omit<Seat, 'name' | 'listener' | 'record'> {
  callSid: string;
  coaching: boolean;
  callSidToCoach: string | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface Conference {
  sid: string;
  account: string;
  name: string;
  status: 'init' | 'in-progress' | 'completed';
  reason: string | null;
  endedBy: string | null;
  participants: Participant[];
  listener: Listener | null;
  record: RecordOrder | null;
  sequence: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export const CONFERENCE = 'twilio_conference';
