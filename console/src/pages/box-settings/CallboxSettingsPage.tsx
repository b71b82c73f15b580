import { useMutation, useQuery } from '@tanstack/react-query';
import { Form, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { callboxSettings } from '../../api/boxes.ts';
import type { CallboxConfig, CallboxRules, CallboxSettings } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { ConfigFields } from './ConfigFields.tsx';
import { FloatAlerts } from './FloatAlerts.tsx';
import { RuleFields } from './RuleFields.tsx';
import { SyncPart } from './SyncPart.tsx';
import '../../ui/styles/call-settings.css';
import '../../ui/styles/transactions.css';

/** How the company's boxes are run. */
export default function CallboxSettingsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.callboxSettings,
    queryFn: callboxSettings.get,
    enabled: may('boxes:read'),
  });
  return (
    <PageFrame title={t('boxSettings.title')} intro={t('boxSettings.intro')}>
      <RequirePermission permission="boxes:read">
        <SyncPart />
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        {data ? (
          <SettingsForm key={data.version} settings={data} />
        ) : (
          !error && <Skeleton active paragraph={{ rows: 8 }} />
        )}
        <FloatAlerts />
      </RequirePermission>
    </PageFrame>
  );
}

type Values = CallboxConfig & { rules: CallboxRules };

function SettingsForm({ settings }: { settings: CallboxSettings }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const may = useMay();
  const saving = useMutation({
    mutationFn: ({ rules, ...config }: Values) =>
      callboxSettings.save({
        config,
        rules: {
          ...rules,
          twoPeopleAbove: rules.twoPeopleAbove ?? null,
          expireAfterMinutes: rules.expireAfterMinutes ?? null,
        },
        version: settings.version,
      }),
    onSuccess: async () => {
      done(t('boxSettings.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.callboxSettings });
    },
  });
  return (
    <Form<Values>
      layout="vertical"
      requiredMark={false}
      disabled={!may('boxes:manage')}
      scrollToFirstError={{ focus: true }}
      initialValues={{ ...settings.config, rules: settings.rules }}
      onFinish={(values) => saving.mutate(values)}
    >
      <section className="panel panel-pad settings-part">
        <h2>{t('boxSettings.rules.title')}</h2>
        <p className="muted small part-text">{t('boxSettings.rules.text')}</p>
        <RuleFields />
      </section>
      <section className="panel panel-pad settings-part">
        <h2>{t('boxSettings.config.title')}</h2>
        <p className="muted small part-text">{t('boxSettings.config.text')}</p>
        <ConfigFields />
      </section>
      <ErrorNotice error={saving.error} />
      <div className="step-foot">
        <ActionButton type="primary" htmlType="submit" permission="boxes:manage" loading={saving.isPending}>
          {t('boxSettings.save')}
        </ActionButton>
      </div>
    </Form>
  );
}
