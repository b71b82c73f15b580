import type { Tx } from '../../kernel/db/index.ts';
import { contactNames } from '../contacts/index.ts';
import { memberNames } from '../identity/index.ts';
import { gigNames } from '../numbers/index.ts';
import { costsByContact, costsOfContacts } from './contact-costs-store.ts';
import type { Span } from './model.ts';
import {
  chart,
  chartSpan,
  costMeasure,
  currenciesOf,
  daysOf,
  type Parts,
  providerName,
  type Question,
  table,
} from './report-activity.ts';
import { type Chart, column, row, type Table } from './report-model.ts';
import type { ReportWords } from './report-words.ts';
import { type CostRow, costDays, costsBy } from './store.ts';

const ROWS_MAX = 2000;
/** The contacts who cost the most; all of them are in the list by contact. */
const CONTACTS_MAX = 50;
const GROUPS = ['kind', 'gig', 'number', 'user', 'contact', 'provider'] as const;
type CostGroup = (typeof GROUPS)[number];

/** What a time cost: sums beside those before, days as bars, and who and what it was spent on. */
export async function costParts(tx: Tx, question: Question): Promise<Parts> {
  const { span, before, words, period, language } = question;
  const [costs, former] = [
    await costsBy(tx, span, 'none', ROWS_MAX),
    await costsBy(tx, before, 'none', ROWS_MAX),
  ];
  const tables: Table[] = [];
  // Contacts are counted by whole months.
  for (const group of GROUPS.filter((each) => each !== 'contact' || period === 'month'))
    tables.push(await groupTable(tx, question, group, { costs, former }));
  return {
    measures: currenciesOf(costs, former).map((currency) =>
      costMeasure(`${words.measures.cost} (${currency})`, currency, { costs, former, language }),
    ),
    charts: await chartsOf(tx, question),
    tables: tables.filter(({ rows }) => rows.length > 0),
  };
}

async function chartsOf(tx: Tx, { period, span, words }: Question): Promise<Chart[]> {
  const shown = chartSpan(period, span);
  const days = daysOf(shown);
  const costs = await costDays(tx, shown);
  const colours = ['primary', 'copper', 'wait', 'good'] as const;
  return [...new Set(costs.map(({ currency }) => currency))].map((currency) => {
    const own = costs.filter((each) => each.currency === currency);
    const kinds = [...new Set(own.map(({ kind }) => kind))].sort();
    return chart(
      `costs-${currency}`,
      words.charts.costs(currency),
      days,
      kinds.map((kind, index) => [
        words.kinds[kind] ?? kind,
        colours[index % colours.length]!,
        days.map((day) => Number(own.find((each) => each.day === day && each.kind === kind)?.amount ?? 0)),
      ]),
      currency,
    );
  });
}

async function groupTable(
  tx: Tx,
  question: Question,
  group: CostGroup,
  sums: { costs: readonly CostRow[]; former: readonly CostRow[] },
): Promise<Table> {
  const { span, before, words } = question;
  const { columns, total } = words;
  const now = await costsOf(tx, span, group);
  const earlier = await (group === 'contact'
    ? costsOfContacts(
        tx,
        before,
        now.map(({ key }) => key!),
      )
    : costsOf(tx, before, group));
  const formerly = new Map(earlier.map((each) => [`${each.key} ${each.currency}`, each.amount]));
  const nameOf = await namer(tx, words, group, now);
  // Of contacts, neither all are listed nor is it kept what was estimated.
  const isWhole = group !== 'contact';
  const sumBefore = (currency: string) =>
    sums.former.find((each) => each.currency === currency)?.amount ?? '0';
  const cells = (name: string, each: CostRow, amountBefore: string | null) =>
    row([name, each.amount, amountBefore, isWhole ? each.estimatedAmount : null, each.count], each.currency);
  return table(group, words.tables.costs[group], {
    columns: [
      ...[
        column(columns[group], group === 'number' ? 'phone' : 'text'),
        column(columns.amount, 'money'),
        column(columns.before, 'money'),
      ],
      ...[column(columns.estimated, 'money'), column(columns.count)],
    ],
    rows: now.map((each) =>
      cells(nameOf(each.key), each, formerly.get(`${each.key} ${each.currency}`) ?? '0'),
    ),
    totals:
      isWhole && now.length > sums.costs.length
        ? sums.costs.map((each) => cells(total, each, sumBefore(each.currency)))
        : [],
  });
}

function costsOf(tx: Tx, span: Span, group: CostGroup): Promise<CostRow[]> {
  return group === 'contact' ? costsByContact(tx, span, CONTACTS_MAX) : costsBy(tx, span, group, ROWS_MAX);
}

/** What a key means to a person. */
async function namer(
  tx: Tx,
  words: ReportWords,
  group: CostGroup,
  rows: readonly CostRow[],
): Promise<(key: string | null) => string> {
  const ids = rows.flatMap(({ key }) => key ?? []);
  const known = (names: Map<string, string>, none: string) => (key: string | null) =>
    names.get(key ?? '') ?? none;
  switch (group) {
    case 'user':
      return known(await memberNames(tx, ids), words.nobody);
    case 'contact': {
      const contacts = await contactNames(tx, ids);
      return known(new Map([...contacts].map(([id, { name }]) => [id, name])), words.unknownContact);
    }
    case 'gig':
      return known(await gigNames(tx, ids), words.noGig);
    case 'kind':
      return (key) => words.kinds[key ?? ''] ?? key ?? '';
    case 'provider':
      return providerName;
    default:
      return (key) => key ?? words.nobody;
  }
}
