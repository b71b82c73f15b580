import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { sync } from '../../api/boxes.ts';
import type { SyncStatus } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { countText } from '../../ui/format.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago, Nothing } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';

const LOOK_MS = 15_000;

/** Whether transactions are handed out: plain to see, and plain to stop. */
export function SyncPart() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.syncStatus,
    queryFn: sync.status,
    enabled: may('boxes:read'),
    refetchInterval: LOOK_MS,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <section className="panel panel-pad settings-part sync" data-running={data?.status.running}>
      <div className="sync-head">
        <h2>{t('boxSettings.sync.title')}</h2>
        {data && (
          <StatusTag tone={data.status.running ? 'good' : 'bad'}>
            {t(data.status.running ? 'boxSettings.sync.running' : 'boxSettings.sync.stopped')}
          </StatusTag>
        )}
      </div>
      {data && <Standing status={data.status} />}
    </section>
  );
}

function Standing({ status }: { status: SyncStatus }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const { running, changedAt, changedBy, lastSync } = status;
  const when = changedAt && moment(changedAt);
  return (
    <>
      <p>
        {t(running ? 'boxSettings.sync.runningText' : 'boxSettings.sync.stoppedText')}{' '}
        {when && (
          <span className="muted">
            {changedBy
              ? t('boxSettings.sync.by', { when, name: changedBy })
              : t('boxSettings.sync.since', { when })}
          </span>
        )}
      </p>
      <dl className="account">
        <div>
          <dt>{t('boxSettings.sync.connected')}</dt>
          <dd>{countText(status.connectedCallboxes)}</dd>
        </div>
        <div>
          <dt>{t('boxSettings.sync.pending')}</dt>
          <dd>{countText(status.pendingTransactions)}</dd>
        </div>
        <div>
          <dt>{t('boxSettings.sync.last')}</dt>
          <dd>{lastSync ? <Ago at={lastSync} /> : <Nothing />}</dd>
        </div>
      </dl>
      <Acts status={status} />
      <p className="muted small">
        {t('boxSettings.sync.interval', { seconds: countText(status.intervalMs / 1000) })}
      </p>
    </>
  );
}

const DONE = { start: 'started', stop: 'stopDone', force: 'forced' } as const;

function Acts({ status: { running } }: { status: SyncStatus }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const confirm = useConfirm();
  const acting = useMutation({
    mutationFn: (act: keyof typeof DONE) => sync.act(act),
    onSuccess: ({ status }, act) => {
      queryClient.setQueryData(keys.syncStatus, { status });
      done(t(`boxSettings.sync.${DONE[act]}`));
    },
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['transactions'] }),
  });
  const is = (act: string) => acting.isPending && acting.variables === act;
  const stop = () =>
    confirm({
      title: t('boxSettings.sync.stopTitle'),
      content: t('boxSettings.sync.stopQuestion'),
      confirm: t('boxSettings.sync.stop'),
      action: () => acting.mutateAsync('stop').catch(() => undefined),
    });
  return (
    <div className="transaction-acts">
      {running ? (
        <ActionButton danger permission="boxes:manage" loading={is('stop')} onClick={stop}>
          {t('boxSettings.sync.stop')}
        </ActionButton>
      ) : (
        <ActionButton
          type="primary"
          permission="boxes:manage"
          loading={is('start')}
          onClick={() => acting.mutate('start')}
        >
          {t('boxSettings.sync.start')}
        </ActionButton>
      )}
      <ActionButton
        permission="boxes:manage"
        blockedBecause={!running && t('boxSettings.sync.blockedForce')}
        loading={is('force')}
        onClick={() => acting.mutate('force')}
      >
        {t('boxSettings.sync.force')}
      </ActionButton>
    </div>
  );
}
