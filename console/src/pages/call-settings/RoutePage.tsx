import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { callRoutes } from '../../api/calls.ts';
import type { CallRoute, RouteRule } from '../../api/callTypes.ts';
import { ApiError } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { paths } from '../../paths.ts';
import { useOurNumbers } from '../../softphone/useOurNumbers.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { incompleteParts } from './logic/ruleProblems.ts';
import { RuleForm } from './RuleForm.tsx';
import { Summary } from './Summary.tsx';
import '../../ui/styles/call-settings.css';

const DEFAULT = 'default';

/** What happens to calls for one number, or for all that have no rules of their own. */
export default function RoutePage() {
  const { numberId = '' } = useParams();
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: keys.callRoute(numberId),
    queryFn: () => callRoutes.get(numberId),
  });
  const number = useOurNumbers().numbers?.find(({ id }) => id === numberId)?.phoneNumber;
  const title =
    numberId === DEFAULT
      ? t('callRules.route.titleDefault')
      : t('callRules.route.title', { number: number ? phoneText(number) : '…' });
  const back = { to: paths.callRoutes, label: t('callRules.route.back') };
  if (!data && !error) return <PageSkeleton />;
  return (
    <PageFrame title={title} back={back}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data && <Editor key={`${numberId} ${data.route.version}`} numberId={numberId} route={data.route} />}
    </PageFrame>
  );
}

function useSaving(numberId: string, route: CallRoute, rule: RouteRule) {
  const { t } = useTranslation();
  const { done } = useNotify();
  return useMutation({
    mutationFn: () => callRoutes.save(numberId, { rule, version: route.version }),
    onSuccess: async () => {
      done(t('callRules.route.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.callRoutes });
    },
  });
}

function Editor({ numberId, route }: { numberId: string; route: CallRoute }) {
  const { t } = useTranslation();
  const [rule, setRule] = useState<RouteRule>(route.rule);
  const saving = useSaving(numberId, route, rule);
  const incomplete = incompleteParts(rule);
  const isChanged = JSON.stringify(rule) !== JSON.stringify(route.rule);
  return (
    <div className="route-editor">
      <RuleForm rule={rule} onChange={(fields) => setRule({ ...rule, ...fields })} incomplete={incomplete} />
      <aside className="route-aside">
        <section className="panel panel-pad" aria-labelledby="route-summary" aria-live="polite">
          <h2 id="route-summary">{t('callRules.route.summary')}</h2>
          <Summary rule={rule} />
        </section>
        <Conflict error={saving.error} />
        <div className="route-acts">
          <ActionButton
            type="primary"
            permission="calls:manage"
            blockedBecause={incomplete.includes('hours') && t('callRules.route.fixHours')}
            loading={saving.isPending}
            onClick={() => incomplete.length === 0 && saving.mutate()}
          >
            {t('callRules.route.save')}
          </ActionButton>
          {route.isOwn && numberId !== DEFAULT && <FollowDefault numberId={numberId} />}
        </div>
        {isChanged && <p className="muted small">{t('callRules.route.unsaved')}</p>}
      </aside>
    </div>
  );
}

/** Gives a number's own rules up. */
function FollowDefault({ numberId }: { numberId: string }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const ask = useConfirm();
  const drop = async () => {
    await callRoutes.drop(numberId);
    done(t('callRules.route.dropped'));
    await queryClient.invalidateQueries({ queryKey: keys.callRoutes });
  };
  return (
    <ActionButton
      type="text"
      permission="calls:manage"
      onClick={() =>
        ask({
          title: t('callRules.route.dropTitle'),
          content: t('callRules.route.dropText'),
          confirm: t('callRules.route.drop'),
          action: drop,
        })
      }
    >
      {t('callRules.route.drop')}
    </ActionButton>
  );
}

/** Two people who edit at once: the second is told, and chooses. */
function Conflict({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiError) || error.code !== 'changed_meanwhile')
    return <ErrorNotice error={error} />;
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t('callRules.route.changed')}
      action={
        <Button
          size="small"
          onClick={() => void queryClient.invalidateQueries({ queryKey: keys.callRoutes })}
        >
          {t('callRules.route.reload')}
        </Button>
      }
    />
  );
}
