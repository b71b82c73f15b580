import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Dashboard, insights, type MonthFigures } from '../../api/insights.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { countText, francsText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { FirstSteps } from './FirstSteps.tsx';
import { ServicePanel } from './ServicePanel.tsx';

const DayCharts = lazy(() => import('./ActivityCharts.tsx'));
/** Figures move with every call; nobody reads them faster than this. */
const REFRESH_MS = 10_000;

/** What a lead wants to see in the morning. */
export default function TodayPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.dashboard,
    queryFn: insights.dashboard,
    refetchInterval: REFRESH_MS,
    enabled: may('reports:read'),
  });
  return (
    <PageFrame
      title={t('insights.today.title')}
      intro={data ? t('insights.today.intro', { zone: data.timeZone }) : undefined}
    >
      <FirstSteps />
      <RequirePermission permission="reports:read">
        <ServicePanel />
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <Figures data={data} />
        ) : (
          <Skeleton active paragraph={{ rows: 8 }} />
        )}
      </RequirePermission>
    </PageFrame>
  );
}

function Figures({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const isEmpty = data.days.every((day) => day.calls + day.textsSent + day.textsReceived === 0);
  return (
    <>
      <Cards data={data} />
      {data.fleet.boxes > 0 && <Fleet fleet={data.fleet} />}
      {isEmpty && data.fleet.boxes === 0 && (
        <div className="panel">
          <EmptyState title={t('insights.today.emptyTitle')} text={t('insights.today.emptyText')} />
        </div>
      )}
      {!isEmpty && (
        <Suspense fallback={<div className="chart-wait" />}>
          <DayCharts days={data.days} />
        </Suspense>
      )}
      <MonthCosts month={data.month} before={data.monthBefore} />
    </>
  );
}

/** Each figure of today, with the same of yesterday below it. */
function Cards({ data: { today, yesterday, activeNumbers } }: { data: Dashboard }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const count = (value: number) => value.toLocaleString(language);
  const percent = (value: number | null) =>
    value === null ? '–' : value.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 });
  const cards: [key: 'calls' | 'callRate' | 'minutes' | 'sent' | 'received' | 'textRate', string, string][] =
    [
      ['calls', count(today.calls), count(yesterday.calls)],
      ['callRate', percent(today.callSuccessRate), percent(yesterday.callSuccessRate)],
      ['minutes', count(today.callMinutes), count(yesterday.callMinutes)],
      ['sent', count(today.textsSent), count(yesterday.textsSent)],
      ['received', count(today.textsReceived), count(yesterday.textsReceived)],
      ['textRate', percent(today.textSuccessRate), percent(yesterday.textSuccessRate)],
    ];
  return (
    <dl className="figures figures-wide">
      {cards.map(([key, now, before]) => (
        <div key={key} className="panel">
          <dt>{t(`insights.today.${key}`)}</dt>
          <dd>{now}</dd>
          <dd className="figure-before">
            {before === '–'
              ? t('insights.today.nothingYesterday')
              : t('insights.today.yesterday', { value: before })}
          </dd>
        </div>
      ))}
      <div className="panel">
        <dt>{t('insights.today.numbers')}</dt>
        <dd>
          <Link to={paths.numbers}>{count(activeNumbers)}</Link>
        </dd>
      </div>
    </dl>
  );
}

/** The boxes in the field, and what they carried out. */
function Fleet({ fleet }: { fleet: Dashboard['fleet'] }) {
  const { t } = useTranslation();
  const { today, yesterday } = fleet;
  const cards: [key: string, label: string, value: ReactNode, below: string][] = [
    [
      'boxes',
      t('insights.today.boxes'),
      <Link key="boxes" to={paths.boxes}>
        {countText(fleet.boxesConnected)}
      </Link>,
      t('insights.today.ofBoxes', { count: fleet.boxes }),
    ],
    [
      'transactions',
      t('insights.today.transactions'),
      countText(today.completed),
      t('insights.today.yesterday', { value: countText(yesterday.completed) }),
    ],
    [
      'volume',
      t('insights.today.volume'),
      francsText(today.amount),
      t('insights.today.yesterday', { value: francsText(yesterday.amount) }),
    ],
    [
      'unknown',
      t('insights.today.toSettle'),
      <Link key="unknown" to={paths.unknownTransactions}>
        {countText(fleet.unknown)}
      </Link>,
      t('insights.today.waiting', { count: fleet.waiting }),
    ],
  ];
  return (
    <dl className="figures figures-four">
      {cards.map(([key, label, value, below]) => (
        <div key={key} className="panel">
          <dt>{label}</dt>
          <dd>{value}</dd>
          <dd className="figure-before">{below}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What the month has cost, currency by currency: they are never added together. */
function MonthCosts({ month, before }: { month: MonthFigures; before: MonthFigures }) {
  const { t } = useTranslation();
  const { sum, language } = useFormat();
  const name = (iso: string) =>
    new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' }).format(
      new Date(`${iso}-01T00:00:00Z`),
    );
  const amounts = before.costs.map(sum).join(' + ');
  return (
    <section className="section" aria-labelledby="month-costs">
      <h2 id="month-costs">{t('insights.today.costs', { month: name(month.month) })}</h2>
      {month.costs.length === 0 && <p className="muted">{t('insights.today.noCosts')}</p>}
      <dl className="figures">
        {month.costs.map((cost) => (
          <div key={cost.currency} className="panel">
            <dt>{cost.currency}</dt>
            <dd>{sum(cost)}</dd>
            {Number(cost.estimated) > 0 && (
              <dd className="figure-before">
                {t('insights.today.estimated', { amount: sum({ ...cost, amount: cost.estimated }) })}
              </dd>
            )}
          </div>
        ))}
      </dl>
      {amounts && (
        <p className="muted">
          {t('insights.today.costsBefore', { month: name(before.month), amount: amounts })}
        </p>
      )}
      <Link to={paths.reports}>{t('insights.today.seeReports')}</Link> ·{' '}
      <Link to={paths.budgets}>{t('insights.today.seeBudgets')}</Link>
    </section>
  );
}
