/**
 * How people would judge a call, computed from what the network did to it: the E-model of Recommendation ITU-T G.107
 * (06/2015), with every parameter that nobody measures at its default (Table 2). R = Ro - Is - Id - Ie,eff + A (7-1).
 */

/** Basic signal-to-noise ratio, section 7.2, with all defaults (No = -61.18 dBm0p, SLR = 8 dB). */
const RO = 94.77;
/** Simultaneous impairments, section 7.3, with all defaults. */
const IS = 1.41;
/** Advantage factor, section 7.6: what callers forgive a mobile line. None is granted. */
const A = 0;

/** TELR, WEPL and RLR of Table 2, in dB: echo is controlled as well as the Recommendation assumes. */
const TELR = 65;
const WEPL = 110;

/** What a codec costs by itself, and how well it bears losses. */
export interface CodecImpairment {
  ie: number;
  /** The packet-loss robustness factor: the higher, the better. */
  bpl: number;
}

/**
 * Recommendation ITU-T G.113 (11/2007), Appendix I, Tables I.1 and I.4. G.711 is taken with the concealment of its Appendix I,
 * which every telephone of today has. The tables stop before Opus and G.722, and the scale of G.107 at narrow band: both are
 * taken as free of impairment by themselves, and Opus as bearing losses like the least robust codec of the table (G.711 aside),
 * GSM-EFR, since its own repair is seldom switched on.
 */
const CODECS: Record<string, CodecImpairment> = {
  g711: { ie: 0, bpl: 25.1 },
  g722: { ie: 0, bpl: 25.1 },
  g729: { ie: 11, bpl: 19 },
  g723: { ie: 15, bpl: 16.1 },
  gsmefr: { ie: 5, bpl: 10 },
  amr: { ie: 5, bpl: 10 },
  ilbc: { ie: 10, bpl: 34 },
  opus: { ie: 0, bpl: 10 },
};

/** What providers and browsers call a codec. */
const NAMES: [RegExp, string][] = [
  [/pcmu|pcma|g\.?711|ulaw|alaw/i, 'g711'],
  [/g\.?722(?!\.?1)/i, 'g722'],
  [/g\.?729/i, 'g729'],
  [/g\.?723/i, 'g723'],
  [/efr/i, 'gsmefr'],
  [/amr/i, 'amr'],
  [/ilbc/i, 'ilbc'],
  [/opus/i, 'opus'],
];

/** The impairment of a codec by any of its names; one that is not known counts as G.711, the codec of carriers. */
export function codecImpairment(codec: string | null): CodecImpairment {
  const found = NAMES.find(([pattern]) => pattern.test(codec ?? ''));
  return CODECS[found?.[1] ?? 'g711']!;
}

/**
 * Delay that packets, and the buffer that evens out their arrival, add to that of the network: 20 ms of speech in a packet, and
 * a buffer of twice the jitter, as adaptive buffers settle at.
 */
const PACKET_MS = 20;
const BUFFERED_JITTERS = 2;

/** What was measured of one direction of a call; what is not known counts as none. */
export interface LineFigures {
  /** One way, of the network. */
  latencyMs: number | null;
  jitterMs: number | null;
  packetLossPercent: number | null;
  codec: string | null;
}

/** Impairment by delay, section 7.4: talker echo (Idte), listener echo (Idle), and delay that disturbs by itself (Idd). */
export function delayImpairment(oneWayMs: number): number {
  return talkerEcho(oneWayMs) + listenerEcho(2 * oneWayMs) + pureDelay(oneWayMs);
}

/** Formulas 7-17 to 7-21, for a sidetone in the usual range. */
function talkerEcho(delayMs: number): number {
  const terv =
    TELR - 40 * Math.log10((1 + delayMs / 10) / (1 + delayMs / 150)) + 6 * Math.exp(-0.3 * delayMs ** 2);
  const re = 80 + 2.5 * (terv - 14);
  const half = (RO - re) / 2;
  return (half + Math.sqrt(half ** 2 + 100) - 1) * (1 - Math.exp(-delayMs));
}

/** Formulas 7-25 and 7-26. @param roundTripMs Tr. */
function listenerEcho(roundTripMs: number): number {
  const rle = 10.5 * (WEPL + 7) * (roundTripMs + 1) ** -0.25;
  const half = (RO - rle) / 2;
  return half + Math.sqrt(half ** 2 + 169);
}

/** Formulas 7-27 and 7-28, with the default delay sensitivity (sT = 1, mT = 100 ms). */
function pureDelay(delayMs: number): number {
  if (delayMs <= 100) return 0;
  const x = Math.log2(delayMs / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}

/** Effective equipment impairment, section 7.5, formula 7-29, for losses at random (BurstR = 1). */
export function lossImpairment({ ie, bpl }: CodecImpairment, packetLossPercent: number): number {
  return ie + (95 - ie) * (packetLossPercent / (packetLossPercent + bpl));
}

/** The rating of a line, 0 to 100 at narrow band. */
export function rating(line: LineFigures): number {
  const delayMs = (line.latencyMs ?? 0) + BUFFERED_JITTERS * (line.jitterMs ?? 0) + PACKET_MS;
  return (
    RO -
    IS -
    delayImpairment(delayMs) -
    lossImpairment(codecImpairment(line.codec), line.packetLossPercent ?? 0) +
    A
  );
}

/** The mean opinion score of a rating: Annex B, formula B-4. It dips below 1 for the worst ratings, where 1 is meant. */
export function mosOf(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** The mean opinion score of a line, 1 to 4.5, to two places; null when nothing of it was measured. */
export function estimateMos(line: LineFigures): number | null {
  if (line.latencyMs === null && line.jitterMs === null && line.packetLossPercent === null) return null;
  return Math.round(mosOf(rating(line)) * 100) / 100;
}
