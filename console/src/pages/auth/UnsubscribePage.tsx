import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ApiError } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { reports } from '../../api/reports.ts';
import { Welcome } from '../../shell/Welcome.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';

/** Where the link at the foot of a report leads: one button, and no sign-in. */
export default function UnsubscribePage() {
  const { token = '' } = useParams();
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: keys.subscription(token),
    queryFn: () => reports.subscription(token),
    retry: false,
  });
  const ending = useMutation({
    mutationFn: () => reports.unsubscribe(token),
    onSuccess: (ended) => queryClient.setQueryData(keys.subscription(token), ended),
  });
  if (!data && !error) return <PageSkeleton />;
  if (!data) {
    const isGone = error instanceof ApiError && [400, 404].includes(error.status);
    return (
      <Welcome
        title={t('insights.unsubscribe.goneTitle')}
        text={isGone ? t('insights.unsubscribe.goneText') : undefined}
      >
        {!isGone && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      </Welcome>
    );
  }
  const { company, report, rhythm, unsubscribed } = data;
  const named = { company, report: t(`insights.unsubscribe.names.${report}.${rhythm}`) };
  if (unsubscribed)
    return (
      <Welcome title={t('insights.unsubscribe.doneTitle')} text={t('insights.unsubscribe.doneText', named)}>
        {null}
      </Welcome>
    );
  return (
    <Welcome title={t('insights.unsubscribe.title')} text={t('insights.unsubscribe.text', named)}>
      {ending.error && <ErrorNotice error={ending.error} />}
      <Button type="primary" block size="large" loading={ending.isPending} onClick={() => ending.mutate()}>
        {t('insights.unsubscribe.confirm')}
      </Button>
    </Welcome>
  );
}
