import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import { countText } from '../../ui/format.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { type Point, StackedBars } from '../calls/charts.tsx';
import { hoursOf, totalsOf } from './logic/day.ts';

const ROWS = 200;

/** What the box did today, hour by hour. */
export default function BoxDay({ box }: { box: Box }) {
  const { t } = useTranslation();
  const may = useMay();
  const { language, seconds } = useFormat();
  const since = useMemo(() => {
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    return midnight.toISOString();
  }, []);
  const query = { boxId: box.id, since, limit: ROWS };
  const { data } = useQuery({
    queryKey: keys.transactions(query),
    queryFn: () => transactionsApi.list(query),
    enabled: may('transactions:read'),
  });
  const rows = data?.transactions ?? [];
  const totals = totalsOf(rows);
  const hour = new Intl.DateTimeFormat(language, { hour: 'numeric' });
  const points = hoursOf(rows, since).map(
    ({ at, completed, failed, unknown }): Point => ({
      label: hour.format(new Date(at)),
      ...{ completed, failed, unknown },
    }),
  );
  return (
    <>
      <dl className="day-figures">
        {(['completed', 'failed', 'unknown'] as const).map((key) => (
          <div key={key} data-outcome={totals[key] ? key : undefined}>
            <dt>{t(`transactions.statuses.${key}`)}</dt>
            <dd>{countText(totals[key])}</dd>
          </div>
        ))}
        <div>
          <dt>{t('boxes.day.time')}</dt>
          <dd>{totals.averageMs === null ? '–' : seconds(totals.averageMs / 1000)}</dd>
        </div>
      </dl>
      {rows.length === 0 ? (
        <p className="muted day-none">{t('boxes.day.none')}</p>
      ) : (
        <figure className="chart">
          <figcaption className="muted small">
            {t(rows.length === ROWS ? 'boxes.day.chartNewest' : 'boxes.day.chart', { count: ROWS })}
          </figcaption>
          <StackedBars
            points={points}
            height={170}
            series={[
              { key: 'completed', name: t('transactions.statuses.completed'), colour: 'good' },
              { key: 'failed', name: t('transactions.statuses.failed'), colour: 'bad' },
              { key: 'unknown', name: t('transactions.statuses.unknown'), colour: 'wait' },
            ]}
          />
        </figure>
      )}
    </>
  );
}
