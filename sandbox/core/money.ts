/** Sums are kept in ten-thousandths so that decimal strings add up exactly. */
const UNIT = 10_000;

/** Adds decimal strings (`"1.00"`, `"-0.0051"`) exactly. */
export function addDecimals(...amounts: string[]): string {
  const total = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * UNIT), 0);
  const cents = total / UNIT;
  return total % 100 === 0 ? cents.toFixed(2) : cents.toFixed(4);
}

/** The negative of a decimal string. */
export function negate(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

/** Below, equal or above zero, as -1, 0, 1. */
export function signOf(amount: string): number {
  return Math.sign(Number(amount));
}
