import type { Language } from '../../kernel/errors.ts';
import type { Period, ReportName, Span } from './model.ts';

/**
 * What the figures of a column are: a share is 0 to 1, a score a MOS (1 to 5), money a decimal in the row's currency.
 * Screen, spreadsheet and page each write them in their own way.
 */
export type Unit =
  | 'text'
  | 'phone'
  | 'count'
  | 'share'
  | 'minutes'
  | 'seconds'
  | 'ms'
  | 'percent'
  | 'score'
  | 'money';

/** Null: nothing is known, or there is nothing to divide by. */
export type Cell = string | number | null;

/** One figure beside the same of the period before. */
export interface Measure {
  key: string;
  label: string;
  unit: Unit;
  value: Cell;
  before: Cell;
  /** Of money. */
  currency: string | null;
  /** What has to be known about it. */
  note: string | null;
}

/** Bars along days, one on the other. */
export interface Chart {
  key: string;
  title: string;
  /** Days as YYYY-MM-DD. */
  days: string[];
  series: { label: string; colour: 'good' | 'wait' | 'primary' | 'copper'; values: number[] }[];
  currency: string | null;
}

export interface Column {
  label: string;
  unit: Unit;
  /** Of money, where it is the same in every row. */
  currency: string | null;
}

export interface Row {
  cells: Cell[];
  /** Of the row's money. */
  currency: string | null;
}

export interface Table {
  key: string;
  title: string;
  note: string | null;
  columns: Column[];
  rows: Row[];
  /** Sums, in the same columns; one for each currency. */
  totals: Row[];
}

/** A whole report in one language: what a screen, a spreadsheet and a page show alike. */
export interface ReportDocument extends Span {
  report: ReportName;
  period: Period;
  language: Language;
  company: string;
  title: string;
  /** The period in words. */
  when: string;
  /** What stands beside it, in words. */
  whenBefore: string;
  before: Span;
  timeZone: string;
  /** The period goes on: figures still grow. */
  isRunning: boolean;
  isEmpty: boolean;
  madeAt: string;
  measures: Measure[];
  charts: Chart[];
  tables: Table[];
}

/** A column of texts, counts, … */
export const column = (label: string, unit: Unit = 'count', currency: string | null = null): Column => ({
  ...{ label, unit, currency },
});

/** A row of a table. */
export const row = (cells: Cell[], currency: string | null = null): Row => ({ cells, currency });
