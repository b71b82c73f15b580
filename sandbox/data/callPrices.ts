/** US dollars per minute to landlines and to mobiles by country; every other country costs `OTHER`. Plausible, not quoted. */
const OUTBOUND: Record<string, string> = {
  US: '0.0140',
  CA: '0.0140',
  GB: '0.0158',
  IE: '0.0400',
  FR: '0.0186',
  BE: '0.0350',
  NL: '0.0400',
  LU: '0.0450',
  DE: '0.0200',
  AT: '0.0500',
  CH: '0.0450',
  IT: '0.0300',
  ES: '0.0250',
  PT: '0.0300',
  SE: '0.0250',
  NO: '0.0300',
  DK: '0.0250',
  FI: '0.0600',
  PL: '0.0350',
  AU: '0.0252',
  BR: '0.0450',
  MX: '0.0250',
  CM: '0.3200',
};
const OTHER = '0.1500';

const TELNYX_DISCOUNT = 0.5;
/** A minute of a call that comes in, and of a browser's leg. */
const INBOUND = '0.0085';
const BROWSER = '0.0040';

/** A leg, for its price. */
export interface Priced {
  direction: 'inbound' | 'outbound';
  /** Undefined for a browser. */
  country: string | undefined;
  isBrowser: boolean;
}

/** The price of one minute, as a decimal string with four places. */
export function minutePrice(provider: 'telnyx' | 'twilio', leg: Priced): string {
  const list = leg.isBrowser
    ? BROWSER
    : leg.direction === 'inbound'
      ? INBOUND
      : (OUTBOUND[leg.country ?? ''] ?? OTHER);
  return provider === 'twilio' ? list : (Number(list) * TELNYX_DISCOUNT).toFixed(4);
}

/** What a leg costs: every minute that began. */
export function callPrice(provider: 'telnyx' | 'twilio', leg: Priced, seconds: number): string {
  return (Number(minutePrice(provider, leg)) * Math.max(1, Math.ceil(seconds / 60))).toFixed(4);
}
