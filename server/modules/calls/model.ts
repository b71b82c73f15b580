import type { LastAction, Rule } from './rule-model.ts';

export type { Action, CallSettings, Hours, LastAction, Rule, SpendLimit, SpentToday } from './rule-model.ts';

/** How far a call is. The first three are under way; the others are final. */
export const CALL_STATUSES = [
  'INITIATED',
  'RINGING',
  'IN_PROGRESS',
  'COMPLETED',
  'BUSY',
  'NO_ANSWER',
  'FAILED',
  'CANCELED',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export const CALL_DIRECTIONS = ['INBOUND', 'OUTBOUND'] as const;
export type CallDirection = (typeof CALL_DIRECTIONS)[number];

/** planned: ours alone knows it. The others as providers tell. */
export const LEG_STATES = ['planned', 'initiated', 'ringing', 'answered', 'ended'] as const;
export type CallLegState = (typeof LEG_STATES)[number];

/** Whether a call is under way. */
export function isLive(status: CallStatus): boolean {
  return status === 'INITIATED' || status === 'RINGING' || status === 'IN_PROGRESS';
}

/** What can be asked of a call. */
export const CALL_ACTIONS = ['hangup', 'mute', 'hold', 'dtmf', 'transfer', 'record'] as const;
export type CallAction = (typeof CALL_ACTIONS)[number];

/** Whether something can be asked of a call that is so far: hanging up until it has ended, all else while people talk. */
export function callCan(action: CallAction, status: CallStatus): boolean {
  return action === 'hangup' ? isLive(status) : status === 'IN_PROGRESS';
}

export const LANGUAGES = ['fr', 'en'] as const;
export type CallLanguage = (typeof LANGUAGES)[number];

/** What is written into the course of a call. Whoever shows it has words for each. */
export const CALL_EVENTS = [
  'initiated',
  'ringing',
  'in_progress',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'canceled',
  'leg_initiated',
  'leg_ringing',
  'leg_answered',
  'leg_ended',
  'step_say',
  'step_dial',
  'step_voicemail',
  'step_reject',
  'step_hangup',
  'announced',
  'hangup_requested',
  'dial_unanswered',
  'time_limit',
  'muted',
  'unmuted',
  'held',
  'unheld',
  'digits',
  'digits_sent',
  'transfer_blind',
  'transfer_warm',
  'transfer_completed',
  'transfer_canceled',
  'recording_paused',
  'recording_resumed',
  'recording_ended',
  'command_failed',
  'leg_too_late',
  'budget_stopped',
] as const;
export type CallEventKind = (typeof CALL_EVENTS)[number];

const STANDARD: Record<'voicemail' | 'announce' | 'unavailable' | 'sorry', Record<CallLanguage, string>> = {
  voicemail: {
    fr: 'Nous ne pouvons pas vous répondre pour le moment. Veuillez laisser un message après le bip.',
    en: 'We cannot take your call right now. Please leave a message after the tone.',
  },
  announce: {
    fr: 'Cet appel est enregistré.',
    en: 'This call is recorded.',
  },
  unavailable: {
    fr: "Ce numéro n'est pas en service. Au revoir.",
    en: 'This number is not in service. Goodbye.',
  },
  sorry: {
    fr: 'Nous rencontrons un problème technique. Veuillez rappeler dans quelques minutes.',
    en: 'We have a technical problem. Please call again in a few minutes.',
  },
};

/** A sentence that callers hear where nobody has written one. */
export function standardWords(which: keyof typeof STANDARD, language: CallLanguage): string {
  return STANDARD[which][language];
}

/** Countries where most people are greeted in French. */
const FRENCH = new Set([
  ...[
    'FR',
    'BE',
    'LU',
    'MC',
    'CM',
    'CI',
    'SN',
    'ML',
    'BF',
    'NE',
    'TG',
    'BJ',
    'GN',
    'TD',
    'GA',
    'CG',
    'CD',
    'CF',
  ],
  ...['MG', 'HT', 'DJ', 'KM', 'RE', 'GP', 'MQ', 'GF', 'YT', 'NC', 'PF', 'MA', 'DZ', 'TN'],
]);

/** The language in which a country's callers are spoken to, until somebody says otherwise. */
export function languageOf(country: string | null): CallLanguage {
  return country !== null && FRENCH.has(country) ? 'fr' : 'en';
}

/** How calls are answered where nobody has written a rule: everyone who is available rings, then voicemail. */
export function defaultRule(language: CallLanguage): Rule {
  const voicemail: LastAction = { kind: 'voicemail', greeting: null, maxSeconds: 120 };
  return {
    ...{ language, greeting: null, hours: null, record: false, missedText: null },
    open: { kind: 'ring', userIds: 'everyone', timeoutSeconds: 25, otherwise: voicemail },
    closed: voicemail,
  };
}

/**
 * What the devices of people are told of while nobody looks at the console, and what one must be allowed to hear it. A browser's
 * own notices, while the console is open behind other windows, are of the same kinds.
 */
export const NOTICE_PERMISSIONS = {
  calls: 'calls:make',
  texts: 'messages:read',
  missedCalls: 'calls:read',
  unknown: 'transactions:read',
  lowFloat: 'transactions:read',
  boxes: 'boxes:read',
  budgets: 'reports:read',
} as const;
export type NoticeKind = keyof typeof NOTICE_PERMISSIONS;
export const NOTICE_KINDS = Object.keys(NOTICE_PERMISSIONS) as [NoticeKind, ...NoticeKind[]];
