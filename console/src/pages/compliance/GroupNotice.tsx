import { Alert, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { progressOf } from '../../../../server/modules/compliance/model.ts';
import type { RequirementGroup } from '../../api/types.ts';

/** What the provider said about the dossier, and what to do next. */
export function GroupNotice({ group }: { group: RequirementGroup }) {
  const { t } = useTranslation();
  const provider = t(`common.providers.${group.provider}`);
  switch (group.reviewStatus) {
    case 'rejected':
      return (
        <Alert
          className="notice"
          type="error"
          showIcon
          title={t('compliance.group.rejected', { provider })}
          description={
            <>
              {group.rejectionReasons.length > 0 && (
                <ul className="bullets">
                  {[...new Set(group.rejectionReasons)].map((reason) => (
                    <li key={reason}>{reason}</li>
                  ))}
                </ul>
              )}
              <p>{t('compliance.group.rejectedText')}</p>
            </>
          }
        />
      );
    case 'in_review':
      return (
        <Alert
          className="notice"
          type="info"
          showIcon
          title={t('compliance.group.inReview')}
          description={t('compliance.group.inReviewText')}
        />
      );
    case 'expired':
      return (
        <Alert
          className="notice"
          type="error"
          showIcon
          title={t('compliance.group.expired')}
          description={t('compliance.group.expiredText')}
        />
      );
    case 'approved':
      return <Alert className="notice" type="success" showIcon title={t('compliance.group.approved')} />;
    case 'draft':
      return null;
  }
}

/** How many of the requirements are answered. */
export function GroupProgress({ group }: { group: RequirementGroup }) {
  const { t } = useTranslation();
  const {
    completedRequirements: done,
    totalRequirements: total,
    completionPercentage,
  } = progressOf(group.requirements);
  const text = t('compliance.done', { done, total });
  return (
    <div className="group-progress">
      <Progress
        percent={completionPercentage}
        showInfo={false}
        aria-label={text}
        strokeColor="var(--r-primary)"
        railColor="var(--r-line)"
      />
      <span aria-live="polite">{text}</span>
    </div>
  );
}
