import { useMutation } from '@tanstack/react-query';
import { Switch, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Integration } from '../../api/textTypes.ts';
import { useReason } from '../../ui/ActionButton.tsx';
import { phoneText } from '../../ui/format.ts';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';

/** Whether a number sends and receives; switching it off is asked about first. */
export function ActiveSwitch({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const reason = useReason('inbox:manage');
  const confirm = useConfirm();
  const { done, failed } = useNotify();
  const { id, name, is_active: isActive } = integration;
  const saving = useMutation({
    mutationFn: (next: boolean) => integrations.update(id, { is_active: next }),
    onSuccess: (_, next) => done(t(next ? 'texts.numbers.activated' : 'texts.numbers.deactivated', { name })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.integrations }),
  });
  const change = (next: boolean) => {
    if (reason) return;
    if (next) return saving.mutate(true, { onError: failed });
    confirm({
      title: t('texts.numbers.deactivateTitle', { name }),
      content: t('texts.numbers.deactivateText', { number: phoneText(integration.phone_number) }),
      confirm: t('texts.numbers.deactivate'),
      danger: false,
      action: () => saving.mutateAsync(false),
    });
  };
  return (
    <Tooltip title={reason}>
      <Switch
        size="small"
        checked={isActive}
        loading={saving.isPending}
        className={reason ? 'is-blocked-switch' : undefined}
        aria-disabled={reason ? true : undefined}
        aria-description={reason ?? undefined}
        aria-label={t('texts.numbers.activeOf', { name })}
        onChange={change}
      />
    </Tooltip>
  );
}
