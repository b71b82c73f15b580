import { Timeline } from 'antd';
import { useTranslation } from 'react-i18next';
import type { TransactionDetails, TransactionEvent, TransactionStep } from '../../api/transactionTypes.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useBoxNames } from '../boxes/BoxByCode.tsx';
import { stepWords } from './logic/stepWords.ts';

const COLOURS: Partial<Record<TransactionEvent, string>> = {
  completed: 'var(--r-good)',
  settled: 'var(--r-good)',
  failed: 'var(--r-bad)',
  disputed: 'var(--r-bad)',
  unknown: 'var(--r-wait)',
  held: 'var(--r-wait)',
  lease_lost: 'var(--r-wait)',
  retry_planned: 'var(--r-wait)',
  report_refused: 'var(--r-wait)',
  processing: 'var(--r-info)',
  operator_message: 'var(--r-copper)',
};

/** What happened to a transaction, newest first; read aloud when a step is added. */
export function TransactionTimeline({ transaction }: { transaction: TransactionDetails }) {
  return (
    <div aria-live="polite">
      <Timeline
        className="timeline"
        items={transaction.timeline.toReversed().map((step) => ({
          key: step.id,
          color: COLOURS[step.kind] ?? 'var(--r-muted)',
          content: <Step step={step} />,
        }))}
      />
    </div>
  );
}

type Kind = keyof Dictionary['transactions']['events'];

function Step({ step }: { step: TransactionStep }) {
  const { t, i18n } = useTranslation();
  const { time, moment } = useFormat();
  const boxName = useBoxNames();
  const { kind, box, actor, attempt, detail } = step;
  // A kind newer than the dictionary keeps its name.
  const isKnown = i18n.exists(`transactions.events.${kind}`);
  const words = stepWords(detail);
  const who = [
    box && boxName(box),
    actor.kind !== 'box' && actor.kind !== 'system' && actor.name,
    attempt !== null && attempt > 0 && t('transactions.attemptOf', { number: attempt }),
  ].filter(Boolean);
  return (
    <>
      <span className="timeline-kind">{isKnown ? t(`transactions.events.${kind as Kind}`) : kind}</span>
      {words.map((text) => (
        <p key={text} className="step-words">
          {text}
        </p>
      ))}
      <div className="muted small">
        <time dateTime={step.at} title={moment(step.at)}>
          {time(step.at)}
        </time>
        {who.length > 0 && ` · ${who.join(' · ')}`}
      </div>
    </>
  );
}
