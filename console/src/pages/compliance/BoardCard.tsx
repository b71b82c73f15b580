import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { GroupSummary } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { BOARD_TONES } from './boardState.ts';
import type { BoardEntry } from './useBoard.ts';

/** One dossier: country, state, what is missing or why it was rejected. */
export function BoardCard({ entry }: { entry: BoardEntry }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const { group, state, destinationZone } = entry;
  const name = country(destinationZone);
  return (
    <article className="panel board-card">
      <header>
        <h2>{name}</h2>
        <span className="muted small">
          {t(`common.providers.${entry.provider}`)} · {t(`common.numberTypes.${entry.type}`)}
        </span>
      </header>
      <div>
        <StatusTag tone={state === 'not_started' ? 'calm' : BOARD_TONES[state]}>
          {t(`compliance.states.${state}`)}
        </StatusTag>
      </div>
      <div className="board-body">
        {group ? <GroupFacts group={group} /> : <NotStarted total={entry.total} />}
      </div>
      <footer>
        {group ? (
          <Link
            to={paths.requirementGroup(group.groupId)}
            aria-label={t('compliance.openOf', { country: name })}
          >
            {t('compliance.open')}
          </Link>
        ) : (
          <Link
            to={paths.buyNumber({ gigId: entry.gigId ?? undefined })}
            aria-label={t('compliance.startOf', { country: name })}
          >
            {t('compliance.start')}
          </Link>
        )}
      </footer>
    </article>
  );
}

function NotStarted({ total }: { total: number }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('compliance.missingCount', { count: total })}</p>
      <p className="muted small">{t('compliance.neededFor')}</p>
    </>
  );
}

function GroupFacts({ group }: { group: GroupSummary }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  const { reviewStatus, expiresAt, missing, rejectionReasons } = group;
  const progress = t('compliance.done', {
    done: group.completedRequirements,
    total: group.totalRequirements,
  });
  return (
    <>
      {!group.isComplete && (
        <>
          <Progress
            percent={group.completionPercentage}
            size="small"
            format={() => progress}
            aria-label={progress}
          />
          <p className="muted small clamp">{missing.map(({ name }) => name).join(', ')}</p>
        </>
      )}
      {[...new Set(rejectionReasons)].map((reason) => (
        <p key={reason} className="reason small">
          {reason}
        </p>
      ))}
      {expiresAt && (
        <p className="muted small">
          {t(reviewStatus === 'expired' ? 'compliance.expiredOn' : 'compliance.until', {
            date: day(expiresAt),
          })}
        </p>
      )}
    </>
  );
}
