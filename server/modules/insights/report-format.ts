import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Language } from '../../kernel/errors.ts';
import { type CsvSection, type Decimal, toCsvSections } from '../../kernel/http/csv.ts';
import type { Cell, Column, ReportDocument, Row, Table, Unit } from './report-model.ts';
import { reportWords } from './report-words.ts';

/** What stands where nothing is known. */
const NOTHING = '–';
const localeOf = (language: Language) => (language === 'en' ? 'en-GB' : 'fr');

/** A figure as a person reads it. Narrow spaces become plain ones, which every font has. */
export function figureText(value: Cell, unit: Unit, currency: string | null, language: Language): string {
  if (value === null) return NOTHING;
  if (unit === 'text') return nameText(String(value), language);
  if (unit === 'phone') return phoneText(String(value));
  return amountText(Number(value), unit, currency, language).replaceAll(/[\u202F\u2009]/g, '\u00A0');
}

function amountText(value: number, unit: Unit, currency: string | null, language: Language): string {
  const locale = localeOf(language);
  const number = (decimals: number) => value.toLocaleString(locale, { maximumFractionDigits: decimals });
  switch (unit) {
    case 'share':
      return value.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 1 });
    case 'percent':
      return (value / 100).toLocaleString(locale, { style: 'percent', maximumFractionDigits: 2 });
    case 'minutes':
      return `${number(1)} min`;
    case 'seconds':
      return value < 60
        ? `${number(1)} s`
        : `${Math.floor(value / 60)} min ${String(Math.round(value % 60)).padStart(2, '0')} s`;
    case 'ms':
      return `${number(0)} ms`;
    case 'score':
      return value.toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    case 'money':
      return moneyText(value, currency, locale);
    default:
      return number(0);
  }
}

function moneyText(value: number, currency: string | null, locale: string): string {
  try {
    return value.toLocaleString(locale, {
      style: 'currency',
      currency: currency ?? '',
      currencyDisplay: 'narrowSymbol',
    });
  } catch {
    return `${value.toLocaleString(locale, { maximumFractionDigits: 2 })} ${currency ?? ''}`.trim();
  }
}

/** +33123456789 -> +33 1 23 45 67 89. */
const phoneText = (text: string) => parsePhoneNumberFromString(text)?.formatInternational() ?? text;

/** A day in the reader's way; whatever else stays as it is. */
function nameText(text: string, language: Language): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? dayText(text, language) : text;
}

/** 20 Nov: under a bar. */
export function dayText(day: string, language: Language): string {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${day}T00:00:00Z`));
}

/** A moment in a time zone, in words. */
export function momentText(iso: string, timeZone: string, language: Language): string {
  const at = new Date(iso);
  const options = { dateStyle: 'long', timeStyle: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(localeOf(language), { ...options, timeZone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(localeOf(language), { ...options, timeZone: 'UTC' }).format(at);
  }
}

/** The name of a report's file: daily-activity-2026-11-20.pdf. */
export function fileName({ report, period, from, to }: ReportDocument, extension: 'csv' | 'pdf'): string {
  const rhythm = { day: 'daily', week: 'weekly', month: 'monthly' }[period];
  const when = period === 'day' ? from : period === 'month' ? from.slice(0, 7) : `${from}-${to}`;
  return `${rhythm}-${report}-${when}.${extension}`;
}

/** The whole report as tables below each other, for a spreadsheet of the report's language. */
export function reportCsv(document: ReportDocument): string {
  const words = reportWords[document.language];
  const summary: CsvSection = {
    title: `${document.title} – ${document.when} – ${document.company} (${document.timeZone})`,
    header: [words.measure, words.value, words.before[document.period], words.currency],
    rows: document.measures.map(({ label, value, before, unit, currency }) => [
      ...[label, cellOf(value, unit), cellOf(before, unit), unit === 'money' ? currency : null],
    ]),
  };
  return toCsvSections(
    [
      summary,
      ...daySections(document),
      ...document.tables.map((each) => tableSection(each, document.language)),
    ],
    document.language,
  );
}

/** What the charts are drawn from. */
function daySections({ charts, language }: ReportDocument): CsvSection[] {
  const words = reportWords[language];
  return charts.map(({ title, days, series, currency }) => ({
    title,
    header: [words.columns.day, ...series.map(({ label }) => label)],
    rows: days.map((day, index) => [
      day,
      ...series.map(({ values }) => cellOf(values[index]!, currency ? 'money' : 'count')),
    ]),
  }));
}

function tableSection({ title, columns, rows, totals }: Table, language: Language): CsvSection {
  const hasCurrency = columns.some(({ unit, currency }) => unit === 'money' && currency === null);
  const line = ({ cells, currency }: Row) => [
    ...cells.map((cell, index) => cellOf(cell, columns[index]!.unit)),
    ...(hasCurrency ? [currency] : []),
  ];
  return {
    title,
    header: [...columns.map(headerText), ...(hasCurrency ? [reportWords[language].currency] : [])],
    rows: [...rows, ...totals].map(line),
  };
}

/** Figures stand without their unit, which the header names. */
const headerText = ({ label, unit }: Column) =>
  unit === 'seconds'
    ? `${label} (s)`
    : unit === 'ms'
      ? `${label} (ms)`
      : unit === 'percent'
        ? `${label} (%)`
        : label;

/** A cell that a spreadsheet can add up: exact, and without words. */
function cellOf(value: Cell, unit: Unit): string | number | null | Decimal {
  if (value === null || unit === 'text' || unit === 'phone' || typeof value === 'number') return value;
  // 0.400000 -> 0.4
  return { decimal: value.includes('.') ? value.replace(/\.?0+$/, '') : value };
}
