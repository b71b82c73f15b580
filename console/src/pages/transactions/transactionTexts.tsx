import { useTranslation } from 'react-i18next';
import type { Transaction, TransactionStatus } from '../../api/transactionTypes.ts';
import { phoneText } from '../../ui/format.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Francs, Operator } from '../boxes/boxTexts.tsx';
import '../../ui/styles/transactions.css';

export const STATUS_TONES: Record<TransactionStatus, Tone> = {
  held: 'wait',
  pending: 'calm',
  assigned: 'info',
  processing: 'info',
  completed: 'good',
  failed: 'bad',
  retry: 'wait',
  unknown: 'wait',
  canceled: 'calm',
  expired: 'calm',
};

/** What became of a transaction; that it is disputed or waits for a second person says more than how it ended. */
export function TransactionStatusTag({
  transaction,
}: {
  transaction: Pick<Transaction, 'status' | 'disputed' | 'settling' | 'result'>;
}) {
  const { t } = useTranslation();
  const { status, disputed, settling, result } = transaction;
  return (
    <span className="status-pair">
      <StatusTag tone={STATUS_TONES[status]} title={result?.message ?? undefined}>
        {t(`transactions.statuses.${status}`)}
      </StatusTag>
      {disputed && <StatusTag tone="bad">{t('transactions.disputed')}</StatusTag>}
      {settling?.waiting && <StatusTag tone="info">{t('transactions.awaitsSecond')}</StatusTag>}
    </span>
  );
}

/** "Top-up · 1 000 FCFA": what is to be done in few words. */
export function TypeAndAmount({
  transaction: { type, amount, payItemId },
}: {
  transaction: Pick<Transaction, 'type' | 'amount' | 'payItemId'>;
}) {
  const { t } = useTranslation();
  return (
    <span className="type-amount">
      {t(`transactions.types.${type}`)} · {amount === null ? payItemId : <Francs amount={amount} />}
    </span>
  );
}

/** For whom, and at which operator. */
export function Customer({ transaction }: { transaction: Transaction }) {
  const { phoneNumber, customerInfo, operator } = transaction;
  return (
    <>
      <span className="phone-text">{phoneText(phoneNumber)}</span>
      <div className="muted small customer-line">
        {operator && <Operator operator={operator} />}
        {customerInfo.name && <span>{customerInfo.name}</span>}
      </div>
    </>
  );
}
