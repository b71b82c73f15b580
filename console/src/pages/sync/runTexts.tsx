import { useTranslation } from 'react-i18next';
import type { SyncRun, SyncState } from '../../api/syncs.ts';
import type { Tone } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';

export const RUN_TONES: Record<SyncState, Tone> = {
  waiting: 'wait',
  running: 'info',
  paused: 'wait',
  done: 'good',
  failed: 'bad',
};

const REASONS = [
  'provider_rate_limited',
  'provider_timeout',
  'provider_error',
  'provider_unauthorized',
  'provider_not_configured',
  'provider_rejected',
] as const;
type Reason = (typeof REASONS)[number];
const isKnown = (code: string): code is Reason => (REASONS as readonly string[]).includes(code);

/** Why a run waits, or was given up, and what to do; nothing for one that goes well. */
export function RunReason({ run }: { run: SyncRun }) {
  const { t } = useTranslation();
  const { reasonCode, reason, resumeAt } = run;
  if (!reasonCode) return null;
  const provider = t(`common.providers.${run.provider}`);
  return (
    <p className={run.state === 'failed' ? 'sync-reason is-bad' : 'sync-reason'}>
      {isKnown(reasonCode) ? t(`syncs.reasons.${reasonCode}`, { provider }) : t('syncs.reasons.unknown')}{' '}
      {resumeAt && (
        <>
          {t('syncs.resumes')} <Moment at={resumeAt} />.
        </>
      )}
      {reason && <span className="muted small clamp"> {reason}</span>}
    </p>
  );
}
