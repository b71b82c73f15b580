import { useTranslation } from 'react-i18next';
import type { ReportChart } from '../../api/reports.ts';
import { type Point, StackedBars } from '../calls/charts.tsx';

/** The bars of a report. */
export default function SummaryCharts({ charts }: { charts: ReportChart[] }) {
  return (
    <div className="report-charts">
      {charts.map((chart) => (
        <figure key={chart.key} className="panel panel-pad chart">
          <figcaption>{chart.title}</figcaption>
          <Bars chart={chart} />
        </figure>
      ))}
    </div>
  );
}

function Bars({ chart: { days, series, currency } }: { chart: ReportChart }) {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const points = days.map(
    (day, index): Point => ({
      label: format.format(new Date(`${day}T00:00:00Z`)),
      ...Object.fromEntries(series.map(({ values }, at) => [`s${at}`, values[index] ?? 0])),
    }),
  );
  const most = Math.max(
    ...days.map((_day, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)),
  );
  return (
    <StackedBars
      points={points}
      series={series.map(({ label, colour }, at) => ({ key: `s${at}`, name: label, colour }))}
      // Amounts have fractions, which the scale shows only when its end is said.
      {...(currency && most > 0 ? { domain: [0, niceEnd(most)] as [number, number] } : {})}
    />
  );
}

/** The end of a scale in round steps. */
function niceEnd(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most));
  return Number(((Math.ceil((most / unit) * 2) / 2) * unit).toPrecision(6));
}
