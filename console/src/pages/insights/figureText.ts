import type { Cell, Unit } from '../../api/reports.ts';
import { francsText, phoneText, sumText } from '../../ui/format.ts';

/** A figure of a report in the reader's way; a dash where nothing is known. */
export function figureText(value: Cell, unit: Unit, currency: string | null, language: string): string {
  if (value === null) return '–';
  if (unit === 'phone') return phoneText(String(value));
  if (unit === 'text') return String(value);
  if (unit === 'money' && currency === 'XAF') return francsText(Number(value));
  if (unit === 'money') return sumText({ amount: String(value), currency: currency ?? '' }, language);
  const figure = Number(value);
  const number = (decimals: number, style: 'decimal' | 'percent' = 'decimal') =>
    figure.toLocaleString(language, { style, maximumFractionDigits: decimals });
  switch (unit) {
    case 'share':
      return number(1, 'percent');
    case 'percent':
      return (figure / 100).toLocaleString(language, { style: 'percent', maximumFractionDigits: 2 });
    case 'seconds':
      return secondsText(figure, language);
    case 'minutes':
      return `${number(1)} min`;
    case 'ms':
      return `${number(0)} ms`;
    case 'score':
      return figure.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    default:
      return number(0);
  }
}

/** 95 -> 1 min 35 s. */
export function secondsText(seconds: number, language: string): string {
  if (seconds < 60) return `${seconds.toLocaleString(language, { maximumFractionDigits: 1 })} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
