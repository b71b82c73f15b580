import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { invitations as invitationsApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import type { Invitation } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { useRoleName } from '../../ui/useRoleName.ts';

function useInvitations() {
  const may = useMay();
  return useQuery({
    queryKey: keys.invitations,
    queryFn: invitationsApi.list,
    enabled: may('members:manage'),
  });
}

function useColumns(): Column<Invitation>[] {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const roleName = useRoleName();
  return [
    { key: 'email', title: t('settings.members.email'), isName: true, render: (row) => row.email },
    { key: 'role', title: t('settings.members.role'), render: roleName },
    { key: 'status', title: t('common.status'), render: (row) => <InvitationStatus invitation={row} /> },
    { key: 'expires', title: t('common.expires'), render: (row) => moment(row.expiresAt) },
    { key: 'by', title: t('settings.members.invitedBy'), render: (row) => row.inviterName },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <Withdraw invitation={row} />,
    },
  ];
}

/** Invitations that wait to be accepted; absent when there are none. */
export function InvitationList() {
  const { t } = useTranslation();
  const invitations = useInvitations();
  const columns = useColumns();
  if (!invitations.data?.invitations.length) return null;
  return (
    <section className="section" aria-labelledby="invitations">
      <h2 id="invitations">{t('settings.members.invitations')}</h2>
      <DataList
        label={t('settings.members.invitationList')}
        columns={columns}
        rows={invitations.data.invitations}
        query={invitations}
        empty={null}
      />
    </section>
  );
}

function InvitationStatus({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const isExpired = invitation.status === 'expired';
  return (
    <StatusTag tone={isExpired ? 'bad' : 'wait'}>
      {t(isExpired ? 'settings.members.expired' : 'settings.members.pending')}
    </StatusTag>
  );
}

function Withdraw({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { id, email } = invitation;
  const withdraw = () =>
    confirm({
      title: t('settings.members.withdrawTitle', { email }),
      content: t('settings.members.withdrawText'),
      confirm: t('settings.members.withdraw'),
      action: async () => {
        await invitationsApi.remove(id);
        done(t('settings.members.withdrawn'));
        await queryClient.invalidateQueries({ queryKey: keys.invitations });
      },
    });
  return (
    <ActionButton
      size="small"
      permission="members:manage"
      aria-label={t('settings.members.withdrawOf', { email })}
      onClick={withdraw}
    >
      {t('settings.members.withdraw')}
    </ActionButton>
  );
}
