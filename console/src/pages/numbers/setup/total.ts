import type { AvailableNumber, Price } from '../../../api/types.ts';

/** What buying costs at once: the one-time price and the first month; null when a price or a common currency is missing. */
export function dueNow({
  monthlyCost,
  upfrontCost,
}: Pick<AvailableNumber, 'monthlyCost' | 'upfrontCost'>): Price | null {
  if (!monthlyCost) return null;
  if (!upfrontCost) return monthlyCost;
  if (monthlyCost.currency !== upfrontCost.currency) return null;
  return { amount: addDecimals(monthlyCost.amount, upfrontCost.amount), currency: monthlyCost.currency };
}

/** Adds decimals as whole numbers of their smallest digit: prices are never floats. */
function addDecimals(left: string, right: string): string {
  const places = Math.max(decimals(left), decimals(right));
  const scaled = (text: string) => BigInt(text.replace('.', '') + '0'.repeat(places - decimals(text)));
  const digits = (scaled(left) + scaled(right)).toString().padStart(places + 1, '0');
  return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
}

function decimals(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}
