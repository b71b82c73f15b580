import { useTranslation } from 'react-i18next';
import type { BoxFigures } from '../../api/transactionTypes.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { countText } from '../../ui/format.ts';
import { Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { BoxByCode } from '../boxes/BoxByCode.tsx';
import { Francs, Operator } from '../boxes/boxTexts.tsx';
import type { OperatorSum } from './logic/stats.ts';

const QUIET = { isPending: false, isFetching: false, error: null, refetch: () => undefined };

/** How each box did. */
export function BoxTable({ boxes }: { boxes: BoxFigures[] }) {
  const { t } = useTranslation();
  const { percent, seconds } = useFormat();
  const columns: Column<BoxFigures>[] = [
    { key: 'box', title: t('boxes.box'), isName: true, render: ({ box }) => <BoxByCode callboxId={box} /> },
    {
      key: 'success',
      title: t('transactions.stats.success'),
      align: 'right',
      render: ({ successRate }) => (successRate === null ? <Nothing /> : percent(successRate * 100)),
    },
    {
      key: 'completed',
      title: t('transactions.statuses.completed'),
      align: 'right',
      render: ({ completed }) => countText(completed),
    },
    {
      key: 'failed',
      title: t('transactions.statuses.failed'),
      align: 'right',
      render: ({ failed }) => countText(failed),
    },
    {
      key: 'time',
      title: t('boxes.day.time'),
      align: 'right',
      render: ({ averageSeconds }) => (averageSeconds === null ? <Nothing /> : seconds(averageSeconds)),
    },
  ];
  return (
    <section className="section stats-table" aria-labelledby="stats-boxes">
      <h2 id="stats-boxes">{t('transactions.stats.boxes')}</h2>
      <DataList
        label={t('transactions.stats.boxes')}
        columns={columns}
        rows={boxes}
        rowKey={({ box }) => box}
        query={QUIET}
        empty={<p className="muted panel-pad">{t('transactions.stats.noBoxes')}</p>}
      />
    </section>
  );
}

/** How much money went through each operator. */
export function OperatorTable({ operators }: { operators: OperatorSum[] }) {
  const { t } = useTranslation();
  const columns: Column<OperatorSum>[] = [
    {
      key: 'operator',
      title: t('boxes.operator'),
      isName: true,
      render: ({ operator }) =>
        operator ? <Operator operator={operator} /> : t('transactions.queue.noOperator'),
    },
    {
      key: 'count',
      title: t('transactions.statuses.completed'),
      align: 'right',
      render: ({ count }) => countText(count),
    },
    {
      key: 'amount',
      title: t('transactions.stats.amount'),
      align: 'right',
      render: ({ amount }) => <Francs amount={amount} />,
    },
  ];
  return (
    <section className="section stats-table" aria-labelledby="stats-operators">
      <h2 id="stats-operators">{t('transactions.stats.operators')}</h2>
      <DataList
        label={t('transactions.stats.operators')}
        columns={columns}
        rows={operators}
        rowKey={({ operator }) => operator ?? ''}
        query={QUIET}
        empty={<p className="muted panel-pad">{t('transactions.stats.noBoxes')}</p>}
      />
    </section>
  );
}
