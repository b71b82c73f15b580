import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { useQueue } from '../../api/toSettle.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { ListPager } from '../../ui/ListPager.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useListState } from '../../ui/useListState.ts';
import { UnknownCard } from './UnknownCard.tsx';
import '../../ui/styles/transactions.css';

type Show = 'unknown' | 'disputed';

/** Where a person says what became of transactions about which nobody is certain. */
export default function UnknownPage() {
  const { t } = useTranslation();
  const list = useListState(['show']);
  const show: Show = list.filters.show === 'disputed' ? 'disputed' : 'unknown';
  const { data: queue } = useQueue();
  const count = (figure: number | undefined) => (figure ? ` (${figure})` : '');
  return (
    <PageFrame title={t('transactions.unknown.title')} intro={t('transactions.unknown.intro')}>
      <RequirePermission permission="transactions:read">
        <div className="toolbar">
          <Segmented<Show>
            aria-label={t('transactions.unknown.show')}
            value={show}
            onChange={(next) => list.setFilter('show', next === 'disputed' ? next : '')}
            options={[
              {
                value: 'unknown',
                label: t('transactions.unknown.unknowns') + count(queue?.states.unknown),
              },
              {
                value: 'disputed',
                label: t('transactions.unknown.disputes') + count(queue?.states.disputed),
              },
            ]}
          />
        </div>
        <Desk show={show} list={list} />
      </RequirePermission>
    </PageFrame>
  );
}

function Desk({ show, list }: { show: Show; list: ReturnType<typeof useListState<'show'>> }) {
  const { t } = useTranslation();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const { limit, cursor } = list.query;
  const query = { limit, cursor, ...(show === 'disputed' ? { disputed: true } : { status: 'unknown' }) };
  const { data, error, refetch } = useQuery({
    queryKey: keys.unknownTransactions(query),
    queryFn: () => transactionsApi.list(query),
    placeholderData: keepPreviousData,
    enabled: may('transactions:read'),
  });
  const open = params.get('transaction');
  const toggle = (id: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (open === id) next.delete('transaction');
        else next.set('transaction', id);
        return next;
      },
      { replace: true },
    );
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active paragraph={{ rows: 6 }} />;
  if (data.transactions.length === 0 && list.page === 1)
    return (
      <div className="panel">
        <EmptyState
          title={t(`transactions.unknown.empty.${show}`)}
          text={t(`transactions.unknown.emptyTexts.${show}`)}
        />
      </div>
    );
  return (
    <>
      <ul className="desk" aria-label={t('transactions.unknown.list')}>
        {data.transactions.map((transaction, index) => (
          <UnknownCard
            key={transaction.id}
            transaction={transaction}
            isOpen={open === transaction.id || (open === null && index === 0)}
            onToggle={() => toggle(transaction.id)}
          />
        ))}
      </ul>
      <ListPager {...list} nextCursor={data.nextCursor} />
    </>
  );
}
