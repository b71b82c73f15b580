import type { Price } from '../../../server/kernel/money.ts';
import type {
  Action,
  CallDirection,
  CallLegState,
  CallStatus,
  Hours,
  LastAction,
  Rule,
} from '../../../server/modules/calls/model.ts';
import type { Provider } from './types.ts';

export type { CallDirection, CallStatus, Hours, LastAction };
export type QualityLevel = 'good' | 'fair' | 'bad';

interface Named {
  id: string;
  name: string;
}

/** A call as every list shows it. */
export interface Call {
  id: string;
  sid: string | null;
  direction: CallDirection;
  status: CallStatus;
  provider: Provider;
  /** Who called whom, as people see it; masked for somebody without contacts:reveal. */
  from: string;
  to: string;
  ourNumber: string;
  numberId: string | null;
  contact: Named | null;
  leadId: string | null;
  /** The person of ours who called, or who answered. */
  user: Named | null;
  via: 'phone' | 'browser' | 'routing';
  author: { kind: 'user' | 'api_key' | 'system'; id: string | null; name: string };
  startedAt: string;
  ringingAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
  /** Seconds of talk. */
  duration: number | null;
  cost: (Price & { estimated: boolean }) | null;
  endReason: { code: string; message: string } | null;
  missed: boolean;
  voicemail: boolean;
  muted: boolean;
  onHold: boolean;
  recording: 'off' | 'on' | 'paused';
  /** The last one; while it rings or talks, it is under way. */
  transfer: { to: string; state: 'ringing' | 'talking' | 'completed' | 'failed' } | null;
  quality: { mos: number | null; level: QualityLevel | null } | null;
  recordings: RecordingInCall[];
  note: string | null;
  /** The archive that the call is read from. */
  archived: { id: string; month: string } | null;
  /** Colleagues whose telephones ring for the call, or who talk. */
  people: { userId: string; legId: string; sid: string | null; state: 'ringing' | 'talking' }[];
}

export interface RecordingInCall {
  id: string;
  kind: 'call' | 'voicemail';
  status: 'pending' | 'stored' | 'failed' | 'deleted';
  durationSeconds: number | null;
}

/** One telephone (or browser) in a call. */
export interface CallLeg {
  id: string;
  party: 'caller' | 'callee' | 'agent';
  role: 'root' | 'target' | 'transfer';
  /** E.164, or browser:<user id>. */
  address: string;
  userId: string | null;
  state: CallLegState;
  sid: string | null;
  endReason: { code: string; message: string } | null;
  providerMessage: string | null;
  duration: number | null;
  ringingAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
}

export interface CallEvent {
  id: string;
  kind: string;
  legId: string | null;
  details: Record<string, unknown>;
  /** Who did it; null for what happened by itself. */
  actor: string | null;
  at: string;
}

export interface CallDetails extends Call {
  legs: CallLeg[];
  events: CallEvent[];
}

export interface NewCall {
  from: string;
  to: string;
  via?: 'phone' | 'browser';
  agentPhone?: string;
  contactId?: string;
  leadId?: string;
  record?: boolean;
}

/** What can be done to a call under way. */
export type CallControl = 'hangup' | 'mute' | 'unmute' | 'hold' | 'unhold';

export interface TransferOrder {
  /** A number, or the id of a colleague. */
  to: string;
  mode: 'blind' | 'warm';
}

export type RouteAction = Action;

/** One span of a day on which the number is open; days count from Monday, 1. */
export type OpenSpan = Hours['weekly'][number];

/** What happens to calls for a number. */
export type RouteRule = Rule;

export interface CallRoute {
  /** Null: the company's default. */
  numberId: string | null;
  phoneNumber: string | null;
  rule: RouteRule;
  version: number;
  /** false: nobody has written one, and the default holds. */
  isOwn: boolean;
  updatedAt: string | null;
}

export interface MyPhone {
  phoneNumber: string | null;
  available: boolean;
  browserListens: boolean;
}

export interface CallAttempt {
  id: string;
  author: { kind: 'user' | 'api_key' | 'system'; id: string | null; name: string };
  from: string;
  to: string;
  /** allowed, or the code of the refusal. */
  verdict: string;
  callId: string | null;
  address: string | null;
  at: string;
}

export interface UnroutableCall {
  id: string;
  provider: Provider;
  from: string;
  to: string;
  /** The provider's id. */
  sid: string;
  reason: string;
  at: string;
}
