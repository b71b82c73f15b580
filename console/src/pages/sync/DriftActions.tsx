import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Drift, syncs } from '../../api/syncs.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useNotify } from '../../ui/useNotify.ts';

/** What a person can decide about a thing that differs: take a number over, or leave it as it is. */
export function DriftActions({ row }: { row: Drift }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const client = useQueryClient();
  const settled = (text: string) => () => {
    done(text);
    void client.invalidateQueries({ queryKey: ['syncs'] });
  };
  const settle = useMutation({
    mutationFn: () => syncs.settle(row.id),
    onSuccess: settled(t('syncs.settled')),
    onError: failed,
  });
  const adopt = useMutation({
    mutationFn: () => syncs.adopt(row.id),
    onSuccess: settled(t('syncs.adopted')),
    onError: failed,
  });
  if (row.outcome !== 'person') return null;
  const isStranger = row.kind === 'number' && row.field === 'exists' && row.ours !== 'active';
  return (
    <div className="sync-actions">
      {isStranger && (
        <ActionButton
          size="small"
          type="primary"
          permission="numbers:manage"
          loading={adopt.isPending}
          onClick={() => adopt.mutate()}
        >
          {t('syncs.adopt')}
        </ActionButton>
      )}
      <ActionButton
        size="small"
        permission="provider_accounts:manage"
        loading={settle.isPending}
        onClick={() => settle.mutate()}
      >
        {t('syncs.settle')}
      </ActionButton>
    </div>
  );
}
