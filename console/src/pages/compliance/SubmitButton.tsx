import { useMutation } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { groupCan, progressOf } from '../../../../server/modules/compliance/model.ts';
import { queryClient } from '../../api/queryClient.ts';
import { requirementService } from '../../api/requirementService.ts';
import type { RequirementGroup } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { showGroup } from './useSubmission.ts';

/** Checks the dossier and sends it to the provider for review. */
export function useValidate(group: RequirementGroup | undefined) {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const { failed } = useNotify();
  return useMutation({
    mutationFn: (groupId: string) => requirementService.validate(groupId),
    onSuccess: (verdict) => {
      showGroup(verdict.group);
      void queryClient.invalidateQueries({ queryKey: ['requirement-groups', 'company'] });
      if (verdict.isValid) return;
      const names = new Map(group?.requirements.map(({ field, name }) => [field, name]));
      notification.warning({
        title: t('compliance.group.invalid'),
        description: verdict.errors
          .map(({ field, message }) => `${names.get(field) ?? field}: ${message}`)
          .join('\n'),
        duration: 10,
        role: 'alert',
      });
    },
    onError: failed,
  });
}

/** Why a dossier cannot be sent for review now; null when it can. */
export function useSubmitBlock(group: RequirementGroup): string | null {
  const { t } = useTranslation();
  if (!groupCan('submit', group.reviewStatus)) {
    return t(`compliance.group.locked.${group.reviewStatus === 'approved' ? 'approved' : 'in_review'}`);
  }
  const { missing } = progressOf(group.requirements);
  return missing.length
    ? t('compliance.group.incomplete', { missing: missing.map(({ name }) => name).join(', ') })
    : null;
}

export function SubmitButton({ group }: { group: RequirementGroup }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const validating = useValidate(group);
  const blocked = useSubmitBlock(group);
  const isAgain = group.reviewStatus === 'rejected' || group.reviewStatus === 'expired';
  const submit = () =>
    validating.mutate(group.id, {
      onSuccess: ({ isValid, isComplete }) => isValid && isComplete && done(t('compliance.group.submitted')),
    });
  return (
    <ActionButton
      type="primary"
      permission="compliance:submit"
      blockedBecause={blocked}
      loading={validating.isPending}
      onClick={submit}
    >
      {t(isAgain ? 'compliance.group.resubmit' : 'compliance.group.submit')}
    </ActionButton>
  );
}
