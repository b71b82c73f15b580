import { z } from 'zod';
import { estimateMos } from './emodel.ts';

/** How a call sounded, and when a warning is due. Pure. */

export const LEVELS = ['good', 'fair', 'bad'] as const;
export type Level = (typeof LEVELS)[number];

/** Who is heard: a talk can be fine for one side alone. */
export const SIDES = ['we_hear_them', 'they_hear_us'] as const;
export type Side = (typeof SIDES)[number];

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const WARNINGS = ['high_rtt', 'high_jitter', 'high_packet_loss', 'low_mos'] as const;
export type WarningKind = (typeof WARNINGS)[number];

const milliseconds = z.number().min(0).max(10_000);
const percent = z.number().min(0).max(100);
const score = z.number().min(1).max(5);

/** From when on a line is bad, as a company may choose it; the defaults are those of Twilio's own softphones. */
export const qualityThresholdsSchema = z
  .object({
    rttMs: milliseconds.default(400),
    jitterMs: milliseconds.default(30),
    packetLossPercent: percent.default(3),
    packetLossClearPercent: percent.default(1),
    mosBad: score.default(3.5).describe('Below: bad'),
    mosGood: score.default(4).describe('From here: good; between the two: fair'),
  })
  .refine((all) => all.mosGood >= all.mosBad, { error: 'mosGood must not be below mosBad' })
  .refine((all) => all.packetLossClearPercent <= all.packetLossPercent, {
    error: 'packetLossClearPercent must not be above packetLossPercent',
  });
export type QualityThresholds = z.infer<typeof qualityThresholdsSchema>;

export const DEFAULT_THRESHOLDS: QualityThresholds = qualityThresholdsSchema.parse({});

export function levelOf(mos: number, { mosBad, mosGood }: QualityThresholds): Level {
  if (mos < mosBad) return 'bad';
  return mos < mosGood ? 'fair' : 'good';
}

/** What can be measured of one direction. */
export interface Figures {
  jitterMs: number | null;
  /** One way. */
  latencyMs: number | null;
  packetLossPercent: number | null;
  mos: number | null;
}

/**
 * What no line can have. Softphones and providers do report it (a jitter of 232735 ms, and from it a score of 687268.9), and
 * one such figure would spoil every mean.
 */
const POSSIBLE = {
  jitterMs: [0, 2000],
  latencyMs: [0, 10_000],
  rttMs: [0, 20_000],
  packetLossPercent: [0, 100],
  mos: [1, 5],
} as const;

export function isPossible(name: keyof typeof POSSIBLE, value: number | null): boolean {
  const [min, max] = POSSIBLE[name];
  return value === null || (value >= min && value <= max);
}

/**
 * Figures as a provider gave them, without what cannot be, and with the score that it left out.
 * @returns the figures, whether the score was computed, and how many figures were dropped.
 */
export function cleanFigures(
  given: Figures,
  codec: string | null,
): { figures: Figures; computed: boolean; discarded: number } {
  let discarded = 0;
  const keep = (name: keyof Figures) => {
    if (isPossible(name, given[name])) return given[name];
    discarded += 1;
    return null;
  };
  const figures = {
    jitterMs: keep('jitterMs'),
    latencyMs: keep('latencyMs'),
    packetLossPercent: keep('packetLossPercent'),
    mos: keep('mos'),
  };
  if (figures.mos !== null) return { figures, computed: false, discarded };
  const mos = estimateMos({ ...figures, codec });
  return { figures: { ...figures, mos }, computed: mos !== null, discarded };
}

/** A sample of a softphone. */
export interface Sample {
  at: Date;
  direction: Direction;
  jitterMs: number | null;
  rttMs: number | null;
  packetLossPercent: number | null;
  mos: number | null;
  codec: string | null;
  audioIn: number | null;
  audioOut: number | null;
}

/** A sample with its score. */
export interface CleanSample extends Sample {
  mosComputed: boolean;
}

/** A sample with its score, or null when it is no measurement: one impossible figure makes the others doubtful. */
export function cleanSample(sample: Sample): CleanSample | null {
  const { jitterMs, rttMs, packetLossPercent, mos, codec } = sample;
  const possible =
    isPossible('jitterMs', jitterMs) &&
    isPossible('rttMs', rttMs) &&
    isPossible('packetLossPercent', packetLossPercent) &&
    isPossible('mos', mos);
  if (!possible) return null;
  if (mos !== null) return { ...sample, mosComputed: false };
  const latencyMs = rttMs === null ? null : rttMs / 2;
  const computed = estimateMos({ jitterMs, latencyMs, packetLossPercent, codec });
  return computed === null ? null : { ...sample, mos: computed, mosComputed: true };
}

/** What one warning has seen lately, oldest first. */
interface Watched {
  seen: number[];
  raised: boolean;
}
export type Watch = Partial<Record<WarningKind, Watched>>;

export interface WarningChange {
  kind: WarningKind;
  change: 'raised' | 'cleared';
  value: number;
}

/** Judged one by one: raised when so many of the last are beyond it. Means are judged over more. */
const LAST = 5;
const RAISED_BY = 3;
const MEAN_OF = 7;

/**
 * Looks at one more sample. A warning is raised when 3 of the last 5 samples pass its threshold, and cleared when none of
 * them does and 3 are beyond the value that clears it; losses come in bursts, so their mean over 7 samples counts instead.
 */
export function watchSample(
  before: Watch,
  sample: CleanSample,
  limits: QualityThresholds,
): { watch: Watch; changes: WarningChange[] } {
  const watch = { ...before };
  const changes: WarningChange[] = [];
  const look = (kind: WarningKind, value: number | null, judge: (seen: number[]) => Judgement) => {
    if (value === null) return;
    const last = before[kind] ?? { seen: [], raised: false };
    const seen = [...last.seen, value].slice(-MEAN_OF);
    const { raise, clear } = judge(seen);
    const raised = last.raised ? !clear : raise;
    watch[kind] = { seen, raised };
    if (raised !== last.raised) changes.push({ kind, change: raised ? 'raised' : 'cleared', value });
  };
  // The way there and back is one figure for both directions: it is watched once.
  if (sample.direction === 'inbound') look('high_rtt', sample.rttMs, above(limits.rttMs));
  look('high_jitter', sample.jitterMs, above(limits.jitterMs));
  look('high_packet_loss', sample.packetLossPercent, meanAbove(limits));
  look('low_mos', sample.mos, below(limits));
  return { watch, changes };
}

interface Judgement {
  raise: boolean;
  clear: boolean;
}

function judgeLast(seen: number[], isBad: (value: number) => boolean, isClear: (value: number) => boolean) {
  const last = seen.slice(-LAST);
  const bad = last.filter(isBad).length;
  return { raise: bad >= RAISED_BY, clear: bad === 0 && last.filter(isClear).length >= RAISED_BY };
}

const above = (limit: number) => (seen: number[]) =>
  judgeLast(
    seen,
    (value) => value > limit,
    (value) => value <= limit,
  );

const below =
  ({ mosBad, mosGood }: QualityThresholds) =>
  (seen: number[]) =>
    judgeLast(
      seen,
      (value) => value < mosBad,
      (value) => value > mosGood,
    );

const meanAbove =
  ({ packetLossPercent, packetLossClearPercent }: QualityThresholds) =>
  (seen: number[]) => {
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    return {
      raise: seen.length >= MEAN_OF && mean > packetLossPercent,
      clear: mean <= packetLossClearPercent,
    };
  };

/** One direction of one source. */
export interface Measured extends Figures {
  source: 'telnyx' | 'twilio' | 'softphone';
  side: Side;
  codec: string | null;
}

/** What a call comes to. */
export interface Summary extends Figures {
  level: Level | null;
  worstSide: Side | null;
  codec: string | null;
  softphoneLevel: Level | null;
  edgeLevel: Level | null;
}

/**
 * A call is as good as the side and the part of the way that sounded worst: nobody is helped by the mean of one side that is
 * heard well and one that is not heard at all.
 */
export function summarise(measured: Measured[], limits: QualityThresholds): Summary {
  const scored = measured.filter((each) => each.mos !== null).sort((left, right) => left.mos! - right.mos!);
  const [worst] = scored;
  const worstLevel = (isOf: (each: Measured) => boolean) => {
    const mos = scored.find(isOf)?.mos;
    return typeof mos === 'number' ? levelOf(mos, limits) : null;
  };
  const known = <Key extends keyof Measured>(key: Key) =>
    worst?.[key] ?? measured.find((each) => each[key] !== null)?.[key] ?? null;
  return {
    mos: worst?.mos ?? null,
    level: worst ? levelOf(worst.mos!, limits) : null,
    worstSide: worst?.side ?? null,
    jitterMs: known('jitterMs'),
    latencyMs: known('latencyMs'),
    packetLossPercent: known('packetLossPercent'),
    codec: known('codec'),
    softphoneLevel: worstLevel(({ source }) => source === 'softphone'),
    edgeLevel: worstLevel(({ source }) => source !== 'softphone'),
  };
}

/**
 * Which side a direction of a leg is about. Seen from the provider, inbound is the voice of whoever sits at that leg: of ours
 * at an agent's leg, of the other side elsewhere.
 */
export function sideOf(party: 'caller' | 'callee' | 'agent', direction: Direction): Side {
  return (party === 'agent') === (direction === 'inbound') ? 'they_hear_us' : 'we_hear_them';
}
