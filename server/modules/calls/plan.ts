import type { Price } from '../../kernel/money.ts';
import { isOpen } from './hours.ts';
import { type Action, type CallLanguage, type LastAction, type Rule, standardWords } from './model.ts';

/** Somebody who is rung. */
export interface Target {
  party: 'agent' | 'callee';
  /** E.164, or browser:<user id>. */
  address: string;
  userId: string | null;
  /** What a minute costs by the list, of a telephone that is rung for a caller. Absent where the list does not say. */
  minute?: Price;
}

export interface DialStep {
  kind: 'dial';
  targets: Target[];
  /** E.164: what is shown to whoever is rung. */
  callerId: string;
  timeoutSeconds: number;
  record: boolean;
  /** Said to whoever answers before they are joined to the root, because the talk is recorded. Absent or null: nothing. */
  announce?: string | null;
}

/** One thing that happens on the root leg, after the one before it. */
export type Step =
  | { kind: 'say'; text: string; language: CallLanguage }
  | DialStep
  | { kind: 'voicemail'; maxSeconds: number }
  | { kind: 'reject'; reason: 'busy' | 'rejected' }
  | { kind: 'hangup' };

/** What is to happen in a call, decided when it began: whoever edits the rule later changes the calls that come later. */
export interface Plan {
  steps: Step[];
  language: CallLanguage;
  /** How long the call may last. */
  limitSeconds: number;
  /** Sent to the caller when nobody took the call. */
  missedText: string | null;
}

/** A colleague, and how they can be rung now. */
export interface Reachable {
  userId: string;
  /** E.164, or null. */
  phoneNumber: string | null;
  /** A browser of theirs listens. */
  browser: boolean;
}

/** What Twilio rings at once, at most. */
export const TARGETS_MAX = 10;

const addressesOf = ({ userId, phoneNumber, browser }: Reachable): Target[] => [
  ...(browser ? [{ party: 'agent' as const, address: `browser:${userId}`, userId }] : []),
  ...(phoneNumber ? [{ party: 'agent' as const, address: phoneNumber, userId }] : []),
];

/** Whether somebody is rung by telephone, and not in a browser. */
export const isTelephone = (address: string): boolean => address.startsWith('+');

/** Every telephone that calls by a rule may ring, so that it can be judged before. */
export function telephonesOf(rule: Rule, people: readonly Reachable[]): string[] {
  const targets = [rule.open, rule.closed].flatMap((action) => targetsOf(action, people));
  return [...new Set(targets.map(({ address }) => address).filter(isTelephone))];
}

function targetsOf(action: Action, people: readonly Reachable[]): Target[] {
  if (action.kind === 'forward') {
    if (action.to.startsWith('+')) return [{ party: 'agent', address: action.to, userId: null }];
    return people.filter(({ userId }) => userId === action.to).flatMap(addressesOf);
  }
  if (action.kind !== 'ring') return [];
  const { userIds } = action;
  const wanted = userIds === 'everyone' ? people : people.filter(({ userId }) => userIds.includes(userId));
  return wanted.flatMap(addressesOf);
}

/** Everybody who is rung, each address once, and never the caller's own telephone: it is engaged. */
function withoutDoubles(targets: Target[], from: string): Target[] {
  const seen = new Set<string>([from]);
  return targets
    .filter(({ address }) => {
      if (seen.has(address)) return false;
      seen.add(address);
      return true;
    })
    .slice(0, TARGETS_MAX);
}

function lastSteps(last: LastAction, language: CallLanguage): Step[] {
  switch (last.kind) {
    case 'voicemail':
      return [
        { kind: 'say', text: last.greeting ?? standardWords('voicemail', language), language },
        { kind: 'voicemail', maxSeconds: last.maxSeconds },
        { kind: 'hangup' },
      ];
    case 'say':
      return [{ kind: 'say', text: last.text, language }, { kind: 'hangup' }];
    case 'reject':
      return [{ kind: 'reject', reason: last.reason }];
  }
}

/**
 * What happens to a call from outside. @param people colleagues who can be rung now; @param call.callerId what they see:
 * the number that was called, because carriers refuse numbers that are not ours; @param call.telephones those that may be
 * rung now: others are passed over, wherever they stand; absent: all of them.
 */
export function planInbound(
  rule: Rule,
  call: {
    at: Date;
    from: string;
    callerId: string;
    limitSeconds: number;
    telephones?: ReadonlySet<string>;
  },
  people: readonly Reachable[],
): Plan {
  const { language } = rule;
  const action = isOpen(rule.hours, call.at) ? rule.open : rule.closed;
  const allowed = targetsOf(action, people).filter(
    ({ address }) => !isTelephone(address) || !call.telephones || call.telephones.has(address),
  );
  const targets = withoutDoubles(allowed, call.from);
  const { limitSeconds } = call;
  const base = { language, limitSeconds, missedText: rule.missedText };
  const opening: Step[] = rule.greeting ? [{ kind: 'say', text: rule.greeting, language }] : [];
  if (action.kind !== 'forward' && action.kind !== 'ring') {
    // A call that is turned away is not answered first.
    if (action.kind === 'reject') return { ...base, steps: lastSteps(action, language) };
    return { ...base, steps: [...opening, ...lastSteps(action, language)] };
  }
  const otherwise = lastSteps(action.otherwise, language);
  if (targets.length === 0)
    return { ...base, steps: action.otherwise.kind === 'reject' ? otherwise : [...opening, ...otherwise] };
  const announce = announcementOf(rule);
  const told: Step[] = rule.record && announce ? [{ kind: 'say', text: announce, language }] : [];
  const { timeoutSeconds } = action;
  const dial: DialStep = {
    kind: 'dial',
    targets,
    callerId: call.callerId,
    timeoutSeconds,
    record: rule.record,
  };
  // Who was greeted has been answered, so a refusal afterwards is the end of the call.
  const after: Step[] =
    action.otherwise.kind === 'reject' && opening.length + told.length > 0 ? [{ kind: 'hangup' }] : otherwise;
  return { ...base, steps: [...opening, ...told, dial, ...after] };
}

/** What people hear when a call is recorded, by the rule of the number; null: nothing. */
export function announcementOf({ announceRecording, language }: Rule): string | null {
  return announceRecording === undefined ? standardWords('announce', language) : announceRecording;
}

/**
 * What happens once our own person has picked up: the other side is rung. @param call.announce what they hear first, when
 * the talk is recorded.
 */
export function planOutbound(call: {
  to: string;
  callerId: string;
  record: boolean;
  announce: string | null;
  language: CallLanguage;
  limitSeconds: number;
}): Plan {
  const { to, callerId, record, language, limitSeconds } = call;
  const announce = record ? call.announce : null;
  return {
    ...{ language, limitSeconds, missedText: null },
    steps: [
      {
        ...{ kind: 'dial' as const, callerId, record, announce, timeoutSeconds: 45 },
        targets: [{ party: 'callee', address: to, userId: null }],
      },
      { kind: 'hangup' },
    ],
  };
}

/** Telephones that a plan rings: unlike browsers they cost something. */
export function telephonesIn(plan: Plan): Target[] {
  const targets = plan.steps.flatMap((step) => (step.kind === 'dial' ? step.targets : []));
  return targets.filter(({ address }) => isTelephone(address));
}

/** The same plan, with what a minute of each of its telephones costs. */
export function withMinutes(plan: Plan, minuteOf: (phoneNumber: string) => Price | null): Plan {
  const priced = (target: Target): Target => {
    const minute = isTelephone(target.address) ? minuteOf(target.address) : null;
    return minute ? { ...target, minute } : target;
  };
  const steps = plan.steps.map((step) =>
    step.kind === 'dial' ? { ...step, targets: step.targets.map(priced) } : step,
  );
  return { ...plan, steps };
}

/** Something is said between the greeting and the ringing of a call that is recorded. */
export function isAnnounced(plan: Plan): boolean {
  const dial = plan.steps.findIndex((step) => step.kind === 'dial' && step.record);
  return dial > 0 && plan.steps[dial - 1]!.kind === 'say';
}

/** The last step that rings somebody, or null. */
export function dialStepOf(plan: Plan): number | null {
  const index = plan.steps.findLastIndex(({ kind }) => kind === 'dial');
  return index === -1 ? null : index;
}

/** What is said to a leg alone, once it has answered; null: nothing. */
export function wordsFor(plan: Plan, leg: { step: number | null }): string | null {
  const step = plan.steps[leg.step ?? -1];
  return (step?.kind === 'dial' && step.record && step.announce) || null;
}

/** How long words take at most, whoever speaks them, once they have begun. */
export const speechMs = (words: string): number => words.length * 120;

/** Whether a call that has come to a step is (or was) recording a message. */
export function isAtVoicemail(plan: Plan, step: number): boolean {
  return plan.steps.some(({ kind }, index) => kind === 'voicemail' && index <= step);
}
