import { CopyOutlined, DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isRole } from '../../../../server/modules/identity/model.ts';
import { roles as rolesApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { CompanyRole } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { type RoleDraft, RoleDrawer } from './RoleDrawer.tsx';
import { RoleMatrix } from './RoleMatrix.tsx';
import { useRoles } from './useRoles.ts';

/** What people of the company may do: the four roles that every company has, and its own. */
export default function RolesPage() {
  const { t } = useTranslation();
  const { query, roles } = useRoles();
  const [draft, setDraft] = useState<RoleDraft | null>(null);
  const columns = useColumns(setDraft);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="members:manage"
      onClick={() => setDraft({ kind: 'new', from: null })}
    >
      {t('roles.add')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('roles.title')} intro={t('roles.intro')} actions={add}>
      <RequirePermission permission="members:read">
        <DataList label={t('roles.list')} columns={columns} rows={roles} query={query} empty={null} />
        {roles && (
          <section className="section" aria-labelledby="role-matrix">
            <h2 id="role-matrix">{t('roles.matrix')}</h2>
            <RoleMatrix roles={roles} />
          </section>
        )}
      </RequirePermission>
      <RoleDrawer draft={draft} onClose={() => setDraft(null)} />
    </PageFrame>
  );
}

function useColumns(onDraft: (draft: RoleDraft) => void): Column<CompanyRole>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('settings.members.role'), isName: true, render: (row) => <Name role={row} /> },
    {
      key: 'may',
      title: t('roles.may'),
      render: ({ permissions }) => t('roles.count', { count: permissions.length }),
    },
    { key: 'who', title: t('roles.who'), render: (row) => <Holders role={row} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <RowActions role={row} onDraft={onDraft} />,
    },
  ];
}

function Name({ role }: { role: CompanyRole }) {
  const { t } = useTranslation();
  const { nameOf } = useRoles();
  const hint = isRole(role.id) ? t(`access.roleHints.${role.id}`) : role.description;
  return (
    <>
      {nameOf(role.id)}
      {hint && <div className="muted small role-hint">{hint}</div>}
    </>
  );
}

function Holders({ role: { members, invitations } }: { role: CompanyRole }) {
  const { t } = useTranslation();
  return (
    <>
      {members === 0 ? t('roles.nobody') : t('roles.members', { count: members })}
      {invitations > 0 && <div className="muted small">{t('roles.invited', { count: invitations })}</div>}
    </>
  );
}

function RowActions({ role, onDraft }: { role: CompanyRole; onDraft: (draft: RoleDraft) => void }) {
  const { t } = useTranslation();
  const { nameOf } = useRoles();
  const confirm = useConfirm();
  const { done } = useNotify();
  const name = nameOf(role.id);
  const blocked = role.givable ? null : t('roles.notGivable');
  const remove = () =>
    confirm({
      title: t('roles.deleteTitle', { name }),
      content: t('roles.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await rolesApi.remove(role.id);
        done(t('roles.deleted'));
        await queryClient.invalidateQueries({ queryKey: keys.roles });
      },
    });
  const small = { size: 'small', type: 'text', permission: 'members:manage' } as const;
  const named = (act: 'copyOf' | 'changeOf' | 'deleteOf') => ({
    'aria-label': t(`roles.${act}`, { name }),
    title: t(`roles.${act}`, { name }),
  });
  const copy = () => onDraft({ kind: 'new', from: role });
  return (
    <div className="row-actions">
      <ActionButton {...small} {...named('copyOf')} icon={<CopyOutlined />} onClick={copy} />
      {!isRole(role.id) && (
        <>
          <ActionButton
            {...small}
            {...named('changeOf')}
            icon={<EditOutlined />}
            blockedBecause={blocked}
            onClick={() => onDraft({ kind: 'change', role })}
          />
          <ActionButton
            {...small}
            {...named('deleteOf')}
            icon={<DeleteOutlined />}
            blockedBecause={blocked ?? (role.members + role.invitations > 0 && t('roles.inUse'))}
            onClick={remove}
          />
        </>
      )}
    </div>
  );
}
