import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecImpairment, delayImpairment, estimateMos, lossImpairment, mosOf, rating } from './emodel.ts';

describe('the score of a rating', () => {
  // ITU-T G.107, Annex B, Table B.1; and the default rating of section 7.7 (93.2), which G.107 gives a score of 4.41.
  const published: [r: number, mos: number][] = [
    ...([
      [90, 4.34],
      [80, 4.03],
      [70, 3.6],
      [60, 3.1],
      [50, 2.58],
    ] as [number, number][]),
    [93.2, 4.41],
    [100, 4.5],
    [120, 4.5],
    [0, 1],
    [-5, 1],
  ];
  for (const [r, mos] of published) {
    it(`of ${r} is ${mos}`, () => {
      expect(Math.abs(mosOf(r) - mos)).toBeLessThan(0.01);
    });
  }

  it('never falls where the rating rises', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 150, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (r, more) => {
          expect(mosOf(r + more)).toBeGreaterThanOrEqual(mosOf(r) - 1e-9);
        },
      ),
    );
  });
});

describe('the impairment by delay', () => {
  // No delay: what is left of a perfect line is 93.2, the default rating of G.107, section 7.7.
  it('leaves a perfect line at 93.2', () => {
    expect(94.77 - 1.41 - delayImpairment(0)).toBeCloseTo(93.2, 1);
  });

  // The curve of G.107 and G.114 at TELR 65, as Cole and Rosenbluth (2001) fitted it: 0.024 d + 0.11 (d - 177.3) H(d - 177.3).
  const fitted = (ms: number) => 0.024 * ms + (ms > 177.3 ? 0.11 * (ms - 177.3) : 0);
  for (const ms of [25, 50, 100, 150, 200, 250, 300]) {
    it(`of ${ms} ms is that of the published curve`, () => {
      expect(Math.abs(delayImpairment(ms) - fitted(ms))).toBeLessThan(1.5);
    });
  }
});

describe('the impairment by losses', () => {
  // G.107 formula 7-29 with Ie and Bpl of G.113 Appendix I: G.711 with concealment (0, 25.1), G.729A with VAD (11, 19).
  const table: [codec: string, loss: number, ieEff: number][] = [
    ['PCMU', 0, 0],
    ['PCMU', 1, 3.64],
    ['PCMA', 5, 15.78],
    ['G729', 0, 11],
    ['g729a', 2, 19],
    ['G.723.1', 1, 19.68],
    ['GSM-EFR', 5, 35],
    ['opus', 10, 47.5],
    ['something new', 1, 3.64],
  ];
  for (const [codec, loss, ieEff] of table) {
    it(`of ${loss} % on ${codec} is ${ieEff}`, () => {
      expect(lossImpairment(codecImpairment(codec), loss)).toBeCloseTo(ieEff, 1);
    });
  }
});

const line = fc.record({
  latencyMs: fc.double({ min: 0, max: 2000, noNaN: true }),
  jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
  packetLossPercent: fc.double({ min: 0, max: 100, noNaN: true }),
  codec: fc.constantFrom('opus', 'PCMU', 'G729', 'iLBC', null),
});

describe('the score of a line', () => {
  it('is between 1 and 4.5, whatever the line', () => {
    fc.assert(
      fc.property(line, (figures) => {
        const mos = estimateMos(figures)!;
        expect(mos).toBeGreaterThanOrEqual(1);
        expect(mos).toBeLessThanOrEqual(4.5);
      }),
    );
  });

  for (const field of ['latencyMs', 'jitterMs', 'packetLossPercent'] as const) {
    it(`never rises with ${field}`, () => {
      fc.assert(
        fc.property(line, fc.double({ min: 0, max: 200, noNaN: true }), (figures, more) => {
          const worse = {
            ...figures,
            [field]: Math.min(figures[field] + more, field === 'packetLossPercent' ? 100 : 3000),
          };
          expect(rating(worse)).toBeLessThanOrEqual(rating(figures) + 1e-9);
          expect(estimateMos(worse)).toBeLessThanOrEqual(estimateMos(figures)!);
        }),
      );
    });
  }

  it('is what people expect of a good line, a bad one, and one of which nothing is known', () => {
    const good = { latencyMs: 45, jitterMs: 12.5, packetLossPercent: 0.2, codec: 'opus' };
    expect(estimateMos(good)).toBeGreaterThan(4.2);
    expect(estimateMos({ ...good, packetLossPercent: 8 })).toBeLessThan(3);
    expect(
      estimateMos({ latencyMs: null, jitterMs: null, packetLossPercent: null, codec: 'opus' }),
    ).toBeNull();
  });
});
