import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented, Skeleton } from 'antd';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { callQuality, type GroupFigures } from '../../api/callQuality.ts';
import { callSettings } from '../../api/calls.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { AlertList } from './AlertList.tsx';
import { AlertRules } from './AlertRules.tsx';
import { Breakdown } from './Breakdown.tsx';

const DayCharts = lazy(() => import('./DayCharts.tsx'));
const PERIODS = { week: 7, month: 30, quarter: 90 } as const;
type Period = keyof typeof PERIODS;
const DAY_MS = 86_400_000;

/** How calls sound: figures of a time, what is wrong, and when one wants to be told. */
export default function QualityPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const named = params.get('time') ?? '';
  const period: Period = named in PERIODS ? (named as Period) : 'month';
  return (
    <PageFrame
      title={t('callQuality.title')}
      intro={t('callQuality.intro')}
      actions={
        <Segmented<Period>
          aria-label={t('callQuality.period')}
          value={period}
          onChange={(next) => setParams({ time: next }, { replace: true })}
          options={(Object.keys(PERIODS) as Period[]).map((value) => ({
            value,
            label: t(`callQuality.periods.${value}`),
          }))}
        />
      }
    >
      <RequirePermission permission="calls:read">
        <AlertList />
        <Overview days={PERIODS[period]} />
        <AlertRules />
      </RequirePermission>
    </PageFrame>
  );
}

/** From the beginning of a day, so that the question stays the same while the page is open. */
function useSince(days: number): string {
  return useMemo(
    () => new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - days * DAY_MS).toISOString(),
    [days],
  );
}

function Overview({ days }: { days: number }) {
  const { t } = useTranslation();
  const may = useMay();
  const since = useSince(days);
  const query = { since, groupBy: 'day' };
  const { data, error, refetch } = useQuery({
    queryKey: keys.qualityOverview(query),
    queryFn: () => callQuality.overview(query),
    placeholderData: keepPreviousData,
    enabled: may('calls:read'),
  });
  const settings = useQuery({
    queryKey: keys.callSettings,
    queryFn: callSettings.get,
    enabled: may('calls:read'),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (!data.total)
    return (
      <div className="panel">
        <EmptyState title={t('callQuality.emptyTitle')} text={t('callQuality.emptyText')} />
      </div>
    );
  return (
    <>
      <Totals total={data.total} />
      <Suspense fallback={<div className="chart-wait" />}>
        <DayCharts days={data.groups} limit={settings.data?.settings.quality.mosBad} />
      </Suspense>
      <Breakdown since={since} />
    </>
  );
}

function Totals({ total }: { total: GroupFigures }) {
  const { t } = useTranslation();
  const { language, percent } = useFormat();
  const figure = (value: number | null, unit = '') =>
    value === null
      ? '–'
      : `${value.toLocaleString(language, { maximumFractionDigits: 1 })}${unit && `\u00a0${unit}`}`;
  const figures: [string, ReactNode][] = [
    [t('callQuality.average'), figure(total.mos)],
    [t('callQuality.badCalls'), percent(total.badShare * 100)],
    [t('callQuality.metrics.jitter'), figure(total.jitter, 'ms')],
    [t('callQuality.delay'), figure(total.latency, 'ms')],
    [t('callQuality.loss'), total.packetLoss === null ? '–' : percent(total.packetLoss)],
  ];
  return (
    <dl className="figures">
      {figures.map(([label, value]) => (
        <div key={label} className="panel">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <p className="muted small">{t('callQuality.calls', { count: total.calls })}</p>
    </dl>
  );
}
