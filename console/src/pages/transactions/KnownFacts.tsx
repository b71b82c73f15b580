import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { operatorTexts } from '../../api/float.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { TransactionDetails } from '../../api/transactionTypes.ts';
import { Francs } from '../boxes/boxTexts.tsx';
import { useBoxes } from '../boxes/useBoxes.ts';
import { nearTexts } from './logic/near.ts';
import { OperatorWords } from './OperatorWords.tsx';

const ROWS = 50;

/** What speaks for and against: the box's words, balances, what the operator wrote around that time. */
export function KnownFacts({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  const { result, attempts, operatorMessages } = transaction;
  const near = useNear(transaction);
  const balance = result?.balance ?? attempts.at(-1)?.result?.balance ?? null;
  return (
    <dl className="known">
      <div>
        <dt>{t('transactions.unknown.boxSaid')}</dt>
        <dd>
          {result?.message ? (
            <q>{result.message}</q>
          ) : (
            <span className="muted">{t('transactions.unknown.boxSilent')}</span>
          )}
        </dd>
      </div>
      {transaction.balanceBefore !== null && (
        <div>
          <dt>{t('transactions.unknown.balanceBefore')}</dt>
          <dd>
            <Francs amount={transaction.balanceBefore} />{' '}
            <span className="muted small">{t('transactions.unknown.balanceCounted')}</span>
          </dd>
        </div>
      )}
      {balance !== null && (
        <div>
          <dt>{t('transactions.unknown.balanceAfter')}</dt>
          <dd>
            <Francs amount={balance} />
          </dd>
        </div>
      )}
      {operatorMessages.length > 0 && (
        <div>
          <dt>{t('transactions.drawer.texts')}</dt>
          <dd>
            <OperatorWords messages={operatorMessages} />
          </dd>
        </div>
      )}
      <div>
        <dt>{t('transactions.unknown.near')}</dt>
        <dd>
          {near.length > 0 ? (
            <OperatorWords messages={near} />
          ) : (
            <span className="muted">{t('transactions.unknown.noneNear')}</span>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** What the same SIM was told around that time, and what is not attached to another transaction. */
function useNear(transaction: TransactionDetails) {
  const may = useMay();
  const box = useBoxes().data?.boxes.find(({ callboxId }) => callboxId === transaction.assignedTo);
  const query = { boxId: box?.id, limit: ROWS };
  const { data } = useQuery({
    queryKey: keys.operatorTexts(query),
    queryFn: () => operatorTexts.list(query),
    enabled: may('transactions:read') && box !== undefined,
  });
  return nearTexts(data?.messages ?? [], transaction);
}
