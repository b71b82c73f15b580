import { DownOutlined, RightOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import type { Transaction, TransactionDetails } from '../../api/transactionTypes.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { Ago } from '../../ui/texts.tsx';
import { BoxByCode } from '../boxes/BoxByCode.tsx';
import { KnownFacts } from './KnownFacts.tsx';
import { SettleForm } from './SettleForm.tsx';
import { SettleSecond } from './SettleSecond.tsx';
import { TransactionTimeline } from './TransactionTimeline.tsx';
import { Customer, TransactionStatusTag, TypeAndAmount } from './transactionTexts.tsx';

interface Props {
  transaction: Transaction;
  isOpen: boolean;
  onToggle: () => void;
}

/** One transaction that needs a person: what it is, and opened, what happened and what is known. */
export function UnknownCard({ transaction, isOpen, onToggle }: Props) {
  const { t } = useTranslation();
  const { id, phoneNumber, assignedTo, processingAt, updatedAt } = transaction;
  return (
    <li className="panel desk-card" data-open={isOpen || undefined}>
      <div className="desk-head">
        <div className="desk-what">
          <h2>
            <TypeAndAmount transaction={transaction} />
          </h2>
          <Customer transaction={transaction} />
        </div>
        <div className="desk-where muted small">
          <BoxByCode callboxId={assignedTo} />
          <div>
            <Ago at={processingAt ?? updatedAt} />
          </div>
        </div>
        <TransactionStatusTag transaction={transaction} />
        <Button
          type="text"
          icon={isOpen ? <DownOutlined /> : <RightOutlined />}
          aria-expanded={isOpen}
          aria-label={t('transactions.unknown.openOf', { number: phoneText(phoneNumber) })}
          onClick={onToggle}
        />
      </div>
      {isOpen && <Opened key={id} id={id} />}
    </li>
  );
}

function Opened({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: keys.transaction(id),
    queryFn: () => transactionsApi.get(id),
  });
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton active paragraph={{ rows: 5 }} />
    );
  const { transaction } = data;
  return (
    <div className="desk-body">
      <section>
        <h3>{t('transactions.unknown.happened')}</h3>
        <TransactionTimeline transaction={transaction} />
      </section>
      <div className="stack desk-side">
        <section>
          <h3>{t('transactions.unknown.known')}</h3>
          <KnownFacts transaction={transaction} />
        </section>
        <Settle transaction={transaction} />
      </div>
    </div>
  );
}

function Settle({ transaction }: { transaction: TransactionDetails }) {
  if (transaction.settling?.waiting) return <SettleSecond transaction={transaction} />;
  return <SettleForm transaction={transaction} />;
}
