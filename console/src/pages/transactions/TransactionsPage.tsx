import { PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { Query } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import type { Transaction } from '../../api/transactionTypes.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useAddressFlag } from '../../ui/useAddressFlag.ts';
import { useListState } from '../../ui/useListState.ts';
import { BoxByCode } from '../boxes/BoxByCode.tsx';
import { Francs } from '../boxes/boxTexts.tsx';
import { useBoxes } from '../boxes/useBoxes.ts';
import { When } from '../messages/When.tsx';
import { QueueStrip } from './QueueStrip.tsx';
import { SubmitDrawer } from './SubmitDrawer.tsx';
import { TransactionDrawer } from './TransactionDrawer.tsx';
import { FILTERS, TransactionFilters } from './TransactionFilters.tsx';
import { Customer, TransactionStatusTag } from './transactionTexts.tsx';

function useTransactions(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.transactions(query),
    queryFn: () => transactionsApi.list(query),
    placeholderData: keepPreviousData,
    enabled: may('transactions:read'),
  });
}

function useColumns(onDetails: (id: string) => void): Column<Transaction>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'customer',
      title: t('transactions.customer'),
      isName: true,
      render: (row) => <Customer transaction={row} />,
    },
    {
      key: 'type',
      title: t('transactions.type'),
      render: (row) => (
        <>
          {t(`transactions.types.${row.type}`)}
          {row.payItemId && <div className="muted small item-id">{row.payItemId}</div>}
        </>
      ),
    },
    {
      key: 'amount',
      title: t('transactions.amount'),
      align: 'right',
      render: (row) => <Francs amount={row.amount} />,
    },
    {
      key: 'status',
      title: t('common.status'),
      render: (row) => (
        <div className="tight">
          <TransactionStatusTag transaction={row} />
          {row.status === 'failed' && row.result?.message && (
            <div className="reason small clamp">{row.result.message}</div>
          )}
        </div>
      ),
    },
    { key: 'box', title: t('boxes.box'), render: (row) => <BoxByCode callboxId={row.assignedTo} /> },
    { key: 'when', title: t('transactions.when'), render: (row) => <When at={row.createdAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => (
        <Button
          size="small"
          aria-label={t('transactions.details', { number: phoneText(row.phoneNumber) })}
          onClick={() => onDetails(row.id)}
        >
          {t('transactions.open')}
        </Button>
      ),
    },
  ];
}

/** What is to be done at operators, what happens to it now, and everything that was. */
export default function TransactionsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const transactions = useTransactions(list.query);
  const [submitting, setSubmitting] = useAddressFlag('transactions:submit');
  const [shown, show] = useShown();
  const columns = useColumns(show);
  const submit = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="transactions:submit"
      onClick={() => setSubmitting(true)}
    >
      {t('transactions.submit.open')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('transactions.title')} intro={t('transactions.intro')} actions={submit}>
      <RequirePermission permission="transactions:read">
        <QueueStrip />
        <TransactionFilters list={list} />
        <DataList
          label={t('transactions.list')}
          columns={columns}
          rows={transactions.data?.transactions}
          query={transactions}
          empty={<Empty isFiltered={list.isFiltered} />}
          pages={{ ...list, nextCursor: transactions.data?.nextCursor }}
        />
        <TransactionDrawer transactionId={shown} onClose={() => show(null)} />
      </RequirePermission>
      <SubmitDrawer open={submitting} onClose={() => setSubmitting(false)} onShow={show} />
    </PageFrame>
  );
}

/** Which transaction is open beside the list, kept in the address. */
function useShown(): [string | null, (id: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const show = (id: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (id) next.set('transaction', id);
        else next.delete('transaction');
        return next;
      },
      { replace: true },
    );
  return [params.get('transaction'), show];
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const boxes = useBoxes().data?.boxes;
  if (isFiltered) return <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />;
  const needsBox = boxes?.length === 0;
  return (
    <EmptyState
      title={t('transactions.emptyTitle')}
      text={t(needsBox ? 'transactions.emptyNoBox' : 'transactions.emptyText')}
      action={
        needsBox && <Button onClick={() => void navigate(paths.boxes)}>{t('transactions.addBox')}</Button>
      }
    />
  );
}
