import type { FirstRun } from '../../api/insights.ts';
import { paths } from '../../paths.ts';

export const STEPS = [
  'number',
  'address',
  'text',
  'call',
  'team',
  'twoFactor',
  'mail',
  'backup',
  'box',
] as const;
export type StepName = (typeof STEPS)[number];

export interface Step {
  name: StepName;
  isDone: boolean;
  /** Where it is done; null: in the server's settings, which no page changes. */
  to: string | null;
}

export interface Known extends FirstRun {
  /** Members, and invitations that wait. */
  people: number;
  twoFactor: boolean;
}

/** What an owner does first, in the order in which it makes sense, and whether it is done. */
export function stepsOf(known: Known): Step[] {
  const all: Record<StepName, Omit<Step, 'name'>> = {
    number: { isDone: known.number, to: paths.buyNumber() },
    // In practice nobody outside has to reach this server.
    address: { isDone: known.practice || known.publicAddress.fault === null, to: null },
    text: { isDone: known.text, to: paths.newText },
    call: { isDone: known.call, to: paths.calls },
    team: { isDone: known.people > 1, to: paths.newMember },
    twoFactor: { isDone: known.twoFactor, to: paths.security },
    mail: { isDone: known.mail, to: null },
    backup: { isDone: known.backup && known.drill, to: null },
    box: { isDone: known.boxConnected, to: known.box ? paths.boxes : paths.newBox },
  };
  return STEPS.map((name) => ({ name, ...all[name] }));
}
