import { useTranslation } from 'react-i18next';
import { useToSettle } from '../../api/toSettle.ts';
import { paths } from '../../paths.ts';
import { PagesFrame } from '../../ui/PagesFrame.tsx';

/** The pages of transactions; what waits for a person is counted. */
export default function TransactionsFrame() {
  const { t } = useTranslation();
  const toSettle = useToSettle();
  return (
    <PagesFrame
      label={t('transactions.sections')}
      pages={[
        { path: paths.transactions, name: t('transactions.nav.list') },
        {
          path: paths.unknownTransactions,
          name: t('transactions.nav.unknown'),
          waiting: { count: toSettle, label: t('transactions.toSettle', { count: toSettle }) },
        },
        { path: paths.transactionStats, name: t('transactions.nav.stats') },
      ]}
    />
  );
}
