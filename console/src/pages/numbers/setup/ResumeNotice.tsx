import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { progressOf } from '../../../../../server/modules/compliance/model.ts';
import { paths } from '../../../paths.ts';
import { useFormat } from '../../../ui/useFormat.ts';
import { useGroup } from '../../compliance/RequirementGroupPage.tsx';
import { forgetGroup, readSavedGroup } from './savedGroup.ts';

/** Offers to go on with paperwork that was left half-way. */
export function ResumeNotice() {
  const { t } = useTranslation();
  const { country } = useFormat();
  const navigate = useNavigate();
  const [saved, setSaved] = useState(() => readSavedGroup(document.cookie));
  // A group of another company does not exist for this one: then there is nothing to offer.
  const { data: group } = useGroup(saved?.groupId ?? '');
  if (!saved || !group || group.reviewStatus === 'approved') return null;
  const { completedRequirements: done, totalRequirements: total } = progressOf(group.requirements);
  const resume = () => {
    const query = new URLSearchParams({
      gig: saved.gigId,
      provider: group.provider,
      type: group.type,
      step: 'paperwork',
    });
    void navigate(`${paths.buyNumber()}?${query}`);
  };
  const forget = () => {
    forgetGroup();
    setSaved(null);
  };
  return (
    <Alert
      className="notice"
      type="info"
      showIcon
      title={t('setup.resume.title', { country: country(group.destinationZone) })}
      description={
        <>
          <p>{t('setup.resume.text', { done, total })}</p>
          <div className="notice-actions">
            <Button type="primary" onClick={resume}>
              {t('setup.resume.continue')}
            </Button>
            <Button type="text" onClick={forget}>
              {t('setup.resume.forget')}
            </Button>
          </div>
        </>
      }
    />
  );
}
