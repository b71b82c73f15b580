import type { LastAction, RouteAction, RouteRule } from '../../../api/callTypes.ts';
import { groupDays, isAlwaysOpen } from './hours.ts';

/** The words that a rule is told in. */
export interface Words {
  days: (from: number, to: number) => string;
  span: (from: string, to: string) => string;
  and: (names: string[]) => string;
  /** A number for reading, or the name of a colleague. */
  target: (to: string) => string;
  everyone: string;
  always: string;
  otherwise: string;
  never: string;
  line: (when: string, what: string) => string;
  ring: (who: string, seconds: number, then: string) => string;
  forward: (to: string, seconds: number, then: string) => string;
  voicemail: string;
  say: string;
  reject: Record<'busy' | 'rejected', string>;
}

/** What a rule does, one line for each part of the week: "Monday to Friday, 9:00–18:00: rings Awa and Paul for 25 s, then voicemail". */
export function summaryOf(rule: RouteRule, words: Words): string[] {
  const open = actionWords(rule.open, words);
  if (!rule.hours || isAlwaysOpen(rule.hours.weekly)) return [words.line(words.always, open)];
  const groups = groupDays(rule.hours.weekly).map(({ from, to, spans }) =>
    [words.days(from, to), words.and(spans.map((span) => words.span(...span)))].join(', '),
  );
  if (!groups.length) return [words.line(words.never, actionWords(rule.closed, words))];
  return [
    ...groups.map((when) => words.line(when, open)),
    words.line(words.otherwise, actionWords(rule.closed, words)),
  ];
}

export function actionWords(action: RouteAction, words: Words): string {
  if (action.kind === 'ring') {
    const who = action.userIds === 'everyone' ? words.everyone : words.and(action.userIds.map(words.target));
    return words.ring(who, action.timeoutSeconds, lastWords(action.otherwise, words));
  }
  if (action.kind === 'forward')
    return words.forward(words.target(action.to), action.timeoutSeconds, lastWords(action.otherwise, words));
  return lastWords(action, words);
}

function lastWords(action: LastAction, words: Words): string {
  if (action.kind === 'reject') return words.reject[action.reason];
  return action.kind === 'say' ? words.say : words.voicemail;
}
