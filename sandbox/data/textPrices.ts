/** US dollars per outbound segment by country; every other country costs `OTHER`. Plausible, not quoted. */
const OUTBOUND: Record<string, string> = {
  US: '0.0079',
  CA: '0.0079',
  PR: '0.0079',
  GB: '0.0400',
  IE: '0.0700',
  FR: '0.0798',
  BE: '0.1100',
  NL: '0.0900',
  LU: '0.0700',
  DE: '0.1000',
  AT: '0.0900',
  CH: '0.0700',
  IT: '0.0900',
  ES: '0.0800',
  PT: '0.0400',
  SE: '0.0600',
  NO: '0.0650',
  DK: '0.0500',
  FI: '0.0900',
  PL: '0.0400',
  AU: '0.0500',
  BR: '0.0500',
  MX: '0.0600',
  CM: '0.1000',
};
const OTHER = '0.1000';

/** Telnyx sells a little cheaper. */
const TELNYX_DISCOUNT = 0.5;
/** What a picture message costs, whatever its length, and any text that comes in. */
const MMS = '0.0200';
const INBOUND = '0.0079';

/** The price of one outbound segment, as a decimal string with four places. */
export function segmentPrice(provider: 'telnyx' | 'twilio', country: string | undefined): string {
  const price = OUTBOUND[country ?? ''] ?? OTHER;
  return provider === 'twilio' ? price : (Number(price) * TELNYX_DISCOUNT).toFixed(4);
}

/** The price of an inbound text, the same everywhere. */
export const inboundPrice = (): string => INBOUND;

/** What an outbound text costs. */
export function textPrice(
  provider: 'telnyx' | 'twilio',
  about: { country: string | undefined; type: 'SMS' | 'MMS'; segments: number },
): string {
  if (about.type === 'MMS') return MMS;
  return (Number(segmentPrice(provider, about.country)) * about.segments).toFixed(4);
}
