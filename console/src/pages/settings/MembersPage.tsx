import { UserAddOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useCompany, useMay, useMe } from '../../api/session.ts';
import type { Member } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useAddressFlag } from '../../ui/useAddressFlag.ts';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { useRoleName } from '../../ui/useRoleName.ts';
import { InvitationList } from './InvitationList.tsx';
import { InviteDrawer } from './InviteDrawer.tsx';
import { useRoles } from './useRoles.ts';

function useMembers() {
  return useQuery({ queryKey: keys.members, queryFn: membersApi.list });
}

function useColumns(): Column<Member>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('settings.members.member'),
      isName: true,
      render: (row) => <Person member={row} />,
    },
    { key: 'role', title: t('settings.members.role'), render: (row) => <RoleChoice member={row} /> },
    { key: 'twoStep', title: t('settings.members.twoStep'), render: (row) => <TwoStep member={row} /> },
    { key: 'since', title: t('settings.members.since'), render: (row) => <Ago at={row.createdAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <MemberActions member={row} />,
    },
  ];
}

export default function MembersPage() {
  const { t } = useTranslation();
  const members = useMembers();
  const columns = useColumns();
  const [inviting, setInviting] = useAddressFlag('members:manage');
  const invite = (
    <ActionButton
      type="primary"
      icon={<UserAddOutlined />}
      permission="members:manage"
      onClick={() => setInviting(true)}
    >
      {t('settings.members.invite')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('settings.members.title')} intro={t('settings.members.intro')} actions={invite}>
      <DataList
        label={t('settings.members.list')}
        columns={columns}
        rows={members.data?.members}
        query={members}
        empty={null}
      />
      <InvitationList />
      <InviteDrawer open={inviting} onClose={() => setInviting(false)} />
    </PageFrame>
  );
}

function Person({ member }: { member: Member }) {
  const { t } = useTranslation();
  const { user } = useMe();
  return (
    <>
      {member.name}{' '}
      {member.userId === user.id && <span className="muted small">({t('settings.members.you')})</span>}
      <div className="muted small">{member.email}</div>
    </>
  );
}

function TwoStep({ member }: { member: Member }) {
  const { t } = useTranslation();
  return (
    <StatusTag tone={member.twoFactorEnabled ? 'good' : 'calm'}>
      {t(member.twoFactorEnabled ? 'settings.members.on' : 'settings.members.off')}
    </StatusTag>
  );
}

/** Why a member cannot be changed by who is signed in; null when they can. */
function useBlock(member: Member): string | null {
  const { t } = useTranslation();
  const { user } = useMe();
  const { roles } = useRoles();
  if (member.userId === user.id) return t('settings.members.leaveBlocked');
  const isGivable = roles?.find(({ id }) => id === member.role)?.givable;
  return isGivable === false ? t('settings.members.blockedRole') : null;
}

function RoleChoice({ member }: { member: Member }) {
  const { t } = useTranslation();
  const may = useMay();
  const { options, nameOf } = useRoles();
  const roleName = useRoleName();
  const blocked = useBlock(member);
  const { done, failed } = useNotify();
  const changing = useMutation({
    mutationFn: (role: string) => membersApi.changeRole(member.id, role),
    onSuccess: (_, role) =>
      done(t('settings.members.roleChanged', { name: member.name, role: nameOf(role) })),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.members }),
  });
  if (blocked || !may('members:manage')) return <span title={blocked ?? undefined}>{roleName(member)}</span>;
  return (
    <Select<string>
      size="small"
      className="role-choice"
      aria-label={t('settings.members.roleOf', { name: member.name })}
      value={member.role}
      loading={changing.isPending}
      onChange={(role) => changing.mutate(role)}
      popupMatchSelectWidth={false}
      options={options}
    />
  );
}

function MemberActions({ member }: { member: Member }) {
  const { t } = useTranslation();
  const company = useCompany();
  const confirm = useConfirm();
  const { done } = useNotify();
  const blocked = useBlock(member);
  const remove = () =>
    confirm({
      title: t('settings.members.removeTitle', { name: member.name, company: company.name }),
      content: t('settings.members.removeText'),
      confirm: t('settings.members.remove'),
      action: async () => {
        await membersApi.remove(member.id);
        done(t('settings.members.removed', { name: member.name }));
        await queryClient.invalidateQueries({ queryKey: keys.members });
      },
    });
  return (
    <ActionButton
      size="small"
      permission="members:manage"
      blockedBecause={blocked}
      aria-label={t('settings.members.removeOf', { name: member.name })}
      onClick={remove}
    >
      {t('settings.members.remove')}
    </ActionButton>
  );
}
