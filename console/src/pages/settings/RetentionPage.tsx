import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { type RetentionKind, type RetentionSettings, retention } from '../../api/retention.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { HoldPart } from './RetentionHold.tsx';
import { type Periods, RuleRow } from './RetentionRule.tsx';
import { RunList } from './RetentionRuns.tsx';

/** How long things are kept, what that removes, and every clean-up. */
export default function RetentionPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('retention.title')} intro={t('retention.intro')}>
      <RequirePermission permission="retention:manage">
        <Whole />
      </RequirePermission>
    </PageFrame>
  );
}

function Whole() {
  const may = useMay();
  const settings = useQuery({
    queryKey: keys.retention,
    queryFn: retention.get,
    enabled: may('retention:manage'),
  });
  if (settings.error && !settings.data)
    return <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <PageSkeleton />;
  return (
    <>
      <Failures settings={settings.data} />
      <PeriodForm key={settings.data.version} settings={settings.data} />
      <HoldPart hold={settings.data.hold} />
      <RunList />
    </>
  );
}

/** What failed last stands above everything: somebody has to look. */
function Failures({ settings }: { settings: RetentionSettings }) {
  const { t } = useTranslation();
  const failed = settings.rules.filter(({ lastRun }) => lastRun?.state === 'failed');
  return failed.map(({ what, lastRun }) => (
    <Alert
      key={what}
      className="error-notice"
      type="error"
      showIcon
      role="alert"
      title={t('retention.failed', { what: t(`retention.kinds.${what}`) })}
      description={
        <>
          {lastRun?.failure?.message} {t('retention.failedText')}
        </>
      }
    />
  ));
}

function PeriodForm({ settings }: { settings: RetentionSettings }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<Periods>();
  const rules = settings.rules.filter(({ setElsewhere }) => !setElsewhere);
  const initial = Object.fromEntries(rules.map(({ what, period }) => [what, period])) as Periods;
  const saving = useMutation({
    mutationFn: (values: Periods) => {
      const changed = Object.entries(values).filter(
        ([what, period]) => initial[what as RetentionKind] !== period,
      );
      return retention.save({ periods: Object.fromEntries(changed), version: settings.version });
    },
    onSuccess: async (saved) => {
      queryClient.setQueryData(keys.retention, saved);
      done(t('retention.saved'));
    },
  });
  return (
    <Form<Periods>
      form={form}
      className="panel panel-pad retention-form"
      initialValues={initial}
      onFinish={(values) => saving.mutate(values)}
      requiredMark={false}
    >
      <ErrorNotice error={saving.error} />
      {settings.rules.map((rule) => (
        <RuleRow key={rule.what} rule={rule} />
      ))}
      <div className="retention-foot">
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t('common.save')}
        </Button>
        <Link to={paths.callArchive}>{t('retention.toArchive')}</Link>
      </div>
    </Form>
  );
}
