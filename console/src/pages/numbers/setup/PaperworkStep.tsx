import { Button, Skeleton } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { groupCan, progressOf } from '../../../../../server/modules/compliance/model.ts';
import type { RequirementGroup } from '../../../api/types.ts';
import { paths } from '../../../paths.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { useNotify } from '../../../ui/useNotify.ts';
import { GroupNotice } from '../../compliance/GroupNotice.tsx';
import { Requirements } from '../../compliance/RequirementGroupPage.tsx';
import { useSubmitBlock, useValidate } from '../../compliance/SubmitButton.tsx';
import { forgetGroup, saveGroup } from './savedGroup.ts';
import { mayOrder } from './steps.ts';
import type { Setup } from './useSetup.ts';

/** What the country asks for. Every answer is kept as soon as it is saved, so this can take several sittings. */
export function PaperworkStep({ setup }: { setup: Setup }) {
  const { gig, group } = setup;
  const groupId = group?.id;
  const gigId = gig?.id;
  useEffect(() => {
    if (groupId && gigId) saveGroup({ groupId, gigId });
  }, [groupId, gigId]);
  if (!group) return setup.error ? <BackOnly setup={setup} /> : <Skeleton active paragraph={{ rows: 8 }} />;
  return (
    <div className="setup-step-wide">
      <GroupNotice group={group} />
      <Requirements group={group} />
      <Foot setup={setup} group={group} />
    </div>
  );
}

function BackOnly({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  return <Button onClick={() => setup.go('gig')}>{t('common.back')}</Button>;
}

function Foot({ setup, group }: { setup: Setup; group: RequirementGroup }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { done } = useNotify();
  const validating = useValidate(group);
  const blocked = useContinueBlock(setup, group);

  const forward = () => {
    forgetGroup();
    setup.go('number');
  };
  const submitThenForward = () => {
    if (!groupCan('submit', group.reviewStatus)) return forward();
    validating.mutate(group.id, {
      onSuccess: ({ group: after, isValid }) => {
        if (isValid && mayOrder(setup.provider, after)) forward();
        // What happens next is said at the top.
        else window.scrollTo({ top: 0 });
      },
    });
  };
  const later = () => {
    done(t('setup.paperwork.kept'));
    void navigate(paths.compliance);
  };
  return (
    <div className="step-foot step-foot-sticky">
      <Button onClick={() => setup.go('gig')}>{t('common.back')}</Button>
      <span className="grow" />
      <Button onClick={later}>{t('setup.paperwork.later')}</Button>
      <ActionButton
        type="primary"
        blockedBecause={blocked}
        loading={validating.isPending}
        onClick={submitThenForward}
      >
        {t(groupCan('submit', group.reviewStatus) ? 'setup.paperwork.submit' : 'common.continue')}
      </ActionButton>
    </div>
  );
}

/** Why the number cannot be chosen yet; null when it can. */
function useContinueBlock(setup: Setup, group: RequirementGroup): string | null {
  const { t } = useTranslation();
  const submitBlock = useSubmitBlock(group);
  const { missing } = progressOf(group.requirements);
  if (missing.length)
    return (
      submitBlock ?? t('compliance.group.incomplete', { missing: missing.map(({ name }) => name).join(', ') })
    );
  if (setup.provider === 'twilio' && group.reviewStatus === 'in_review')
    return t('setup.paperwork.twilioWaits');
  return null;
}
