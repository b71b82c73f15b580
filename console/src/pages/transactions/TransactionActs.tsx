import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../api/queryClient.ts';
import { useMe } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import type { TransactionDetails } from '../../api/transactionTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { confirmBlocked, mayCancel } from './logic/acts.ts';

const readAgain = () => queryClient.invalidateQueries({ queryKey: ['transactions'] });

/** What a person may still do with a transaction. */
export function TransactionActs({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const { done, failed } = useNotify();
  const confirm = useConfirm();
  const confirming = useMutation({
    mutationFn: () => transactionsApi.confirm(transaction.id),
    onSuccess: () => done(t('transactions.held.confirmed')),
    onError: failed,
    onSettled: readAgain,
  });
  const cancel = () =>
    confirm({
      title: t('transactions.cancel.title'),
      content: t('transactions.cancel.text'),
      confirm: t('transactions.cancel.confirm'),
      action: async () => {
        try {
          await transactionsApi.cancel(transaction.id);
          done(t('transactions.cancel.done'));
        } finally {
          await readAgain();
        }
      },
    });
  if (!mayCancel(transaction)) return null;
  return (
    <div className="transaction-acts">
      {transaction.status === 'held' && (
        <ActionButton
          type="primary"
          permission="transactions:submit"
          blockedBecause={confirmBlocked(transaction, user.id) && t('transactions.held.own')}
          loading={confirming.isPending}
          onClick={() => confirming.mutate()}
        >
          {t('transactions.held.confirm')}
        </ActionButton>
      )}
      <ActionButton danger permission="transactions:submit" onClick={cancel}>
        {t('transactions.cancel.open')}
      </ActionButton>
    </div>
  );
}
