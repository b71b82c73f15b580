import type { LastAction, RouteAction, RouteRule } from '../../../api/callTypes.ts';
import { DAYS, problemOf, weekOf } from './hours.ts';

/** The parts of a rule that a person has to complete before it can be kept. */
export type RulePart = 'hours' | 'open' | 'closed' | 'announce';

/** What is not complete; a rule with nothing open to complete can be kept. */
export function incompleteParts(rule: RouteRule): RulePart[] {
  const parts: RulePart[] = [];
  const week = weekOf(rule.hours?.weekly ?? []);
  if (DAYS.some((day) => problemOf(week[day] ?? []))) parts.push('hours');
  if (isIncomplete(rule.open)) parts.push('open');
  if (rule.hours && isIncomplete(rule.closed)) parts.push('closed');
  if (rule.announceRecording === '') parts.push('announce');
  return parts;
}

function isIncomplete(action: RouteAction): boolean {
  if (action.kind === 'ring')
    return (action.userIds !== 'everyone' && !action.userIds.length) || lacksWords(action.otherwise);
  if (action.kind === 'forward') return !action.to || lacksWords(action.otherwise);
  return lacksWords(action);
}

const lacksWords = (action: LastAction): boolean => action.kind === 'say' && !action.text.trim();
