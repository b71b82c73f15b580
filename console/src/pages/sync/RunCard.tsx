import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { SYNC_STAGES, type SyncRun } from '../../api/syncs.ts';
import { countText } from '../../ui/format.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { RUN_TONES, RunReason } from './runTexts.tsx';

/** How the comparison with one account stands: how far it is, and what was looked at in each of its steps. */
export function RunCard({ run }: { run: SyncRun }) {
  const { t } = useTranslation();
  const isOpen = run.state !== 'done' && run.state !== 'failed';
  const waiting = (run.outcomes.person ?? 0) + (run.outcomes.open ?? 0);
  const righted = (run.outcomes.repaired ?? 0) + (run.outcomes.adopted ?? 0);
  return (
    <section className="panel sync-account" aria-labelledby={`account-${run.id}`}>
      <header>
        <h2 id={`account-${run.id}`}>
          {t(`common.providers.${run.provider}`)} <span className="muted small">{run.accountRef}</span>
        </h2>
        <StatusTag tone={RUN_TONES[run.state]}>{t(`syncs.states.${run.state}`)}</StatusTag>
      </header>
      {isOpen && (
        <Progress
          percent={Math.round(run.progress * 100)}
          status={run.state === 'paused' ? 'normal' : 'active'}
          aria-label={t('syncs.progress')}
        />
      )}
      <RunReason run={run} />
      <dl className="sync-stages">
        {SYNC_STAGES.filter((stage) => stage !== 'repairs').map((stage) => (
          <div key={stage} className={run.stage === stage && isOpen ? 'is-current' : undefined}>
            <dt>{t(`syncs.stages.${stage}`)}</dt>
            <dd>{run.stages[stage] ? countText(run.stages[stage].seen) : '–'}</dd>
          </div>
        ))}
      </dl>
      <p className="sync-verdict">
        {t('syncs.righted', { count: righted })} · {t('syncs.waiting', { count: waiting })}
      </p>
      {run.finishedAt && (
        <p className="muted small">
          {t('syncs.ended')} <Ago at={run.finishedAt} />
        </p>
      )}
    </section>
  );
}
