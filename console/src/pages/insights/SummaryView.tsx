import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportDocument, ReportRow, ReportTable } from '../../api/reports.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { figureText } from './figureText.ts';

const Charts = lazy(() => import('./SummaryCharts.tsx'));
/** So many rows are looked over; the rest is shown when asked for. */
const ROWS_SHOWN = 15;

/** A whole report: what it is of, its figures, bars and tables. */
export function SummaryView({ document }: { document: ReportDocument }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  return (
    <article aria-labelledby="report-title">
      <header className="report-head">
        <h2 id="report-title">
          {document.title} <span className="report-of">{document.when}</span>
        </h2>
        {document.isRunning && <p className="muted">{t('insights.summary.running')}</p>}
      </header>
      {document.measures.length > 0 && (
        <dl className="figures report-figures">
          {document.measures.map(({ key, label, value, before, unit, currency, note }) => (
            <div key={key} className="panel">
              <dt>{label}</dt>
              <dd>{figureText(value, unit, currency, language)}</dd>
              <dd className="figure-before">
                {t('insights.summary.before', { value: figureText(before, unit, currency, language) })}
              </dd>
              {note && <dd className="figure-before">{note}</dd>}
            </div>
          ))}
        </dl>
      )}
      {document.isEmpty ? (
        <div className="panel">
          <EmptyState title={t('insights.summary.emptyTitle')} text={t('insights.summary.emptyText')} />
        </div>
      ) : (
        <>
          <Suspense fallback={<div className="chart-wait" />}>
            <Charts charts={document.charts} />
          </Suspense>
          {document.tables.map((table) => (
            <Figures key={`${document.from}-${table.key}`} table={table} />
          ))}
        </>
      )}
    </article>
  );
}

function Figures({ table }: { table: ReportTable }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const { key, title, columns, rows, totals } = table;
  const shown = all ? rows : rows.slice(0, ROWS_SHOWN);
  return (
    <section className="section" aria-labelledby={`table-${key}`}>
      <h3 id={`table-${key}`}>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is reached by the keyboard too */}
      <div className="panel report-scroll" tabIndex={0}>
        <table className="report-table">
          <thead>
            <tr>
              {columns.map(({ label, unit }) => (
                <th key={label} scope="col" className={isName(unit) ? undefined : 'is-figure'}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Line key={`${row.cells[0]} ${row.currency}`} row={row} columns={columns} />
            ))}
          </tbody>
          {totals.length > 0 && (
            <tfoot>
              {totals.map((row) => (
                <Line key={`${row.currency}`} row={row} columns={columns} />
              ))}
            </tfoot>
          )}
        </table>
      </div>
      {shown.length < rows.length && (
        <Button type="link" onClick={() => setAll(true)}>
          {t('insights.summary.showAll', { count: rows.length })}
        </Button>
      )}
    </section>
  );
}

const isName = (unit: ReportTable['columns'][number]['unit']) => unit === 'text' || unit === 'phone';

function Line({ row: { cells, currency }, columns }: { row: ReportRow; columns: ReportTable['columns'] }) {
  const { language } = useFormat();
  return (
    <tr>
      {columns.map((column, index) => {
        const text = figureText(cells[index] ?? null, column.unit, column.currency ?? currency, language);
        return index === 0 ? (
          <th key={column.label} scope="row">
            {text}
          </th>
        ) : (
          <td key={column.label} className={isName(column.unit) ? undefined : 'is-figure'}>
            {text}
          </td>
        );
      })}
    </tr>
  );
}
