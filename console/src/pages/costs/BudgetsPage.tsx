import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Budget, type BudgetAlert, costs } from '../../api/costs.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { BudgetCard } from './BudgetCard.tsx';
import { BudgetDrawer } from './BudgetDrawer.tsx';

/** Figures move with every call; nobody reads them faster than this. */
const REFRESH_MS = 10_000;

/** What may be spent, and how much of it is. */
export default function BudgetsPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('costs.budgets.title')} intro={t('costs.budgets.intro')}>
      <RequirePermission permission="reports:read">
        <Budgets />
      </RequirePermission>
    </PageFrame>
  );
}

function Budgets() {
  const { t } = useTranslation();
  const may = useMay();
  const [edited, setEdited] = useState<Budget | 'new' | null>(null);
  const query = useQuery({
    queryKey: keys.budgets,
    queryFn: costs.budgets,
    refetchInterval: REFRESH_MS,
    enabled: may('reports:read'),
  });
  const { data, error, refetch } = query;
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="costs:manage"
      onClick={() => setEdited('new')}
    >
      {t('costs.budgets.add')}
    </ActionButton>
  );
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active paragraph={{ rows: 6 }} />;
  return (
    <>
      {data.budgets.length === 0 ? (
        <div className="panel">
          <EmptyState
            title={t('costs.budgets.emptyTitle')}
            text={t('costs.budgets.emptyText')}
            action={add}
          />
        </div>
      ) : (
        <>
          <div className="toolbar">{add}</div>
          <ul className="budgets" aria-label={t('costs.budgets.list')}>
            {data.budgets.map((budget) => (
              <BudgetCard key={budget.id} budget={budget} onEdit={setEdited} />
            ))}
          </ul>
        </>
      )}
      {data.alerts.length > 0 && <Alerts alerts={data.alerts} query={query} />}
      <BudgetDrawer budget={edited} onClose={() => setEdited(null)} />
    </>
  );
}

/** Who was told of what, the newest first. */
function Alerts({
  alerts,
  query,
}: {
  alerts: BudgetAlert[];
  query: Parameters<typeof DataList<BudgetAlert>>[0]['query'];
}) {
  const { t } = useTranslation();
  const { moment, money } = useFormat();
  const columns: Column<BudgetAlert>[] = [
    { key: 'name', title: t('costs.budgets.budget'), isName: true, render: ({ name }) => name },
    {
      key: 'threshold',
      title: t('costs.budgets.reached'),
      align: 'right',
      render: ({ threshold }) => t('costs.budgets.percent', { percent: threshold }),
    },
    {
      key: 'spent',
      title: t('costs.budgets.spentThen'),
      align: 'right',
      render: ({ spent, amount, currency }) =>
        t('costs.budgets.of', {
          spent: money({ amount: spent, currency }),
          amount: money({ amount, currency }),
        }),
    },
    { key: 'at', title: t('costs.budgets.at'), render: ({ createdAt }) => moment(createdAt) },
  ];
  return (
    <section className="section" aria-labelledby="budget-alerts">
      <h2 id="budget-alerts">{t('costs.budgets.alerts')}</h2>
      <DataList
        label={t('costs.budgets.alerts')}
        columns={columns}
        rows={alerts}
        query={query}
        empty={null}
      />
    </section>
  );
}
