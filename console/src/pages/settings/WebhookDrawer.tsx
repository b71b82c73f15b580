import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, Form, Input, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WEBHOOK_EVENTS } from '../../../../server/modules/insights/model.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { type Webhook, type WebhookInput, webhooks } from '../../api/webhooks.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { SecretModal } from '../../ui/SecretModal.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';

type Values = WebhookInput & { enabled: boolean };

/** Adds an address, or changes one. A secret is shown once: when it is made, and when it is changed. */
export function WebhookDrawer({
  webhook,
  onClose,
}: {
  webhook: Webhook | 'new' | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<string | null>(null);
  const known = webhook === 'new' ? null : webhook;
  const saving = useMutation({
    mutationFn: async ({ enabled, ...input }: Values) => {
      const given = { ...input, description: input.description ?? '' };
      if (known) await webhooks.change(known.id, { ...given, enabled });
      else setSecret((await webhooks.add(given)).secret);
    },
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.webhooks });
    },
  });
  return (
    <>
      <FormDrawer<Values>
        open={webhook !== null}
        title={t(known ? 'webhooks.edit' : 'webhooks.add')}
        submit={t(known ? 'common.save' : 'webhooks.create')}
        initialValues={known ?? { events: [], enabled: true }}
        saving={saving}
        onClose={onClose}
      >
        <Form.Item
          name="url"
          label={t('webhooks.url')}
          extra={t('webhooks.urlHint')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input type="url" maxLength={2000} autoFocus={!known} autoComplete="off" placeholder="https://" />
        </Form.Item>
        <Form.Item name="description" label={t('webhooks.description')}>
          <Input maxLength={200} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="events"
          label={t('webhooks.events')}
          rules={[{ required: true, type: 'array', min: 1, message: t('webhooks.eventsRequired') }]}
        >
          <Checkbox.Group
            className="webhook-events"
            options={WEBHOOK_EVENTS.map((event) => ({
              value: event,
              label: (
                <>
                  {t(`webhooks.eventNames.${event}`)} <code className="code-chip">{event}</code>
                </>
              ),
            }))}
          />
        </Form.Item>
        {known && (
          <Form.Item name="enabled" label={t('webhooks.enabled')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
        {known && <Rotate webhook={known} onSecret={setSecret} />}
      </FormDrawer>
      <SecretModal
        secret={secret}
        title={t('webhooks.secretTitle')}
        text={t('webhooks.secretText')}
        copy={t('webhooks.copySecret')}
        done={t('webhooks.secretDone')}
        onClose={() => setSecret(null)}
      />
    </>
  );
}

function Rotate({ webhook, onSecret }: { webhook: Webhook; onSecret: (secret: string) => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const rotate = () =>
    confirm({
      title: t('webhooks.rotateTitle'),
      content: t('webhooks.rotateText'),
      confirm: t('webhooks.rotate'),
      danger: false,
      action: async () => {
        onSecret((await webhooks.rotate(webhook.id)).secret);
        await queryClient.invalidateQueries({ queryKey: keys.webhooks });
      },
    });
  return (
    <Form.Item label={t('webhooks.secret')} extra={t('webhooks.secretHint')}>
      <Button onClick={rotate}>{t('webhooks.rotate')}</Button>
    </Form.Item>
  );
}
