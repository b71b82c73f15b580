import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  type ActivityRow,
  type CostRow,
  type EndedRow,
  insights,
  type NumberRow,
  type ReportBy,
  type SoundRow,
} from '../../api/insights.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useActivityColumns, useCostColumns } from './reportColumns.tsx';
import { useEndedColumns, useNumberColumns, useSoundColumns } from './useColumns.tsx';

interface PartProps {
  by: ReportBy;
  query: Record<string, string>;
}

function useRows<Row>(of: string, query: Record<string, string>, read: () => Promise<{ rows: Row[] }>) {
  const may = useMay();
  return useQuery({
    queryKey: keys.reports({ ...query, of }),
    queryFn: read,
    placeholderData: keepPreviousData,
    enabled: may('reports:read'),
  });
}

export function Activity({ by, kind, query }: PartProps & { kind: 'call' | 'text' }) {
  const rows = useRows('activity', query, () => insights.activity(query));
  return <Rows<ActivityRow> columns={useActivityColumns(by, kind)} rows={rows.data?.rows} query={rows} />;
}

export function Costs({ by, query }: PartProps) {
  const rows = useRows('costs', query, () => insights.costs(query));
  return <Rows<CostRow> columns={useCostColumns(by)} rows={rows.data?.rows} query={rows} />;
}

export function Sound({ by, query }: PartProps) {
  const rows = useRows('sound', query, () => insights.sound(query));
  return <Rows<SoundRow> columns={useSoundColumns(by)} rows={rows.data?.rows} query={rows} />;
}

export function Ended({ by, query }: PartProps) {
  const rows = useRows('transactions', query, () => insights.transactions(query));
  return <Rows<EndedRow> columns={useEndedColumns(by)} rows={rows.data?.rows} query={rows} />;
}

export function Numbers({ query }: Pick<PartProps, 'query'>) {
  const rows = useRows('numbers', query, () => insights.numbers(query));
  return <Rows<NumberRow> columns={useNumberColumns()} rows={rows.data?.rows} query={rows} />;
}

function Rows<Row extends { key?: string | null; number?: string; currency?: string }>({
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
      rowKey={(row) => `${row.key ?? row.number} ${row.currency ?? ''}`}
      query={query}
      empty={<EmptyState title={t('insights.reports.emptyTitle')} text={t('insights.reports.emptyText')} />}
    />
  );
}
