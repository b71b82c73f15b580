import type { Tx } from '../../kernel/db/index.ts';
import type { Language } from '../../kernel/errors.ts';
import { ENDED_GROUPS, type EndedCount, endedBy } from '../callbox/index.ts';
import { memberNames } from '../identity/index.ts';
import { gigsOfNumbers } from '../numbers/upkeep.ts';
import { addDays, type Day, type DayFigures, daysBetween, type Period, type Span, share } from './model.ts';
import { figureText } from './report-format.ts';
import {
  type Cell,
  type Chart,
  type Column,
  column,
  type Measure,
  type Row,
  row,
  type Table,
} from './report-model.ts';
import { type ReportWords, reportWords } from './report-words.ts';
import { type CostRow, costsBy, dayFigures } from './store.ts';
import { type SoundRow, soundBy, type UseRow, useBy } from './use-store.ts';

/** More groups than a report lists. */
const ROWS_MAX = 2000;
/** As many columns of costs as a page has room for: a company that pays in more sees them in the report on costs. */
const COST_COLUMNS_MAX = 2;
/** Bars that a report of a day, or of a week, sets it into. */
const CHART_DAYS: Partial<Record<Period, number>> = { day: 14, week: 28 };

/** What a report is made for. */
export interface Question {
  period: Period;
  span: Span;
  before: Span;
  language: Language;
  words: ReportWords;
}

/** What a report consists of. */
export interface Parts {
  measures: Measure[];
  charts: Chart[];
  tables: Table[];
}

/** What happened in a time: figures beside those before, days as bars, numbers, people, sound and boxes. */
export async function activityParts(tx: Tx, question: Question): Promise<Parts> {
  const { span, words } = question;
  const costs = await costsBy(tx, span, 'none', ROWS_MAX);
  const currencies = costs.map(({ currency }) => currency);
  const sound = {
    number: byKey(await soundBy(tx, span, 'number', ROWS_MAX)),
    user: byKey(await soundBy(tx, span, 'user', ROWS_MAX)),
  };
  const shown = currencies.slice(0, COST_COLUMNS_MAX);
  const tables = [
    numberTable(words, shown, sound.number, {
      use: await useBy(tx, span, 'number', ROWS_MAX),
      costs: await costsBy(tx, span, 'number', ROWS_MAX),
      gigs: new Map((await gigsOfNumbers(tx)).map(({ phoneNumber, gigName }) => [phoneNumber, gigName])),
    }),
    await userTable(tx, question, shown, sound.user),
    soundTable(words, await soundBy(tx, span, 'provider', ROWS_MAX), await soundBy(tx, span, 'none', 1)),
    ...ENDED_TABLES.map((group) => ({ group, rows: endedBy(tx, span, group) })).map(async ({ group, rows }) =>
      endedTable(words, group, await rows),
    ),
  ];
  return {
    measures: await measuresOf(tx, question, costs),
    charts: await chartsOf(tx, question),
    tables: (await Promise.all(tables)).filter(({ rows }) => rows.length > 0),
  };
}

const ENDED_TABLES = ENDED_GROUPS.filter((group) => group === 'type' || group === 'box');
const NOTHING: UseRow = {
  ...{ key: null, calls: 0, callsIn: 0, answered: 0, callsJudged: 0, seconds: 0 },
  ...{ sent: 0, delivered: 0, sentJudged: 0, received: 0 },
};

function byKey<Row extends { key: string | null }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((each) => [each.key ?? '', each]));
}

/** Seconds of one, when there was any. */
const mean = (seconds: number, count: number): number | null =>
  count === 0 ? null : Math.round(seconds / count);
const minutes = (seconds: number) => Math.round(seconds / 6) / 10;

async function measuresOf(
  tx: Tx,
  { span, before, words, language }: Question,
  costs: readonly CostRow[],
): Promise<Measure[]> {
  const now = await totalsOf(tx, span);
  const then = await totalsOf(tx, before);
  const former = await costsBy(tx, before, 'none', ROWS_MAX);
  const { measures } = words;
  const of = (
    key: keyof typeof measures,
    unit: Measure['unit'],
    currency: string | null = null,
  ): Measure => ({
    ...{ key, label: measures[key], unit, currency, note: null },
    ...{ value: now[key as keyof typeof now] ?? null, before: then[key as keyof typeof then] ?? null },
  });
  const ofBoxes: Measure[] =
    now.ended + then.ended > 0
      ? [
          of('completed', 'count'),
          of('success', 'share'),
          of('boxSeconds', 'seconds'),
          of('volume', 'money', 'XAF'),
        ]
      : [];
  return [
    ...[
      of('calls', 'count'),
      of('answered', 'share'),
      of('meanSeconds', 'seconds'),
      of('minutes', 'minutes'),
    ],
    ...[of('sent', 'count'), of('delivered', 'share'), of('received', 'count'), of('mos', 'score')],
    ...ofBoxes,
    ...currenciesOf(costs, former).map((currency) =>
      costMeasure(words.measures.cost, currency, { costs, former, language }),
    ),
  ];
}

/** Currencies of the time and of the one before, those of the time first. */
export const currenciesOf = (...costs: (readonly CostRow[])[]): string[] => [
  ...new Set(costs.flat().map(({ currency }) => currency)),
];

/** What a time cost in a currency, beside the time before. */
export function costMeasure(
  label: string,
  currency: string,
  { costs, former, language }: { costs: readonly CostRow[]; former: readonly CostRow[]; language: Language },
): Measure {
  const find = (rows: readonly CostRow[]) => rows.find((each) => each.currency === currency);
  const estimated = find(costs)?.estimatedAmount ?? '0';
  const { estimatedNote } = reportWords[language];
  return {
    ...{ key: `cost-${currency}`, label, unit: 'money', currency },
    ...{ value: find(costs)?.amount ?? '0', before: find(former)?.amount ?? '0' },
    note: Number(estimated) === 0 ? null : estimatedNote(figureText(estimated, 'money', currency, language)),
  };
}

/** The figures of one time. */
async function totalsOf(tx: Tx, span: Span) {
  const [use = NOTHING] = await useBy(tx, span, 'none', 1);
  const [sound] = await soundBy(tx, span, 'none', 1);
  const ended = sumEnded(await endedBy(tx, span, 'type'));
  return {
    calls: use.calls,
    answered: share(use.answered, use.callsJudged),
    meanSeconds: mean(use.seconds, use.answered),
    minutes: minutes(use.seconds),
    sent: use.sent,
    delivered: share(use.delivered, use.sentJudged),
    received: use.received,
    mos: sound?.mos ?? null,
    ...ended,
  };
}

/** What transactions of a group came to. */
export function sumEnded(rows: readonly EndedCount[]) {
  const of = (status: EndedCount['status']) => rows.filter((each) => each.status === status);
  const sum = (status: EndedCount['status'], what: 'count' | 'amount' | 'seconds' | 'timed') =>
    of(status).reduce((total, each) => total + each[what], 0);
  const [completed, failed] = [sum('completed', 'count'), sum('failed', 'count')];
  const timed = sum('completed', 'timed');
  return {
    ...{ completed, failed, canceled: sum('canceled', 'count'), expired: sum('expired', 'count') },
    ended: rows.reduce((total, { count }) => total + count, 0),
    success: share(completed, completed + failed),
    boxSeconds: timed === 0 ? null : Math.round((sum('completed', 'seconds') / timed) * 10) / 10,
    volume: sum('completed', 'amount'),
  };
}

async function chartsOf(tx: Tx, { period, span, words }: Question): Promise<Chart[]> {
  const shown = chartSpan(period, span);
  const days = daysOf(shown);
  const figures = await dayFigures(tx, shown);
  const ended = await endedBy(tx, shown, 'day');
  const sum = (day: Day, what: 'count' | 'successes', is: (each: DayFigures) => boolean) =>
    figures.filter((each) => each.day === day && is(each)).reduce((total, each) => total + each[what], 0);
  const isCall = ({ kind }: DayFigures) => kind === 'call';
  const isSent = ({ kind, direction }: DayFigures) => kind === 'text' && direction === 'outbound';
  const isReceived = ({ kind, direction }: DayFigures) => kind === 'text' && direction === 'inbound';
  const transactions = (status: EndedCount['status']) =>
    days.map((day) => sumEnded(ended.filter(({ key }) => key === day))[status]);
  const charts: Chart[] = [
    chart('calls', words.charts.calls, days, [
      [words.charts.answered, 'good', days.map((day) => sum(day, 'successes', isCall))],
      [
        words.charts.notAnswered,
        'wait',
        days.map((day) => sum(day, 'count', isCall) - sum(day, 'successes', isCall)),
      ],
    ]),
    chart('texts', words.charts.texts, days, [
      [words.charts.sent, 'primary', days.map((day) => sum(day, 'count', isSent))],
      [words.charts.received, 'copper', days.map((day) => sum(day, 'count', isReceived))],
    ]),
  ];
  if (ended.length > 0)
    charts.push(
      chart('transactions', words.charts.transactions, days, [
        [words.charts.completed, 'good', transactions('completed')],
        [words.charts.failed, 'wait', transactions('failed')],
      ]),
    );
  return charts;
}

/** A month shows its own days; shorter times are set into those before them. */
export function chartSpan(period: Period, { from, to }: Span): Span {
  const days = CHART_DAYS[period];
  return { from: days ? addDays(to, 1 - days) : from, to };
}

/** Every day of a time. */
export const daysOf = (span: Span): Day[] =>
  Array.from({ length: daysBetween(span.from, span.to) }, (_none, index) => addDays(span.from, index));

/** Bars along days. */
export const chart = (
  key: string,
  title: string,
  days: Day[],
  series: [label: string, colour: Chart['series'][number]['colour'], values: number[]][],
  currency: string | null = null,
): Chart => ({
  ...{ key, title, days, currency },
  series: series.map(([label, colour, values]) => ({ label, colour, values })),
});

/** What each number did, and how well. */
export function numberTable(
  { columns, tables, noGig }: ReportWords,
  currencies: readonly string[],
  sound: Map<string, SoundRow>,
  known: { use: UseRow[]; costs: CostRow[]; gigs: Map<string, string> },
): Table {
  return table('numbers', tables.numbers, {
    columns: [
      ...[column(columns.number, 'phone'), column(columns.gig, 'text'), column(columns.calls)],
      ...[column(columns.answered, 'share'), column(columns.meanSeconds, 'seconds'), column(columns.sent)],
      ...[column(columns.delivered, 'share'), column(columns.received), column(columns.mos, 'score')],
      ...costColumns(columns.cost, currencies),
    ],
    rows: known.use.map((each) =>
      row([
        ...[
          each.key,
          known.gigs.get(each.key ?? '') ?? noGig,
          each.calls,
          share(each.answered, each.callsJudged),
        ],
        ...[
          mean(each.seconds, each.answered),
          each.sent,
          share(each.delivered, each.sentJudged),
          each.received,
        ],
        sound.get(each.key ?? '')?.mos ?? null,
        ...costCells(currencies, known.costs, each.key),
      ]),
    ),
  });
}

async function userTable(
  tx: Tx,
  { span, words: { columns, tables, nobody } }: Question,
  currencies: readonly string[],
  sound: Map<string, SoundRow>,
): Promise<Table> {
  const use = await useBy(tx, span, 'user', ROWS_MAX);
  const costs = await costsBy(tx, span, 'user', ROWS_MAX);
  const names = await memberNames(
    tx,
    use.flatMap(({ key }) => key ?? []),
  );
  return table('users', tables.users, {
    columns: [
      ...[column(columns.user, 'text'), column(columns.calls), column(columns.answered, 'share')],
      ...[column(columns.minutes, 'minutes'), column(columns.meanSeconds, 'seconds'), column(columns.sent)],
      column(columns.mos, 'score'),
      ...costColumns(columns.cost, currencies),
    ],
    rows: use.map((each) =>
      row([
        ...[names.get(each.key ?? '') ?? nobody, each.calls, share(each.answered, each.callsJudged)],
        ...[minutes(each.seconds), mean(each.seconds, each.answered), each.sent],
        sound.get(each.key ?? '')?.mos ?? null,
        ...costCells(currencies, costs, each.key),
      ]),
    ),
  });
}

const costColumns = (label: string, currencies: readonly string[]): Column[] =>
  currencies.map((currency) => column(`${label} (${currency})`, 'money', currency));

const costCells = (currencies: readonly string[], costs: readonly CostRow[], key: string | null): Cell[] =>
  currencies.map(
    (currency) => costs.find((each) => each.key === key && each.currency === currency)?.amount ?? null,
  );

function soundTable(words: ReportWords, rows: readonly SoundRow[], totals: readonly SoundRow[]): Table {
  const { columns, tables, total } = words;
  const cells = (name: string, each: SoundRow) =>
    row([
      ...[name, each.calls, each.good, each.fair, each.bad],
      ...[each.mos, each.jitterMs, each.latencyMs, each.lossPercent],
    ]);
  return table('sound', tables.sound, {
    columns: [
      ...[
        column(columns.provider, 'text'),
        column(columns.measured),
        column(columns.good),
        column(columns.fair),
      ],
      ...[column(columns.bad), column(columns.mos, 'score'), column(columns.jitter, 'ms')],
      ...[column(columns.latency, 'ms'), column(columns.loss, 'percent')],
    ],
    rows: rows.map((each) => cells(providerName(each.key), each)),
    totals: rows.length > 1 ? totals.map((each) => cells(total, each)) : [],
  });
}

/** twilio -> Twilio. */
export const providerName = (key: string | null): string =>
  key ? `${key.slice(0, 1).toUpperCase()}${key.slice(1)}` : '';

function endedTable(words: ReportWords, group: 'type' | 'box', ended: readonly EndedCount[]): Table {
  const { columns, tables, noBox, total, types } = words;
  const keys = [...new Set(ended.map(({ key }) => key))];
  const cells = (name: string, rows: readonly EndedCount[]): Row => {
    const sums = sumEnded(rows);
    return row(
      [
        ...[name, sums.completed, sums.failed, sums.canceled, sums.expired],
        ...[sums.success, sums.boxSeconds, sums.volume],
      ],
      'XAF',
    );
  };
  const nameOf = (key: string | null) =>
    group === 'type'
      ? (types[key ?? ''] ?? key ?? '')
      : (ended.find((each) => each.key === key)?.name ?? noBox);
  return table(group === 'type' ? 'types' : 'boxes', group === 'type' ? tables.types : tables.boxes, {
    columns: [
      ...[column(group === 'type' ? columns.type : columns.box, 'text'), column(columns.completed)],
      ...[column(columns.failed), column(columns.canceled), column(columns.expired)],
      ...[column(columns.success, 'share'), column(columns.boxSeconds, 'seconds')],
      column(`${columns.volume} (XAF)`, 'money', 'XAF'),
    ],
    rows: keys.map((key) =>
      cells(
        nameOf(key),
        ended.filter((each) => each.key === key),
      ),
    ),
    totals: keys.length > 1 ? [cells(total, ended)] : [],
  });
}

/** A table without remarks. */
export const table = (
  key: string,
  title: string,
  { columns, rows, totals = [], note = null }: Pick<Table, 'columns' | 'rows'> & Partial<Table>,
): Table => ({ key, title, note, columns, rows, totals });
