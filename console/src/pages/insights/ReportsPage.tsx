import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { DatePicker, Segmented } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import {
  ACTIVITY_GROUPS,
  type ActivityRow,
  COST_GROUPS,
  type CostRow,
  insights,
  type ReportBy,
} from '../../api/insights.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useListState } from '../../ui/useListState.ts';
import { useActivityColumns, useCostColumns } from './reportColumns.tsx';

const SUBJECTS = ['call', 'text', 'costs'] as const;
type Subject = (typeof SUBJECTS)[number];
const DAYS_DEFAULT = 30;

/** Calls, texts and costs of a time, by whatever matters. */
export default function ReportsPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('insights.reports.title')} intro={t('insights.reports.intro')}>
      <RequirePermission permission="reports:read">
        <Report />
      </RequirePermission>
    </PageFrame>
  );
}

/** What is asked for, as the address says it. */
function useQuestion() {
  const list = useListState(['subject', 'by', 'from', 'to'] as const);
  const { filters } = list;
  const subject = SUBJECTS.find((each) => each === filters.subject) ?? 'call';
  const groups: readonly ReportBy[] = subject === 'costs' ? COST_GROUPS : ACTIVITY_GROUPS;
  const by = groups.find((each) => each === filters.by) ?? 'day';
  const to = filters.to || dayjs().format('YYYY-MM-DD');
  const from =
    filters.from ||
    dayjs(to)
      .subtract(DAYS_DEFAULT - 1, 'day')
      .format('YYYY-MM-DD');
  const query = { from, to, by, ...(subject === 'costs' ? {} : { kind: subject }) };
  return { list, subject, groups, by, from, to, query };
}

function Report() {
  const { t } = useTranslation();
  const { list, subject, groups, by, from, to, query } = useQuestion();
  return (
    <>
      <ListToolbar
        isFiltered={list.isFiltered}
        onClear={list.clear}
        csv={{
          path: subject === 'costs' ? insights.costsPath : insights.activityPath,
          query,
          filename: `${subject}-${from}-${to}.csv`,
        }}
      >
        <Segmented<Subject>
          aria-label={t('insights.reports.subject')}
          value={subject}
          onChange={(next) => list.setFilter('subject', next)}
          options={SUBJECTS.map((value) => ({ value, label: t(`insights.reports.subjects.${value}`) }))}
        />
        <DatePicker.RangePicker
          aria-label={t('insights.reports.period')}
          allowClear={false}
          value={[dayjs(from), dayjs(to)]}
          disabledDate={(day: Dayjs) => day.isAfter(dayjs(), 'day')}
          onChange={(days) =>
            list.setFilters({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })
          }
        />
        <ChoiceFilter
          label={t('insights.reports.by')}
          value={by}
          onChange={(next) => list.setFilter('by', next)}
          options={groups.map((value) => ({ value, label: t(`insights.reports.groups.${value}`) }))}
        />
      </ListToolbar>
      {by === 'contact' && <p className="muted small">{t('insights.reports.contactMonths')}</p>}
      {subject === 'costs' ? (
        <Costs by={by} query={query} />
      ) : (
        <Activity by={by} kind={subject} query={query} />
      )}
    </>
  );
}

interface PartProps {
  by: ReportBy;
  query: Record<string, string>;
}

function Activity({ by, kind, query }: PartProps & { kind: 'call' | 'text' }) {
  const may = useMay();
  const rows = useQuery({
    queryKey: keys.reports({ ...query, of: 'activity' }),
    queryFn: () => insights.activity(query),
    placeholderData: keepPreviousData,
    enabled: may('reports:read'),
  });
  return <Rows<ActivityRow> columns={useActivityColumns(by, kind)} rows={rows.data?.rows} query={rows} />;
}

function Costs({ by, query }: PartProps) {
  const may = useMay();
  const rows = useQuery({
    queryKey: keys.reports({ ...query, of: 'costs' }),
    queryFn: () => insights.costs(query),
    placeholderData: keepPreviousData,
    enabled: may('reports:read'),
  });
  return <Rows<CostRow> columns={useCostColumns(by)} rows={rows.data?.rows} query={rows} />;
}

function Rows<Row extends { key: string | null; currency?: string }>({
  columns,
  rows,
  query,
}: {
  columns: Column<Row>[];
  rows: Row[] | undefined;
  query: Parameters<typeof DataList<Row>>[0]['query'];
}) {
  const { t } = useTranslation();
  return (
    <DataList
      label={t('insights.reports.list')}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.key} ${row.currency ?? ''}`}
      query={query}
      empty={<EmptyState title={t('insights.reports.emptyTitle')} text={t('insights.reports.emptyText')} />}
    />
  );
}
