/** One measurement of how a talk sounds at this end. */
export interface Sample {
  at: string;
  /** What one hears; what the other side hears of us is measured at their end. */
  direction: 'inbound';
  jitterMs: number | null;
  rttMs: number | null;
  packetLossPercent: number | null;
  mos: number | null;
}

export const BATCH_MS = 10_000;
const BATCH_MAX = 30;

/** Browsers report absurd values when a connection breaks: they say nothing about how a talk sounded. */
const LIMITS = { jitterMs: 2_000, rttMs: 10_000, packetLossPercent: 100 } as const;

function within(value: number | null | undefined, max: number): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= max
    ? Math.round(value * 100) / 100
    : null;
}

/** A measurement without what cannot be; null when nothing is left. */
export function cleaned(sample: Sample): Sample | null {
  const clean = {
    at: sample.at,
    direction: sample.direction,
    jitterMs: within(sample.jitterMs, LIMITS.jitterMs),
    rttMs: within(sample.rttMs, LIMITS.rttMs),
    packetLossPercent: within(sample.packetLossPercent, LIMITS.packetLossPercent),
    mos: sample.mos !== null && sample.mos >= 1 ? within(sample.mos, 5) : null,
  };
  const { at: _at, direction: _direction, ...figures } = clean;
  return Object.values(figures).some((value) => value !== null) ? clean : null;
}

/** At most as many measurements as one request takes, spread over the time that they are from. */
export function thinned(samples: readonly Sample[]): Sample[] {
  if (samples.length <= BATCH_MAX) return [...samples];
  const gap = samples.length / BATCH_MAX;
  return Array.from({ length: BATCH_MAX }, (_, index) => samples[Math.floor(index * gap)]!);
}

/** How the line is now, from its last measurements. */
export function lineLevel(samples: readonly Sample[]): 'good' | 'fair' | 'bad' | null {
  const recent = samples.slice(-5).flatMap(({ mos }) => (mos === null ? [] : [mos]));
  if (!recent.length) return null;
  const mean = recent.reduce((sum, mos) => sum + mos, 0) / recent.length;
  return mean >= 4 ? 'good' : mean >= 3.5 ? 'fair' : 'bad';
}
