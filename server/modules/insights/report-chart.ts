import type { Language } from '../../kernel/errors.ts';
import { dayText, figureText } from './report-format.ts';
import type { Chart } from './report-model.ts';

const HEIGHT = 132;
const LEGEND = 16;
const AXIS = 16;
/** Room for the figures of the scale. */
const SCALE = 46;
const TICKS = 4;
const COLOURS = { good: '#1d6b41', wait: '#d9a441', primary: '#0f6a60', copper: '#c4763d' };
const MUTED = '#55635f';
const LINE = '#d6deda';
/** Days are named as far apart as their words need. */
const LABEL_WIDTH = 38;

/** Bars along days, one on the other, as SVG. Figures alone come in from outside: labels are dates and our own words. */
export function chartSvg({ days, series, currency }: Chart, language: Language, width: number): string {
  const sums = days.map((_day, index) => series.reduce((total, { values }) => total + values[index]!, 0));
  const top = niceTop(Math.max(...sums, 0), currency !== null);
  const plot = { left: SCALE, top: LEGEND + 4, width: width - SCALE, height: HEIGHT - LEGEND - AXIS - 4 };
  const y = (value: number) => plot.top + plot.height - (value / top) * plot.height;
  const step = plot.width / days.length;
  const barWidth = Math.min(step * 0.7, 26);
  const parts: string[] = legend(series);
  for (let tick = 0; tick <= TICKS; tick++) {
    const value = (top / TICKS) * tick;
    parts.push(
      `<line x1="${plot.left}" y1="${round(y(value))}" x2="${round(width)}" y2="${round(y(value))}" stroke="${LINE}" stroke-width="0.5"/>`,
      label(plot.left - 6, y(value) + 2.5, scaleText(value, currency, language), 'end'),
    );
  }
  days.forEach((day, index) => {
    const left = plot.left + step * index + (step - barWidth) / 2;
    let below = 0;
    for (const { values, colour } of series) {
      const value = values[index]!;
      if (value > 0)
        parts.push(
          `<rect x="${round(left)}" y="${round(y(below + value))}" width="${round(barWidth)}" height="${round(y(below) - y(below + value))}" fill="${COLOURS[colour]}"/>`,
        );
      below += value;
    }
    if ((days.length - 1 - index) % Math.ceil(LABEL_WIDTH / step) === 0)
      parts.push(label(left + barWidth / 2, HEIGHT - 4, dayText(day, language), 'middle'));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${HEIGHT}" viewBox="0 0 ${round(width)} ${HEIGHT}">${parts.join('')}</svg>`;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** The end of a scale that four even steps lead to. */
export function niceTop(most: number, hasFractions: boolean): number {
  if (most <= 0) return TICKS;
  const rough = most / TICKS;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10]
    .map((factor) => factor * unit)
    .find((each) => each >= rough - 1e-9)!;
  return TICKS * (hasFractions ? step : Math.max(1, Math.ceil(step)));
}

function legend(series: Chart['series']): string[] {
  let left = SCALE;
  return series.flatMap(({ label: name, colour }) => {
    const x = left;
    left += 22 + name.length * 4.6;
    return [
      `<rect x="${round(x)}" y="3" width="8" height="8" rx="1.5" fill="${COLOURS[colour]}"/>`,
      label(x + 12, 10, name, 'start'),
    ];
  });
}

function scaleText(value: number, currency: string | null, language: Language): string {
  return figureText(value, currency ? 'money' : 'count', currency, language);
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  const safe = text.replaceAll(/[<>&]/g, '');
  return `<text x="${round(x)}" y="${round(y)}" font-family="Roboto" font-size="7.5" fill="${MUTED}" text-anchor="${anchor}">${safe}</text>`;
}
