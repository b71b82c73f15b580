import { useMutation } from '@tanstack/react-query';
import { Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isRole } from '../../../../server/modules/identity/model.ts';
import { invitations } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { CompanyRole } from '../../api/types.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { SecretModal } from '../../ui/SecretModal.tsx';
import { useRoles } from './useRoles.ts';

interface Values {
  email: string;
  role: string;
}

/** Invites by e-mail address; the link is shown once, to be sent by any other way too. */
export function InviteDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { givable, nameOf } = useRoles();
  const [made, setMade] = useState<{ email: string; link: string } | null>(null);
  const inviting = useMutation({
    mutationFn: (values: Values) => invitations.create({ ...values, email: values.email.trim() }),
    onSuccess: async ({ invitation, link }) => {
      setMade({ email: invitation.email, link });
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.invitations });
    },
  });
  return (
    <>
      <FormDrawer<Values>
        open={open}
        title={t('settings.members.invite')}
        submit={t('settings.members.sendInvitation')}
        initialValues={{ role: 'agent' }}
        saving={inviting}
        onClose={onClose}
      >
        <Form.Item
          name="email"
          label={t('settings.members.email')}
          rules={[
            {
              required: true,
              type: 'email',
              transform: (value: string) => value?.trim(),
              message: t('auth.emailInvalid'),
            },
          ]}
          validateTrigger="onBlur"
        >
          <Input type="email" autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item name="role" label={t('settings.members.role')}>
          <Radio.Group
            className="stack"
            options={givable.map((role) => ({
              value: role.id,
              label: <RoleLabel role={role} name={nameOf(role.id)} />,
            }))}
          />
        </Form.Item>
      </FormDrawer>
      <SecretModal
        secret={made?.link ?? null}
        title={t('settings.members.linkTitle')}
        text={t('settings.members.linkText', { email: made?.email ?? '' })}
        copy={t('settings.members.copyLink')}
        done={t('common.close')}
        onClose={() => setMade(null)}
      />
    </>
  );
}

function RoleLabel({ role, name }: { role: CompanyRole; name: string }) {
  const { t } = useTranslation();
  const hint = isRole(role.id) ? t(`access.roleHints.${role.id}`) : role.description;
  return (
    <>
      {name}
      {hint && <div className="muted small">{hint}</div>}
    </>
  );
}
