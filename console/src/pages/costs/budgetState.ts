import type { Budget } from '../../api/costs.ts';

/** How a budget stands, in percent of its amount. */
export function shares({ amount, spent, held }: Pick<Budget, 'amount' | 'spent' | 'held'>) {
  const part = (value: number) => Math.max(0, (value / Number(amount)) * 100);
  const spentPercent = part(Number(spent));
  return { spent: spentPercent, withHeld: part(Number(spent) + Number(held)) };
}

/** From here on it is near its end. */
const NEAR_PERCENT = 80;

export type BudgetLevel = 'good' | 'wait' | 'bad';

export function levelOf(budget: Pick<Budget, 'amount' | 'spent' | 'held'>): BudgetLevel {
  const { spent, withHeld } = shares(budget);
  if (spent >= 100) return 'bad';
  return withHeld >= NEAR_PERCENT ? 'wait' : 'good';
}
