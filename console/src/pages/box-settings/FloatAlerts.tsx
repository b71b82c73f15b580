import { useMutation, useQuery } from '@tanstack/react-query';
import { Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FloatSettings, float as floatApi } from '../../api/float.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { francsInput } from '../../ui/francsInput.ts';
import { SecretModal } from '../../ui/SecretModal.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

const FIELD_OF_CODE = { webhook_url_invalid: 'webhookUrl' };

/** When the company is told about the money on its SIMs, and which program is told too. */
export function FloatAlerts() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.floatSettings,
    queryFn: floatApi.settings,
    enabled: may('transactions:read'),
  });
  if (!may('transactions:read')) return null;
  return (
    <section className="panel panel-pad settings-part" aria-labelledby="float-alerts">
      <h2 id="float-alerts">{t('floatAlerts.title')}</h2>
      <p className="muted small part-text">{t('floatAlerts.text')}</p>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data && <AlertForm key={JSON.stringify(data.settings)} settings={data.settings} />}
    </section>
  );
}

function AlertForm({ settings }: { settings: FloatSettings }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const may = useMay();
  const [secret, showSecret] = useState<string | null>(null);
  const [form] = Form.useForm<FloatSettings>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.floatSettings });
  const saving = useMutation({
    mutationFn: (values: FloatSettings) =>
      floatApi.saveSettings({ ...values, webhookUrl: values.webhookUrl?.trim() || null }),
    onSuccess: async ({ webhookSecret }) => {
      done(t('floatAlerts.saved'));
      // The form is made anew with what was saved; the secret is read first.
      if (webhookSecret) showSecret(webhookSecret);
      else await refresh();
    },
  });
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Form<FloatSettings>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={!may('float:manage')}
      initialValues={settings}
      onFinish={(values) => saving.mutate(values)}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <div className="two-columns">
        <Form.Item
          name="differenceAbove"
          label={t('floatAlerts.differenceAbove')}
          extra={t('floatAlerts.differenceAboveHint')}
          rules={required}
        >
          <InputNumber<number> {...francsInput} min={0} />
        </Form.Item>
        <Form.Item
          name="differenceMinutes"
          label={t('floatAlerts.differenceMinutes')}
          extra={t('floatAlerts.differenceMinutesHint')}
          rules={required}
        >
          <InputNumber min={0} max={10_080} precision={0} suffix={t('floatAlerts.minutes')} />
        </Form.Item>
      </div>
      <Form.Item name="webhookUrl" label={t('floatAlerts.webhook')} extra={t('floatAlerts.webhookHint')}>
        <Input inputMode="url" maxLength={2000} placeholder="https://" />
      </Form.Item>
      <ActionButton type="primary" htmlType="submit" permission="float:manage" loading={saving.isPending}>
        {t('common.save')}
      </ActionButton>
      <SecretModal
        secret={secret}
        title={t('floatAlerts.secretTitle')}
        text={t('floatAlerts.secretText')}
        copy={t('common.copy')}
        done={t('common.close')}
        onClose={() => {
          showSecret(null);
          void refresh();
        }}
      />
    </Form>
  );
}
