import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, DatePicker, Form, Input } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PERMISSIONS } from '../../../../server/modules/identity/model.ts';
import { apiKeys } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import type { Permission } from '../../api/types.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { SecretModal } from '../../ui/SecretModal.tsx';

type Noun = keyof Dictionary['access']['groups'];

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
          <ScopeChoice />
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

/** The permissions by noun; a key cannot get what its maker may not do. */
function ScopeChoice({
  value = [],
  onChange,
}: {
  value?: Permission[];
  onChange?: (scopes: Permission[]) => void;
}) {
  const { t } = useTranslation();
  const may = useMay();
  const nouns = [...new Set(PERMISSIONS.map((permission) => permission.split(':')[0] as Noun))];
  const allowed = PERMISSIONS.filter(may);
  const toggle = (permission: Permission, on: boolean) =>
    onChange?.(PERMISSIONS.filter((one) => (one === permission ? on : value.includes(one))));
  return (
    <div className="scope-choice">
      <Button size="small" onClick={() => onChange?.(value.length === allowed.length ? [] : allowed)}>
        {t('settings.keys.all')}
      </Button>
      {nouns.map((noun) => (
        <fieldset key={noun}>
          <legend>{t(`access.groups.${noun}`)}</legend>
          {PERMISSIONS.filter((permission) => permission.startsWith(`${noun}:`)).map((permission) => (
            <Checkbox
              key={permission}
              checked={value.includes(permission)}
              disabled={!may(permission)}
              onChange={(event) => toggle(permission, event.target.checked)}
            >
              {t(`access.permissions.${permission}`)} <code className="code-chip">{permission}</code>
            </Checkbox>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
