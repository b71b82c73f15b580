import { useMutation, useQuery } from '@tanstack/react-query';
import { Form, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CallSettings } from '../../../../server/modules/calls/model.ts';
import { type CallSettingsAnswer, callSettings } from '../../api/calls.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { budgetsOf, settingsToKeep } from './logic/settings.ts';
import { QualityLimits } from './QualityLimits.tsx';
import { Limits, RecordingRules, WhereTo } from './SettingsParts.tsx';
import '../../ui/styles/call-settings.css';

export default function CallSettingsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.callSettings,
    queryFn: callSettings.get,
    enabled: may('calls:read'),
  });
  return (
    <PageFrame title={t('callRules.settings.title')} intro={t('callRules.settings.intro')}>
      <RequirePermission permission="calls:read">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        {data ? (
          <SettingsForm key={data.version} {...data} />
        ) : (
          !error && <Skeleton active paragraph={{ rows: 8 }} />
        )}
      </RequirePermission>
    </PageFrame>
  );
}

function SettingsForm({ settings, version, spentToday }: CallSettingsAnswer) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const may = useMay();
  const saving = useMutation({
    mutationFn: (fields: CallSettings) =>
      callSettings.save({ version, settings: settingsToKeep(settings, fields) }),
    onSuccess: async () => {
      done(t('callRules.settings.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.callSettings });
    },
  });
  return (
    <Form<CallSettings>
      layout="vertical"
      requiredMark={false}
      disabled={!may('calls:manage')}
      scrollToFirstError={{ focus: true }}
      initialValues={{ ...settings, dailySpendMax: budgetsOf(settings.dailySpendMax) }}
      onFinish={(fields) => saving.mutate(fields)}
    >
      <WhereTo />
      <Limits spent={spentToday} />
      <RecordingRules />
      <QualityLimits />
      <ErrorNotice error={saving.error} />
      <div className="step-foot">
        <ActionButton type="primary" htmlType="submit" permission="calls:manage" loading={saving.isPending}>
          {t('callRules.settings.save')}
        </ActionButton>
      </div>
    </Form>
  );
}
