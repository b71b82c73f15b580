import { DownloadOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Segmented, Skeleton } from 'antd';
import dayjs from 'dayjs';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import type { TransactionStats } from '../../api/transactionTypes.ts';
import { download } from '../../ui/download.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { countText, francsText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { csvOf, operatorsOf, totalsOf } from './logic/stats.ts';
import { BoxTable, OperatorTable } from './StatsTables.tsx';
import '../../ui/styles/call-pages.css';
import '../../ui/styles/transactions.css';

const StatsCharts = lazy(() => import('./StatsCharts.tsx'));
const PERIODS = { week: 7, month: 30, quarter: 90 } as const;
type Period = keyof typeof PERIODS;

/** The days that are asked about, which stay the same while the page is open. */
function useSpan(days: number): Span {
  return useMemo(
    () => ({
      since: dayjs()
        .subtract(days - 1, 'day')
        .format('YYYY-MM-DD'),
      until: dayjs().format('YYYY-MM-DD'),
    }),
    [days],
  );
}

interface Span {
  since: string;
  until: string;
}

/** How much was done, how well, by whom, and for how much money. */
export default function StatsPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const named = params.get('time') ?? '';
  const period: Period = named in PERIODS ? (named as Period) : 'week';
  const span = useSpan(PERIODS[period]);
  return (
    <PageFrame
      title={t('transactions.stats.title')}
      intro={t('transactions.stats.intro')}
      actions={
        <>
          <Segmented<Period>
            aria-label={t('callQuality.period')}
            value={period}
            onChange={(next) => setParams({ time: next }, { replace: true })}
            options={(Object.keys(PERIODS) as Period[]).map((value) => ({
              value,
              label: t(`callQuality.periods.${value}`),
            }))}
          />
          <CsvButton span={span} />
        </>
      }
    >
      <RequirePermission permission="transactions:read">
        <Overview span={span} />
      </RequirePermission>
    </PageFrame>
  );
}

function useStats(span: Span) {
  const may = useMay();
  const query = { ...span };
  return useQuery({
    queryKey: keys.transactionStats(query),
    queryFn: () => transactionsApi.stats(query),
    placeholderData: keepPreviousData,
    enabled: may('transactions:read'),
  });
}

function CsvButton({ span }: { span: Span }) {
  const { t } = useTranslation();
  const { data } = useStats(span);
  const save = () =>
    download(`transactions-${span.since}.csv`, new Blob([csvOf(data?.figures ?? [])], { type: 'text/csv' }));
  return (
    <Button icon={<DownloadOutlined />} disabled={!data?.figures.length} onClick={save}>
      {t('common.exportCsv')}
    </Button>
  );
}

function Overview({ span }: { span: Span }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useStats(span);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (data.figures.length === 0)
    return (
      <div className="panel">
        <EmptyState title={t('transactions.stats.emptyTitle')} text={t('transactions.stats.emptyText')} />
      </div>
    );
  return (
    <>
      <Totals stats={data} />
      <Suspense fallback={<div className="chart-wait" />}>
        <StatsCharts stats={data} />
      </Suspense>
      <BoxTable boxes={data.boxes} />
      <OperatorTable operators={operatorsOf(data.figures)} />
    </>
  );
}

/** A span in five figures. */
export function Totals({ stats }: { stats: TransactionStats }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const { count, completed, failed, amount, successRate } = totalsOf(stats.figures);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const figures: [string, ReactNode][] = [
    [t('transactions.stats.success'), successRate === null ? '–' : percent.format(successRate)],
    [t('transactions.statuses.completed'), countText(completed)],
    [t('transactions.statuses.failed'), countText(failed)],
    [t('transactions.stats.all'), countText(count)],
    [t('transactions.stats.amount'), francsText(amount)],
  ];
  return (
    <dl className="figures stats-figures">
      {figures.map(([label, value]) => (
        <div key={label} className="panel">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
