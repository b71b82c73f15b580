// Which price is meant, and what a budget lets through. Pure, and shared with the console.

/** What costs something: a minute of a call, a segment of a text, a month of a number. */
export const COST_KINDS = ['call', 'text', 'number'] as const;
export type CostKind = (typeof COST_KINDS)[number];

export const DIRECTIONS = ['outbound', 'inbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A row of a price list. What is null is not looked at. */
export interface PriceRule {
  kind: CostKind;
  /** Null for months of numbers. */
  direction: Direction | null;
  provider: 'telnyx' | 'twilio' | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  /** The first digits of numbers, from the plus on. Never beside a country. */
  prefix: string | null;
  numberType: string | null;
  currency: string;
  /** A decimal. */
  amount: string;
  /** The first day on which it counts, YYYY-MM-DD. */
  validFrom: string;
}

/** What a price is wanted for. */
export interface PriceQuestion {
  kind: CostKind;
  direction: Direction | null;
  provider: 'telnyx' | 'twilio';
  /** E.164: of the other side, or the number that is paid for by the month. */
  phoneNumber: string;
  country: string | null;
  numberType?: string | null;
  /** The day of which the price is wanted. */
  day: string;
}

const ALWAYS = '2000-01-01';
const start = (kind: CostKind, amount: string, country: string, numberType: string | null = null) => ({
  ...{ kind, amount, country, numberType, prefix: null, provider: null, currency: 'USD', validFrom: ALWAYS },
  direction: kind === 'number' ? null : ('outbound' as const),
});

/** What everybody begins with: Telnyx's published prices. Twilio is asked for its own where it tells them. */
export const STARTING_LIST: readonly PriceRule[] = [
  start('call', '0.0035', 'US'),
  start('call', '0.0035', 'CA'),
  start('call', '0.0050', 'FR'),
  start('call', '0.0045', 'GB'),
  start('text', '0.0075', 'US'),
  start('text', '0.0075', 'CA'),
  start('text', '0.0380', 'FR'),
  start('text', '0.0350', 'GB'),
  start('number', '2.00', 'US', 'local'),
  start('number', '5.00', 'US', 'toll_free'),
];

function fits(rule: PriceRule, asked: PriceQuestion): boolean {
  return (
    rule.kind === asked.kind &&
    rule.direction === asked.direction &&
    (rule.provider === null || rule.provider === asked.provider) &&
    (rule.country === null || rule.country === asked.country) &&
    (rule.prefix === null || asked.phoneNumber.startsWith(rule.prefix)) &&
    (rule.numberType === null || rule.numberType === asked.numberType) &&
    rule.validFrom <= asked.day
  );
}

/** Calling codes of one and of two digits (ITU-T E.164); all others have three. */
const SHORT_CODES = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;
const codeDigits = (phoneNumber: string) => (SHORT_CODES.exec(phoneNumber)?.[1] ?? '   ').length;

/**
 * How exactly a row says where: anywhere, or by so many digits. A country says a little more than its calling code, which it
 * may share with others, and less than any longer prefix.
 */
function placeOf({ country, prefix }: PriceRule, { phoneNumber }: PriceQuestion): number {
  if (country !== null) return codeDigits(phoneNumber) + 0.5;
  return prefix === null ? 0 : prefix.length - 1;
}

/** Which of two rows that both fit says more of what is asked: where, then what sort of number, then whose, then since when. */
function isCloser(left: PriceRule, right: PriceRule, asked: PriceQuestion): boolean {
  const marks = (rule: PriceRule) => [
    placeOf(rule, asked),
    rule.numberType === null ? 0 : 1,
    rule.provider === null ? 0 : 1,
    Date.parse(rule.validFrom),
  ];
  const [one, other] = [marks(left), marks(right)];
  const decides = one.findIndex((mark, index) => mark !== other[index]);
  return decides >= 0 && one[decides]! > other[decides]!;
}

/** The row of a list that says most of what is asked; null: none fits. */
export function matchPrice<Rule extends PriceRule>(
  rules: readonly Rule[],
  asked: PriceQuestion,
): Rule | null {
  return rules
    .filter((rule) => fits(rule, asked))
    .reduce<Rule | null>((best, rule) => (best && !isCloser(rule, best, asked) ? best : rule), null);
}

export const BUDGET_PERIODS = ['day', 'month'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** Where somebody is told, in percent of the budget. */
export const THRESHOLDS_DEFAULT: readonly number[] = [50, 80, 100];

/** Minutes that have to fit into a budget for a call to begin, and that are held for it while it lasts. */
export const CALL_MINUTES_HELD = 5;

/** More prices and budgets than anybody looks after. */
export const PRICES_MAX = 1000;
export const BUDGETS_MAX = 100;

/** What a budget is for; null: whatever. */
export interface BudgetScope {
  kind: CostKind | null;
  ourNumber: string | null;
  gigId: string | null;
  userId: string | null;
}

/** Something that would cost money, as budgets look at it. */
export interface Spending {
  kind: CostKind;
  /** One of our numbers, E.164. */
  ourNumber: string;
  gigId: string | null;
  userId: string | null;
}

/** Whether a budget is about something. */
export function isAbout(scope: BudgetScope, spending: Spending): boolean {
  return (['kind', 'ourNumber', 'gigId', 'userId'] as const).every(
    (field) => scope[field] === null || scope[field] === spending[field],
  );
}

/**
 * Whether a budget lets something through. @param taken what is spent and held, in millionths; @param cost null where nobody
 * knows it: then nothing but a budget that is used up stops it.
 */
export function letsThrough(amount: bigint, taken: bigint, cost: bigint | null): boolean {
  return cost === null ? taken < amount : taken + cost <= amount;
}

/** The thresholds that an amount has reached. */
export function reached(thresholds: readonly number[], amount: bigint, spent: bigint): number[] {
  return thresholds.filter((percent) => spent * 100n >= amount * BigInt(percent)).sort((a, b) => a - b);
}
