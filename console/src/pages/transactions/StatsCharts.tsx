import { useTranslation } from 'react-i18next';
import { TRANSACTION_TYPES, type TransactionStats } from '../../api/transactionTypes.ts';
import { type Point, type Series, StackedBars } from '../calls/charts.tsx';
import { daysOf } from './logic/stats.ts';

const COLOURS: Record<(typeof TRANSACTION_TYPES)[number], Series['colour']> = {
  recharge: 'primary',
  voucher: 'info',
  deposit: 'copper',
  withdraw: 'wait',
};

/** Day by day: how it ended, and what was done. */
export default function StatsCharts({ stats }: { stats: TransactionStats }) {
  const { t, i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const days = daysOf(stats);
  const label = (day: string) => format.format(new Date(`${day}T00:00:00Z`));
  const outcomes: Series[] = [
    { key: 'completed', name: t('transactions.statuses.completed'), colour: 'good' },
    { key: 'failed', name: t('transactions.statuses.failed'), colour: 'bad' },
    { key: 'other', name: t('transactions.stats.other'), colour: 'wait' },
  ];
  const types = TRANSACTION_TYPES.map(
    (type): Series => ({ key: type, name: t(`transactions.types.${type}`), colour: COLOURS[type] }),
  );
  return (
    <div className="two-columns">
      <figure className="panel panel-pad chart">
        <figcaption>{t('transactions.stats.byOutcome')}</figcaption>
        <StackedBars
          points={days.map(
            ({ day, completed, failed, other }): Point => ({ label: label(day), completed, failed, other }),
          )}
          series={outcomes}
        />
      </figure>
      <figure className="panel panel-pad chart">
        <figcaption>{t('transactions.stats.byType')}</figcaption>
        <StackedBars
          points={days.map(({ day, types }): Point => ({ label: label(day), ...types }))}
          series={types}
        />
      </figure>
    </div>
  );
}
