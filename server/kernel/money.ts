/** ISO 4217 minor-unit exponents that differ from 2, for the currencies Relais meets. */
const EXPONENTS: Record<string, number> = { XAF: 0, XOF: 0, JPY: 0, KRW: 0, CLP: 0, TND: 3, KWD: 3, BHD: 3 };

/** A provider's price: an exact decimal kept as text, never a float, and an ISO 4217 currency. */
export interface Price {
  amount: string;
  currency: string;
}

/** Digits after the decimal point in which a currency is counted. */
export function minorUnitExponent(currency: string): number {
  return EXPONENTS[currency.toUpperCase()] ?? 2;
}

/** Whether a text is a plain decimal such as "1.00" or "-0.0075". */
export function isDecimal(text: string): boolean {
  return /^-?\d{1,15}(\.\d{1,10})?$/.test(text);
}

/** Decimals are kept to the millionth: prices of providers have no more digits that matter. */
const SCALE = 6;

/** A decimal as millionths, exactly; further digits are cut off. A sign is left out: providers write what they take as negative. */
export function toMillionths(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  return BigInt(whole) * 10n ** BigInt(SCALE) + BigInt(fraction.slice(0, SCALE).padEnd(SCALE, '0'));
}

/** Millionths as a decimal with six digits. */
export function fromMillionths(value: bigint): string {
  const digits = value.toString().padStart(SCALE + 1, '0');
  return `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

/** A decimal without zeros that say nothing; two are kept, as prices are written. */
export function trimZeros(amount: string): string {
  return amount.replace(/(\.\d{2}\d*?)0+$/, '$1');
}
