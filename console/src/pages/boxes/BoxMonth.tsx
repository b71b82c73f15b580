import { useQuery } from '@tanstack/react-query';
import dayjs from 'dayjs';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import StatsCharts from '../transactions/StatsCharts.tsx';
import { Totals } from '../transactions/StatsPage.tsx';

const DAYS = 30;

/** What the box carried out in the last month, how well, and for how much money. */
export default function BoxMonth({ box }: { box: Box }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = useMemo(
    () => ({
      since: dayjs()
        .subtract(DAYS - 1, 'day')
        .format('YYYY-MM-DD'),
      until: dayjs().format('YYYY-MM-DD'),
      boxId: box.id,
    }),
    [box.id],
  );
  const { data, error, refetch } = useQuery({
    queryKey: keys.transactionStats(query),
    queryFn: () => transactionsApi.stats(query),
    enabled: may('transactions:read'),
  });
  if (!may('transactions:read')) return null;
  return (
    <section className="section" aria-labelledby="box-month">
      <h2 id="box-month">{t('boxes.month.title')}</h2>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data?.figures.length === 0 && <p className="muted">{t('boxes.month.none')}</p>}
      {data && data.figures.length > 0 && (
        <>
          <Totals stats={data} />
          <StatsCharts stats={data} />
        </>
      )}
      {!data && !error && <div className="chart-wait" />}
    </section>
  );
}
