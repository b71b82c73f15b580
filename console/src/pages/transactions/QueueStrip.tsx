import { PauseCircleFilled, WarningFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQueue } from '../../api/toSettle.ts';
import type { Lane, TransactionQueue } from '../../api/transactionTypes.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { countText } from '../../ui/format.ts';
import { Ago } from '../../ui/texts.tsx';
import { Operator } from '../boxes/boxTexts.tsx';

/** What happens right now: what waits and why, what is in hand, what needs a person. */
export function QueueStrip() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQueue();
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <div className="queue-wait" />;
  return (
    <section className="queue" aria-label={t('transactions.queue.title')}>
      <Figures queue={data} />
      {data.lanes.length > 0 && (
        <ul className="lanes" aria-label={t('transactions.queue.lanes')}>
          {data.lanes.map((lane) => (
            <LaneLine key={`${lane.operator}.${lane.type}`} lane={lane} />
          ))}
        </ul>
      )}
    </section>
  );
}

type FigureName = 'waiting' | 'inHand' | 'held' | 'unknown' | 'disputed';

function Figures({ queue }: { queue: TransactionQueue }) {
  const { t } = useTranslation();
  const waiting = queue.lanes.reduce((sum, lane) => sum + lane.count, 0);
  const { held = 0, assigned = 0, processing = 0, unknown = 0, disputed = 0 } = queue.states;
  const figures: [key: FigureName, count: number, to: string, tone: string][] = [
    ['waiting', waiting, paths.transactionsWith('pending,retry'), ''],
    ['inHand', assigned + processing, paths.transactionsWith('assigned,processing'), ''],
    ['held', held, paths.transactionsWith('held'), 'wait'],
    ['unknown', unknown, paths.unknownTransactions, 'bad'],
    ['disputed', disputed, `${paths.unknownTransactions}?show=disputed`, 'bad'],
  ];
  return (
    <dl className="figures queue-figures">
      {figures.map(([key, count, to, tone]) => (
        <div key={key} className={`panel ${count > 0 && tone ? `is-${tone}` : ''}`}>
          <dt>{t(`transactions.queue.${key}`)}</dt>
          <dd>{count > 0 ? <Link to={to}>{countText(count)}</Link> : countText(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

type Reason = keyof Dictionary['transactions']['queue']['reasons'];

function LaneLine({ lane }: { lane: Lane }) {
  const { t, i18n } = useTranslation();
  const { reason } = lane;
  const words =
    reason && i18n.exists(`transactions.queue.reasons.${reason}`)
      ? t(`transactions.queue.reasons.${reason as Reason}`)
      : reason;
  const Sign = reason === 'stopped' ? PauseCircleFilled : WarningFilled;
  return (
    <li className="panel lane">
      <span className="lane-count">{countText(lane.count)}</span>
      <span className="lane-name">
        {lane.operator ? <Operator operator={lane.operator} /> : t('transactions.queue.noOperator')}
        <span>{t(`transactions.types.${lane.type}`)}</span>
      </span>
      {lane.oldestAt && (
        <span className="muted small">
          {t('transactions.queue.oldest')} <Ago at={lane.oldestAt} />
        </span>
      )}
      <span className={`lane-reason small ${words ? 'is-stuck' : 'muted'}`}>
        {words ? (
          <>
            <Sign aria-hidden /> {words}
          </>
        ) : (
          t('transactions.queue.flowing')
        )}
      </span>
    </li>
  );
}
