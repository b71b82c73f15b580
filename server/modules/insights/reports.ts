import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { Language } from '../../kernel/errors.ts';
import { companyProfile } from '../identity/index.ts';
import {
  type Day,
  dayIn,
  type Period,
  periodAround,
  periodBefore,
  type ReportName,
  type Span,
} from './model.ts';
import { activityParts } from './report-activity.ts';
import { costParts } from './report-costs.ts';
import type { ReportDocument } from './report-model.ts';
import { reportWords } from './report-words.ts';

/** Which report is wanted. */
export interface ReportAsked {
  report: ReportName;
  period: Period;
  /** Any day of the period. */
  day: Day;
  language: Language;
}

/** Makes a report, in the transaction's company. */
export async function makeReport(ctx: CompanyCtx, tx: Tx, asked: ReportAsked): Promise<ReportDocument> {
  const { report, period, language } = asked;
  const { name, timeZone } = await companyProfile(tx);
  const words = reportWords[language];
  const span = periodAround(period, asked.day);
  const before = periodBefore(period, span);
  const now = ctx.kernel.clock.now();
  const parts = report === 'activity' ? activityParts : costParts;
  const made = await parts(tx, { period, span, before, language, words });
  return {
    ...{ report, period, language, company: name, timeZone, before, ...span },
    title: words.titles[report][period],
    when: whenText(period, span, language),
    whenBefore: whenText(period, before, language),
    isRunning: span.to >= dayIn(now, timeZone),
    isEmpty: made.measures.every(({ value }) => value === null || Number(value) === 0),
    madeAt: now.toISOString(),
    ...made,
  };
}

/** A period in words: "Friday, 20 November 2026", "16 – 22 November 2026", "November 2026". */
export function whenText(period: Period, { from, to }: Span, language: Language): string {
  const at = (day: Day) => new Date(`${day}T00:00:00Z`);
  const locale = language === 'en' ? 'en-GB' : 'fr';
  const date = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  if (period === 'month')
    return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
      at(from),
    );
  if (period === 'week') return new Intl.DateTimeFormat(locale, date).formatRange(at(from), at(to));
  return new Intl.DateTimeFormat(locale, { ...date, weekday: 'long' }).format(at(from));
}
