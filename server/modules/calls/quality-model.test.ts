import { describe, expect, it } from 'vitest';
import {
  type CleanSample,
  cleanFigures,
  cleanSample,
  DEFAULT_THRESHOLDS,
  type Direction,
  levelOf,
  type Measured,
  qualityThresholdsSchema,
  type Sample,
  sideOf,
  summarise,
  type WarningChange,
  type Watch,
  watchSample,
} from './quality-model.ts';

const nothing: Sample = {
  at: new Date(0),
  direction: 'inbound',
  ...{
    jitterMs: null,
    rttMs: null,
    packetLossPercent: null,
    mos: null,
    codec: null,
    audioIn: null,
    audioOut: null,
  },
};

/** `+kind` for raised, `-kind` for cleared, `.` for nothing: one word a sample. */
function story(samples: Partial<Sample>[]): string {
  let watch: Watch = {};
  return samples
    .map((sample) => {
      const clean: CleanSample = { ...nothing, ...sample, mosComputed: false };
      const next = watchSample(watch, clean, DEFAULT_THRESHOLDS);
      watch = next.watch;
      return next.changes.map(word).join('') || '.';
    })
    .join(' ');
}
const word = ({ kind, change }: WarningChange) => `${change === 'raised' ? '+' : '-'}${kind}`;

describe('a warning', () => {
  const table: [what: string, field: keyof Sample, values: number[], told: string][] = [
    ['needs 3 of 5', 'rttMs', [401, 10, 401, 10, 10, 401], '. . . . . .'],
    ['is raised at the third of 5', 'rttMs', [401, 10, 401, 10, 401], '. . . . +high_rtt'],
    ['is not raised by the limit itself', 'rttMs', [400, 400, 400, 400, 400], '. . . . .'],
    ['is raised once', 'jitterMs', [31, 31, 31, 31, 31, 31], '. . +high_jitter . . .'],
    [
      'is cleared when none of the last 5 is beyond',
      'jitterMs',
      [31, 31, 31, 5, 5, 5, 5, 5],
      '. . +high_jitter . . . . -high_jitter',
    ],
    [
      'stays while one of 5 is beyond',
      'jitterMs',
      [31, 31, 31, 5, 5, 31, 5, 5, 31],
      '. . +high_jitter . . . . . .',
    ],
    ['of losses needs a mean over 7', 'packetLossPercent', [9, 9, 9, 9, 9, 9], '. . . . . .'],
    [
      'of losses is raised above a mean of 3 %',
      'packetLossPercent',
      [0, 0, 0, 0, 7, 7, 8],
      '. . . . . . +high_packet_loss',
    ],
    ['of losses is not raised at a mean of 3 %', 'packetLossPercent', [0, 0, 0, 0, 7, 7, 7], '. . . . . . .'],
    [
      'of losses is cleared at a mean of 1 %',
      'packetLossPercent',
      [4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0],
      '. . . . . . +high_packet_loss . . . . . -high_packet_loss',
    ],
    ['of the score is raised below 3.5', 'mos', [3.4, 3.5, 3.4, 3.6, 3.4], '. . . . +low_mos'],
    [
      'of the score stays between 3.5 and 4',
      'mos',
      [3.4, 3.4, 3.4, 3.9, 3.9, 3.9, 3.9, 3.9, 3.9],
      '. . +low_mos . . . . . .',
    ],
    [
      'of the score is cleared above 4',
      'mos',
      [3.4, 3.4, 3.4, 4.1, 4.1, 4.1, 4.1, 4.1],
      '. . +low_mos . . . . -low_mos',
    ],
    [
      'comes back after it was cleared',
      'rttMs',
      [500, 500, 500, 1, 1, 1, 1, 1, 500, 500, 500],
      '. . +high_rtt . . . . -high_rtt . . +high_rtt',
    ],
  ];
  for (const [what, field, values, told] of table) {
    it(what, () => {
      expect(story(values.map((value) => ({ [field]: value })))).toBe(told);
    });
  }

  it('of the way there and back is given once, not for each direction', () => {
    const late = { rttMs: 900, direction: 'outbound' as Direction };
    expect(story([late, late, late, late])).toBe('. . . .');
  });

  it('knows nothing of a figure that is missing', () => {
    expect(story([{ rttMs: 500 }, { rttMs: null }, { rttMs: 500 }, { rttMs: null }, { rttMs: 500 }])).toBe(
      '. . . . +high_rtt',
    );
  });
});

describe('a sample', () => {
  const sound = { ...nothing, jitterMs: 12.5, rttMs: 90, packetLossPercent: 0.2, codec: 'opus' };
  it('keeps the score it came with, and gets one when it has none', () => {
    expect(cleanSample({ ...sound, mos: 4.2 })).toMatchObject({ mos: 4.2, mosComputed: false });
    const computed = cleanSample(sound)!;
    expect(computed.mosComputed).toBe(true);
    expect(computed.mos).toBeGreaterThan(4.2);
  });

  const absurd: Partial<Sample>[] = [
    { jitterMs: 232_735, mos: 687_268.9 },
    { jitterMs: 232_735 },
    { jitterMs: -1 },
    { rttMs: 1e308 },
    { packetLossPercent: 100.1 },
    { mos: 0.99 },
    { mos: 687_268.9 },
  ];
  for (const figures of absurd) {
    it(`is discarded with ${JSON.stringify(figures)}`, () => {
      expect(cleanSample({ ...sound, ...figures })).toBeNull();
    });
  }

  it('that measures nothing is discarded', () => {
    expect(cleanSample({ ...nothing, audioIn: 5 })).toBeNull();
  });
});

describe("a provider's figures", () => {
  it('lose what cannot be, one by one', () => {
    const given = { jitterMs: 232_735, latencyMs: 40, packetLossPercent: 1.5, mos: 687_268.9 };
    const { figures, computed, discarded } = cleanFigures(given, 'PCMU');
    expect(figures).toMatchObject({ jitterMs: null, latencyMs: 40, packetLossPercent: 1.5 });
    expect(figures.mos).toBeGreaterThan(3.9);
    expect({ computed, discarded }).toEqual({ computed: true, discarded: 2 });
  });
});

const measured = (
  source: Measured['source'],
  side: Measured['side'],
  mos: number | null,
  rest: Partial<Measured> = {},
) => ({
  ...{ source, side, mos, jitterMs: null, latencyMs: null, packetLossPercent: null, codec: null },
  ...rest,
});

describe('a call', () => {
  it('is as good as its worst side', () => {
    const summary = summarise(
      [
        measured('twilio', 'we_hear_them', 4.3, { jitterMs: 2, latencyMs: 40, codec: 'PCMU' }),
        measured('twilio', 'they_hear_us', 2.9, { jitterMs: 80, packetLossPercent: 6 }),
        measured('softphone', 'we_hear_them', 3.8),
      ],
      DEFAULT_THRESHOLDS,
    );
    expect(summary).toEqual({
      ...{ mos: 2.9, level: 'bad', worstSide: 'they_hear_us', jitterMs: 80, packetLossPercent: 6 },
      ...{ latencyMs: 40, codec: 'PCMU', softphoneLevel: 'fair', edgeLevel: 'bad' },
    });
  });

  it('of which nothing is known has no level', () => {
    expect(summarise([measured('telnyx', 'we_hear_them', null)], DEFAULT_THRESHOLDS)).toMatchObject({
      mos: null,
      level: null,
    });
    expect(summarise([], DEFAULT_THRESHOLDS)).toMatchObject({ worstSide: null, codec: null });
  });

  const levels: [number, string][] = [
    [1, 'bad'],
    [3.49, 'bad'],
    [3.5, 'fair'],
    [3.99, 'fair'],
    [4, 'good'],
    [4.5, 'good'],
  ];
  for (const [mos, level] of levels) {
    it(`with ${mos} is ${level}`, () => expect(levelOf(mos, DEFAULT_THRESHOLDS)).toBe(level));
  }

  it('says who is heard by whom', () => {
    expect(sideOf('agent', 'inbound')).toBe('they_hear_us');
    expect(sideOf('agent', 'outbound')).toBe('we_hear_them');
    expect(sideOf('caller', 'inbound')).toBe('we_hear_them');
    expect(sideOf('callee', 'outbound')).toBe('they_hear_us');
  });
});

describe("a company's thresholds", () => {
  it('cannot contradict themselves', () => {
    expect(qualityThresholdsSchema.safeParse({ mosBad: 4.2, mosGood: 4 }).success).toBe(false);
    expect(qualityThresholdsSchema.safeParse({ packetLossClearPercent: 5 }).success).toBe(false);
    expect(qualityThresholdsSchema.parse({ rttMs: 250 })).toEqual({ ...DEFAULT_THRESHOLDS, rttMs: 250 });
  });
});
