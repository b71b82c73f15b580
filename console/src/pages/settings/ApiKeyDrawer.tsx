import { useMutation } from '@tanstack/react-query';
import { DatePicker, Form, Input } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiKeys } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Permission } from '../../api/types.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { SecretModal } from '../../ui/SecretModal.tsx';
import { PermissionChoice } from './PermissionChoice.tsx';

interface Values {
  name: string;
  scopes: Permission[];
  expiresAt?: Dayjs | null;
}

/** Makes a key; its secret is shown once. */
export function ApiKeyDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<string | null>(null);
  const creating = useMutation({
    mutationFn: ({ name, scopes, expiresAt }: Values) =>
      apiKeys.create({
        name,
        scopes,
        ...(expiresAt ? { expiresAt: expiresAt.endOf('day').toISOString() } : {}),
      }),
    onSuccess: async (made) => {
      setSecret(made.secret);
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.apiKeys });
    },
  });
  return (
    <>
      <FormDrawer<Values>
        open={open}
        title={t('settings.keys.add')}
        submit={t('settings.keys.create')}
        initialValues={{ scopes: [] }}
        saving={creating}
        onClose={onClose}
      >
        <Form.Item
          name="name"
          label={t('common.name')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={120} autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="scopes"
          label={t('settings.keys.scopes')}
          extra={t('settings.keys.scopesHint')}
          rules={[{ required: true, type: 'array', min: 1, message: t('settings.keys.scopesRequired') }]}
        >
          <PermissionChoice fromRoles />
        </Form.Item>
        <Form.Item name="expiresAt" label={t('settings.keys.expiry')} extra={t('settings.keys.expiryHint')}>
          <DatePicker className="grow-block" minDate={dayjs()} />
        </Form.Item>
      </FormDrawer>
      <SecretModal
        secret={secret}
        title={t('settings.keys.secretTitle')}
        text={t('settings.keys.secretText')}
        copy={t('settings.keys.copySecret')}
        done={t('settings.keys.secretDone')}
        onClose={() => setSecret(null)}
      />
    </>
  );
}
