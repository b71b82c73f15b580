import { useTranslation } from 'react-i18next';
import type { AttemptState, TransactionAttempt } from '../../api/transactionTypes.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { BoxLink, useSlotName } from '../boxes/boxTexts.tsx';

const TONES: Record<AttemptState, Tone> = {
  assigned: 'calm',
  handed: 'info',
  processing: 'info',
  completed: 'good',
  failed: 'bad',
  returned: 'calm',
  lost: 'wait',
  unknown: 'wait',
};

/** Each hand-over to a box, and what the box said at its end. */
export function Attempts({ attempts }: { attempts: TransactionAttempt[] }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const slotName = useSlotName();
  return (
    <ol className="attempts">
      {attempts.map((attempt) => (
        <li key={attempt.leaseId}>
          <span className="attempt-number">{attempt.number}</span>
          <div>
            <BoxLink box={attempt.box} />
            <div className="muted small">
              {[
                slotName(attempt.sim.slot),
                attempt.processingAt
                  ? t('transactions.attempts.began', { time: time(attempt.processingAt) })
                  : t('transactions.attempts.given', { time: time(attempt.assignedAt) }),
                attempt.endedAt && t('transactions.attempts.ended', { time: time(attempt.endedAt) }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </div>
            {attempt.result?.message && <p className="step-words">{attempt.result.message}</p>}
          </div>
          <StatusTag tone={TONES[attempt.state]}>
            {t(`transactions.attemptStates.${attempt.state}`)}
          </StatusTag>
        </li>
      ))}
    </ol>
  );
}
