import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import type { TransactionDetails } from '../../api/transactionTypes.ts';
import { paths } from '../../paths.ts';
import { DetailsDrawer } from '../../ui/DetailsDrawer.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Copyable, Moment } from '../../ui/texts.tsx';
import { BoxByCode } from '../boxes/BoxByCode.tsx';
import { Francs, useSlotName } from '../boxes/boxTexts.tsx';
import { Attempts } from './Attempts.tsx';
import { OperatorWords } from './OperatorWords.tsx';
import { TransactionActs } from './TransactionActs.tsx';
import { TransactionTimeline } from './TransactionTimeline.tsx';
import { Customer, TransactionStatusTag, TypeAndAmount } from './transactionTexts.tsx';

interface Props {
  transactionId: string | null;
  onClose: () => void;
}

/** Everything that is known of one transaction; it follows one that is under way. */
export function TransactionDrawer({ transactionId, onClose }: Props) {
  const { t } = useTranslation();
  const transaction = useQuery({
    queryKey: keys.transaction(transactionId ?? ''),
    queryFn: () => transactionsApi.get(transactionId ?? ''),
    enabled: transactionId !== null,
  });
  return (
    <DetailsDrawer
      open={transactionId !== null}
      title={t('transactions.drawer.title')}
      widthPx={600}
      onClose={onClose}
      query={transaction}
    >
      {transaction.data && (
        <Whole key={transaction.data.transaction.id} transaction={transaction.data.transaction} />
      )}
    </DetailsDrawer>
  );
}

function Whole({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  return (
    <div className="stack call-drawer">
      <div className="transaction-head">
        <div>
          <h2>
            <TypeAndAmount transaction={transaction} />
          </h2>
          <Customer transaction={transaction} />
        </div>
        <TransactionStatusTag transaction={transaction} />
      </div>
      <Notices transaction={transaction} />
      <TransactionActs transaction={transaction} />
      <Part title={t('transactions.drawer.timeline')}>
        <TransactionTimeline transaction={transaction} />
      </Part>
      {transaction.attempts.length > 0 && (
        <Part title={t('transactions.drawer.attempts')}>
          <Attempts attempts={transaction.attempts} />
        </Part>
      )}
      {transaction.operatorMessages.length > 0 && (
        <Part title={t('transactions.drawer.texts')}>
          <OperatorWords messages={transaction.operatorMessages} />
        </Part>
      )}
      <Part title={t('transactions.drawer.facts')}>
        <TransactionFacts transaction={transaction} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="call-part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** What a person has to know or to do. */
function Notices({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  const { status, looksLike, disputed } = transaction;
  return (
    <>
      {status === 'held' && (
        <Alert
          type="warning"
          showIcon
          title={t('transactions.held.title')}
          description={
            looksLike && (
              <>
                {t('transactions.held.text')}{' '}
                <Link to={paths.transaction(looksLike)}>{t('transactions.held.other')}</Link>
              </>
            )
          }
        />
      )}
      {(status === 'unknown' || disputed) && (
        <Alert
          type={disputed ? 'error' : 'warning'}
          showIcon
          title={t(disputed ? 'transactions.disputedText' : 'transactions.unknownText')}
          action={<Link to={paths.settling(transaction.id)}>{t('transactions.settle.open')}</Link>}
        />
      )}
    </>
  );
}

function TransactionFacts({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  const slotName = useSlotName();
  const { result, author } = transaction;
  const moment = (at: string | null) => at && <Moment at={at} />;
  const facts: [string, ReactNode][] = [
    [
      t('transactions.facts.reference'),
      transaction.transactionRef && <Copyable text={transaction.transactionRef} />,
    ],
    [t('transactions.facts.message'), result?.message],
    [t('transactions.facts.balance'), result?.balance != null && <Francs amount={result.balance} />],
    [t('transactions.facts.failure'), transaction.failureCode && <code>{transaction.failureCode}</code>],
    [t('boxes.box'), transaction.assignedTo && <BoxByCode callboxId={transaction.assignedTo} />],
    [t('boxes.sims.sim'), transaction.sim && slotName(transaction.sim.slot)],
    [t('transactions.item'), transaction.payItemId && <code>{transaction.payItemId}</code>],
    [t('transactions.priority'), t(`transactions.priorities.${transaction.priority}`)],
    [
      t('transactions.facts.retries'),
      transaction.retryCount > 0 &&
        t('transactions.facts.retriesOf', { count: transaction.retryCount, max: transaction.maxRetries }),
    ],
    [
      t('transactions.facts.author'),
      author.kind === 'api_key' ? t('calls.drawer.apiKey', { name: author.name }) : author.name,
    ],
    [t('common.created'), moment(transaction.createdAt)],
    [t('transactions.facts.due'), transaction.dueAt !== transaction.createdAt && moment(transaction.dueAt)],
    [t('common.expires'), moment(transaction.expiresAt)],
    [t('transactions.facts.ended'), moment(transaction.endedAt)],
    [t('transactions.facts.clientId'), transaction.clientId && <Copyable text={transaction.clientId} />],
    [t('transactions.facts.id'), <Copyable key="id" text={transaction.id} />],
  ];
  return <Facts facts={facts} />;
}
