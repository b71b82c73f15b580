import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { groupCan } from '../../../../server/modules/compliance/model.ts';
import { keys } from '../../api/keys.ts';
import { requirementService } from '../../api/requirementService.ts';
import type { RequirementGroup } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Copyable } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { BOARD_TONES, boardState } from './boardState.ts';
import { GroupNotice, GroupProgress } from './GroupNotice.tsx';
import { RequirementCard } from './RequirementCard.tsx';
import { SubmitButton } from './SubmitButton.tsx';

/** One dossier; read again by itself when a live event names it. */
export function useGroup(id: string) {
  return useQuery({
    queryKey: keys.group(id),
    queryFn: () => requirementService.getGroup(id),
    enabled: id !== '',
  });
}

export default function RequirementGroupPage() {
  const { groupId = '' } = useParams();
  const { t } = useTranslation();
  const { data: group, error, refetch } = useGroup(groupId);
  const back = { to: paths.compliance, label: t('compliance.group.back') };
  if (group) return <Group group={group} back={back} />;
  if (!error) return <PageSkeleton />;
  return (
    <PageFrame title={t('compliance.title')} back={back}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    </PageFrame>
  );
}

function Group({ group, back }: { group: RequirementGroup; back: { to: string; label: string } }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const words = {
    country: country(group.destinationZone),
    provider: t(`common.providers.${group.provider}`),
    type: t(`common.numberTypes.${group.type}`).toLowerCase(),
  };
  const isComplete = group.requirements.every(({ status }) => status === 'completed');
  const state = boardState({ ...group, isComplete }, Date.now());
  return (
    <PageFrame
      title={t('compliance.group.title', words)}
      aside={<StatusTag tone={BOARD_TONES[state]}>{t(`compliance.states.${state}`)}</StatusTag>}
      intro={t('compliance.group.intro', words)}
      back={back}
      actions={<SubmitButton group={group} />}
    >
      <GroupNotice group={group} />
      <Requirements group={group} />
      {group.telnyxId && (
        <p className="muted small group-id">
          {t('compliance.group.providerId', words)} <Copyable text={group.telnyxId} />
        </p>
      )}
    </PageFrame>
  );
}

/** Everything that a dossier asks for, one card each, under how far it has come. */
export function Requirements({ group }: { group: RequirementGroup }) {
  const { t } = useTranslation();
  const lockedBecause = useLock(group);
  if (!group.requirements.length)
    return <EmptyState title={t('compliance.group.noneTitle')} text={t('compliance.group.noneText')} />;
  return (
    <section aria-label={t('compliance.group.requirements')}>
      <GroupProgress group={group} />
      <div className="requirements">
        {group.requirements.map((requirement) => (
          <RequirementCard
            key={requirement.requirementId}
            group={group}
            requirement={requirement}
            lockedBecause={lockedBecause}
          />
        ))}
      </div>
    </section>
  );
}

/** Why the answers cannot be changed now; null when they can. */
function useLock(group: RequirementGroup): string | null {
  const { t } = useTranslation();
  if (groupCan('edit', group.reviewStatus)) return null;
  return t(`compliance.group.locked.${group.reviewStatus === 'approved' ? 'approved' : 'in_review'}`);
}
