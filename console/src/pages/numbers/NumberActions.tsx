import { ReloadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type NumberAction, numberCan } from '../../../../server/modules/numbers/model.ts';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { PhoneNumber } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { ChangeGigModal } from './ChangeGigModal.tsx';
import { ReleaseModal } from './ReleaseModal.tsx';

/** What can be done with a number; the rules are the server's own table. */
export function NumberActions({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const [open, setOpen] = useState<'gig' | 'release' | null>(null);
  const acting = useMutation({
    mutationFn: (action: 'refresh' | 'configure') => phoneNumberService.act(number.id, action),
    onSuccess: (_, action) =>
      done(t(action === 'refresh' ? 'numbers.refreshed' : 'numbers.configured_again')),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['numbers'] }),
  });
  const blocked = (action: NumberAction) =>
    !numberCan(action, number.status) &&
    t(`numbers.blocked.${action}`, { status: t(`numbers.statuses.${number.status}`) });
  const running = (action: string) => acting.isPending && acting.variables === action;
  return (
    <>
      <ActionButton
        icon={<ReloadOutlined />}
        permission="numbers:manage"
        blockedBecause={blocked('refresh')}
        loading={running('refresh')}
        onClick={() => acting.mutate('refresh')}
      >
        {t('numbers.refresh')}
      </ActionButton>
      <ActionButton
        permission="numbers:manage"
        blockedBecause={blocked('assign')}
        onClick={() => setOpen('gig')}
      >
        {t('numbers.changeGig')}
      </ActionButton>
      <ActionButton
        permission="numbers:manage"
        blockedBecause={blocked('configure')}
        loading={running('configure')}
        onClick={() => acting.mutate('configure')}
      >
        {t('numbers.configure')}
      </ActionButton>
      <ActionButton
        danger
        permission="numbers:manage"
        blockedBecause={blocked('release')}
        onClick={() => setOpen('release')}
      >
        {t('numbers.release')}
      </ActionButton>
      <ChangeGigModal number={number} open={open === 'gig'} onClose={() => setOpen(null)} />
      <ReleaseModal number={number} open={open === 'release'} onClose={() => setOpen(null)} />
    </>
  );
}
