import { Skeleton, Table } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from './ErrorNotice.tsx';
import { ListPager } from './ListPager.tsx';
import { usePhone } from './useMedia.ts';

export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  width?: number | string;
  align?: 'right';
  /** The column that names the row: the heading of its card on a phone. */
  isName?: boolean;
  /** Buttons: no heading, at the end of the row or the foot of the card. */
  isActions?: boolean;
}

export interface ListPages {
  page: number;
  nextCursor: string | null | undefined;
  toNext: (cursor: string) => void;
  toPrevious: () => void;
}

interface Props<Row> {
  /** What the list is, for screen readers. */
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  query: { isPending: boolean; isFetching: boolean; error: unknown; refetch: () => unknown };
  rowKey?: (row: Row) => string;
  empty: ReactNode;
  pages?: ListPages;
}

/** A list: a table on a desk, cards on a phone; its waiting, failing and empty states; its pages. */
export function DataList<Row extends object>(props: Props<Row>) {
  const { rows, query, empty, pages } = props;
  const isPhone = usePhone();
  if (query.error && !rows) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending && !rows) return <ListSkeleton />;
  if (!rows?.length && (pages?.page ?? 1) === 1) return <div className="panel">{empty}</div>;
  return (
    <>
      {Boolean(query.error) && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {isPhone ? <Cards {...props} rows={rows ?? []} /> : <Rows {...props} rows={rows ?? []} />}
      {pages && <ListPager {...pages} />}
    </>
  );
}

function keyOf<Row extends object>(row: Row, rowKey?: (row: Row) => string): string {
  return rowKey ? rowKey(row) : (row as { id: string }).id;
}

function Rows<Row extends object>({ label, columns, rows, rowKey, query }: Props<Row> & { rows: Row[] }) {
  return (
    <div className="panel panel-table">
      <Table<Row>
        aria-label={label}
        size="middle"
        rowKey={(row) => keyOf(row, rowKey)}
        dataSource={rows}
        pagination={false}
        loading={{ spinning: query.isFetching && !query.isPending, delay: 400 }}
        scroll={{ x: 'max-content' }}
        columns={columns.map((column) => ({
          key: column.key,
          title: column.isActions ? <span className="visually-hidden">{column.title}</span> : column.title,
          width: column.width,
          align: column.isActions ? 'right' : column.align,
          // In reach however wide the rest is.
          fixed: column.isActions ? ('end' as const) : undefined,
          rowScope: column.isName ? ('row' as const) : undefined,
          className: column.isName ? 'cell-name' : undefined,
          render: (_: unknown, row: Row) => column.render(row),
        }))}
      />
    </div>
  );
}

function Cards<Row extends object>({ label, columns, rows, rowKey }: Props<Row> & { rows: Row[] }) {
  const facts = columns.filter((column) => !column.isName && !column.isActions);
  return (
    <ul className="cards" aria-label={label}>
      {rows.map((row) => (
        <li key={keyOf(row, rowKey)} className="panel card">
          {columns
            .filter(({ isName }) => isName)
            .map((column) => (
              <div key={column.key} className="card-name">
                {column.render(row)}
              </div>
            ))}
          <dl className="card-facts">
            {facts.map((column) => (
              <div key={column.key}>
                <dt>{column.title}</dt>
                <dd>{column.render(row)}</dd>
              </div>
            ))}
          </dl>
          {columns
            .filter(({ isActions }) => isActions)
            .map((column) => (
              <div key={column.key} className="card-actions">
                {column.render(row)}
              </div>
            ))}
        </li>
      ))}
    </ul>
  );
}

function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="panel list-skeleton" role="status" aria-label={t('common.loading')}>
      <Skeleton active title={false} paragraph={{ rows: 6 }} />
    </div>
  );
}
