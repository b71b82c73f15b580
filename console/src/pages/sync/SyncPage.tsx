import { SyncOutlined } from '@ant-design/icons';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { type SyncRun, syncs } from '../../api/syncs.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { DriftList } from './DriftList.tsx';
import { RunCard } from './RunCard.tsx';
import { RunHistory } from './RunHistory.tsx';

const RUNS = 50;

/** The newest run of each account, of a list that is newest first. */
function newestOfEach(runs: readonly SyncRun[]): SyncRun[] {
  const seen = new Set<string>();
  return runs.filter(({ provider, accountId }) => {
    const key = `${provider} ${accountId}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** What we have, compared with what the providers say: how far it is, what differed, and what somebody has to decide. */
export default function SyncPage() {
  const { t } = useTranslation();
  const may = useMay();
  const runs = useQuery({
    queryKey: keys.syncRuns({ limit: RUNS }),
    queryFn: () => syncs.list({ limit: RUNS }),
    placeholderData: keepPreviousData,
    enabled: may('provider_accounts:read'),
  });
  const newest = newestOfEach(runs.data?.runs ?? []);
  return (
    <PageFrame title={t('syncs.title')} intro={t('syncs.intro')} actions={<StartButton newest={newest} />}>
      <RequirePermission permission="provider_accounts:read">
        {Boolean(runs.error) && <ErrorNotice error={runs.error} onRetry={() => void runs.refetch()} />}
        {runs.data && newest.length === 0 && (
          <div className="panel">
            <EmptyState title={t('syncs.neverTitle')} text={t('syncs.neverText')} />
          </div>
        )}
        <div className="sync-accounts">
          {newest.map((run) => (
            <RunCard key={run.id} run={run} />
          ))}
        </div>
        <DriftList />
        {runs.data && runs.data.runs.length > 0 && <RunHistory runs={runs.data.runs} />}
      </RequirePermission>
    </PageFrame>
  );
}

/** Begins a comparison of every account; those under way already go on. */
function StartButton({ newest }: { newest: readonly SyncRun[] }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const client = useQueryClient();
  const isUnderWay =
    newest.length > 0 && newest.every(({ state }) => state === 'waiting' || state === 'running');
  const start = useMutation({
    mutationFn: syncs.start,
    onSuccess: () => {
      done(t('syncs.started'));
      void client.invalidateQueries({ queryKey: ['syncs'] });
    },
    onError: failed,
  });
  return (
    <ActionButton
      type="primary"
      icon={<SyncOutlined />}
      permission="provider_accounts:manage"
      blockedBecause={isUnderWay && t('syncs.underWay')}
      loading={start.isPending}
      onClick={() => start.mutate()}
    >
      {t('syncs.start')}
    </ActionButton>
  );
}
