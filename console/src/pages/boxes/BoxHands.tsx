import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Box } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { Ago } from '../../ui/texts.tsx';
import { TransactionStatusTag, TypeAndAmount } from '../transactions/transactionTexts.tsx';

const ROWS = 8;

/** What the box has in hand now, and what it did last. */
export function BoxHands({ box }: { box: Box }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = { boxId: box.id, limit: ROWS };
  const { data, error, refetch } = useQuery({
    queryKey: keys.transactions(query),
    queryFn: () => transactionsApi.list(query),
    enabled: may('transactions:read'),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const rows = data?.transactions ?? [];
  if (data && rows.length === 0) return <p className="muted">{t('boxes.hands.none')}</p>;
  return (
    <>
      <ul className="hands">
        {rows.map((transaction) => (
          <li key={transaction.id}>
            <Link to={paths.transaction(transaction.id)}>
              <TypeAndAmount transaction={transaction} />
            </Link>
            <TransactionStatusTag transaction={transaction} />
            <span className="muted small phone-text">{phoneText(transaction.phoneNumber)}</span>
            <span className="muted small hands-when">
              <Ago at={transaction.updatedAt} />
            </span>
          </li>
        ))}
      </ul>
      {rows.length > 0 && (
        <p className="hands-all">
          <Link to={paths.transactionsOfBox(box.id)}>{t('boxes.hands.all')}</Link>
        </p>
      )}
    </>
  );
}
