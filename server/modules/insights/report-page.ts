import type { Content, ContentTable, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { Language } from '../../kernel/errors.ts';
import { chartSvg } from './report-chart.ts';
import { figureText, momentText } from './report-format.ts';
import type { Chart, Column, Measure, ReportDocument, Row, Table } from './report-model.ts';
import { reportWords } from './report-words.ts';

/** The most rows of one table that a page shows; the spreadsheet has all of them. */
const ROWS_SHOWN = 40;
const MEASURES_IN_A_ROW = 4;
/** Points (1/72 inch) between the margins of A4. */
const WIDTH = 595.28 - 2 * 40;
const INK = '#15211e';
const MUTED = '#55635f';
const LINE = '#d6deda';
const SUNKEN = '#eef2ef';
const PRIMARY = '#0f6a60';

/** A report as pages of A4: what pdfmake sets. Plain data, so that it can be handed to another thread. */
export function pageDefinition(document: ReportDocument): TDocumentDefinitions {
  const words = reportWords[document.language];
  const content: Content[] = [headOf(document)];
  if (document.isEmpty)
    content.push({
      text: document.report === 'costs' ? words.emptyCosts : words.empty,
      ...{ margin: [0, 26, 0, 0], fontSize: 12, color: MUTED, alignment: 'center' },
    });
  if (document.measures.length > 0) content.push(measureGrid(document));
  if (!document.isEmpty) {
    content.push(...document.charts.map((chart) => chartOf(chart, document.language)));
    content.push(...document.tables.map((table) => tableOf(table, document.language)));
  }
  return {
    ...{ pageSize: 'A4', pageMargins: [40, 40, 40, 52], content },
    info: { title: `${document.title} – ${document.when}`, author: document.company, creator: 'Relais' },
    language: document.language === 'fr' ? 'fr-FR' : 'en-GB',
    defaultStyle: { font: 'Roboto', fontSize: 9, color: INK, lineHeight: 1.15 },
  };
}

/** What stands at the foot of every page; {page} and {pages} are filled in when they are known. */
export function footWords(document: ReportDocument): { left: string; page: string } {
  const { madeAt, zone, page } = reportWords[document.language];
  const { company, timeZone, language } = document;
  return {
    left: `${company} · ${zone(timeZone)} · ${madeAt(momentText(document.madeAt, timeZone, language))}`,
    page: page('{page}', '{pages}'),
  };
}

function headOf({
  company,
  title,
  when,
  whenBefore,
  period,
  language,
  timeZone,
  isRunning,
}: ReportDocument): Content {
  const words = reportWords[language];
  return {
    stack: [
      { text: company, color: PRIMARY, bold: true, fontSize: 10 },
      { text: title, bold: true, fontSize: 20, margin: [0, 2, 0, 0] },
      { text: when, fontSize: 12, margin: [0, 1, 0, 2] },
      {
        text: `${words.before[period]} : ${whenBefore} · ${words.zone(timeZone)}`.replace(
          ' :',
          language === 'fr' ? '\u00A0:' : ':',
        ),
        color: MUTED,
      },
      ...(isRunning
        ? [{ text: words.running, bold: true, margin: [0, 4, 0, 0] as [number, number, number, number] }]
        : []),
      {
        canvas: [
          { type: 'line' as const, x1: 0, y1: 8, x2: WIDTH, y2: 8, lineWidth: 1.5, lineColor: PRIMARY },
        ],
      },
    ],
  };
}

/** The figures that matter, each with the one before below it. */
function measureGrid({ measures, language, period }: ReportDocument): Content {
  const cells = measures.map((each) => measureCell(each, language, reportWords[language].before[period]));
  const lines: TableCell[][] = [];
  for (let at = 0; at < cells.length; at += MEASURES_IN_A_ROW) {
    const line = cells.slice(at, at + MEASURES_IN_A_ROW);
    lines.push([...line, ...Array.from({ length: MEASURES_IN_A_ROW - line.length }, () => ({ text: '' }))]);
  }
  return {
    margin: [-6, 14, -6, 4],
    table: { widths: Array.from({ length: MEASURES_IN_A_ROW }, () => '*'), body: lines, dontBreakRows: true },
    layout: 'measures',
  };
}

function measureCell(
  { label, value, before, unit, currency, note }: Measure,
  language: Language,
  former: string,
): TableCell {
  const text = (cell: Measure['value']) => figureText(cell, unit, currency, language);
  return {
    fillColor: SUNKEN,
    stack: [
      { text: label, color: MUTED, fontSize: 8 },
      { text: text(value), bold: true, fontSize: 15, margin: [0, 1, 0, 1] },
      { text: `${former}${language === 'fr' ? '\u00A0' : ''}: ${text(before)}`, color: MUTED, fontSize: 8 },
      ...(note ? [{ text: note, color: MUTED, fontSize: 7 }] : []),
    ],
  };
}

function chartOf(chart: Chart, language: Language): Content {
  return {
    unbreakable: true,
    margin: [0, 14, 0, 0],
    stack: [
      heading(chart.title),
      { svg: chartSvg(chart, language, WIDTH), width: WIDTH, margin: [0, 4, 0, 0] },
    ],
  };
}

const heading = (text: string): Content => ({ text, bold: true, fontSize: 12 });

function tableOf(table: Table, language: Language): Content {
  const { columns, rows, totals } = table;
  const shown = rows.slice(0, ROWS_SHOWN);
  const left = rows.length - shown.length;
  const grid: ContentTable = {
    margin: [0, 5, 0, 0],
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: columns.map(({ unit }, index) =>
        unit === 'text' || (index === 0 && !columns.some(isText)) ? '*' : 'auto',
      ),
      body: [
        columns.map(headerCell),
        ...shown.map((each) => line(columns, each, language)),
        ...totals.map((each) => line(columns, each, language, true)),
      ],
    },
    layout: 'figures',
  };
  const more =
    left > 0
      ? [{ text: reportWords[language].rowsLeft(left), color: MUTED, margin: [0, 3, 0, 0] } as Content]
      : [];
  // A heading alone at the foot of a page tells nothing: short tables stay whole, of long ones the beginning does.
  return {
    stack: [{ ...(heading(table.title) as object), headlineLevel: 1 } as Content, grid, ...more],
    ...{ margin: [0, 16, 0, 0], unbreakable: shown.length <= 12 },
  };
}

const isText = ({ unit }: Column) => unit === 'text';
const alignmentOf = (unit: Column['unit']) => (unit === 'text' || unit === 'phone' ? 'left' : 'right');

const headerCell = ({ label, unit }: Column): TableCell => ({
  ...{ text: label, color: MUTED, fontSize: 8, alignment: alignmentOf(unit) },
});

function line(
  columns: readonly Column[],
  { cells, currency }: Row,
  language: Language,
  isTotal = false,
): TableCell[] {
  return columns.map((each, index) => ({
    text: figureText(cells[index] ?? null, each.unit, each.currency ?? currency, language),
    ...{ alignment: alignmentOf(each.unit), noWrap: each.unit !== 'text', bold: isTotal },
  }));
}

/** The rules between rows, by the names that the page calls them. */
export const LAYOUTS = {
  measures: { line: '#ffffff', width: 6 },
  figures: { line: LINE, width: 0.5 },
};
