import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../api/queryClient.ts';
import { useMe } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import type { TransactionDetails } from '../../api/transactionTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Moment } from '../../ui/texts.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { secondPersonBlocked } from './logic/acts.ts';

/** What one person proposed, for another one to confirm or to send back. */
export function SettleSecond({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const { done, failed } = useNotify();
  const judging = useMutation({
    mutationFn: (word: 'confirm' | 'reject') => transactionsApi.judge(transaction.id, word),
    onSuccess: (_, word) =>
      done(t(word === 'confirm' ? 'transactions.settle.done' : 'transactions.settle.rejected')),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['transactions'] }),
  });
  const { settling } = transaction;
  if (!settling) return null;
  const isOwn = secondPersonBlocked(transaction, user.id) === 'own';
  const running = (word: string) => judging.isPending && judging.variables === word;
  return (
    <section className="settle">
      <h3>{t('transactions.settle.secondTitle')}</h3>
      <p>
        {t(`transactions.settle.says.${settling.outcome}`, { name: settling.by.name })}{' '}
        <span className="muted small">
          <Moment at={settling.at} />
        </span>
      </p>
      <blockquote className="sample">{settling.proof}</blockquote>
      {settling.transactionRef && (
        <p className="small">
          {t('transactions.facts.reference')} <code>{settling.transactionRef}</code>
        </p>
      )}
      <div className="transaction-acts">
        <ActionButton
          type="primary"
          permission="transactions:settle"
          blockedBecause={isOwn && t('transactions.settle.needsOther')}
          loading={running('confirm')}
          onClick={() => judging.mutate('confirm')}
        >
          {t('transactions.settle.confirm')}
        </ActionButton>
        <ActionButton
          permission="transactions:settle"
          loading={running('reject')}
          onClick={() => judging.mutate('reject')}
        >
          {t(isOwn ? 'transactions.settle.withdraw' : 'transactions.settle.reject')}
        </ActionButton>
      </div>
    </section>
  );
}
