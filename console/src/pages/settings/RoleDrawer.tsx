import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { type RoleInput, roles as rolesApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { CompanyRole } from '../../api/types.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { PermissionChoice } from './PermissionChoice.tsx';

/** What the drawer is open for: a role to change, or one to begin with for a new role. */
export type RoleDraft = { kind: 'change'; role: CompanyRole } | { kind: 'new'; from: CompanyRole | null };

/** Makes or changes a role of the company's own. */
export function RoleDrawer({ draft, onClose }: { draft: RoleDraft | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const changed = draft?.kind === 'change' ? draft.role : null;
  const start = draft?.kind === 'new' ? draft.from : changed;
  const saving = useMutation({
    mutationFn: ({ name, description = '', permissions }: RoleInput) =>
      changed
        ? rolesApi.change(changed.id, { name, description, permissions, version: changed.version ?? 0 })
        : rolesApi.create({ name, description, permissions }),
    onSuccess: async ({ role }) => {
      done(t(changed ? 'roles.changed' : 'roles.made', { name: role.name }));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.roles });
    },
  });
  return (
    <FormDrawer<RoleInput>
      open={draft !== null}
      title={t(changed ? 'roles.change' : 'roles.add')}
      submit={t(changed ? 'common.save' : 'roles.create')}
      initialValues={{
        name: changed?.name ?? '',
        description: changed?.description ?? '',
        permissions: start?.permissions ?? ['company:read'],
      }}
      saving={saving}
      onClose={onClose}
    >
      <Form.Item
        name="name"
        label={t('common.name')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={60} autoFocus autoComplete="off" placeholder={t('roles.namePlaceholder')} />
      </Form.Item>
      <Form.Item name="description" label={t('roles.description')} extra={t('roles.descriptionHint')}>
        <Input maxLength={300} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="permissions"
        label={t('roles.may')}
        extra={t('roles.mayHint')}
        rules={[{ required: true, type: 'array', min: 1, message: t('roles.mayRequired') }]}
      >
        <PermissionChoice withSeeing fromRoles />
      </Form.Item>
    </FormDrawer>
  );
}
