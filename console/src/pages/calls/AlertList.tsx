import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { type CallAlert, callQuality } from '../../api/callQuality.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay, useMe } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ListToolbar } from '../../ui/ListToolbar.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { useMetricText, useSubjectName } from './alertTexts.ts';

const ROWS = 10;

/** What rules noticed, with what is likely to be the cause. */
export function AlertList() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState(['state'], ROWS);
  const alerts = useQuery({
    queryKey: keys.callAlerts(list.query),
    queryFn: () => callQuality.alerts(list.query),
    placeholderData: keepPreviousData,
    enabled: may('calls:read'),
  });
  const columns = useColumns();
  // Without any alert so far, the figures come first: the rules below teach.
  if (alerts.data && !alerts.data.alerts.length && !list.isFiltered && list.page === 1) return null;
  return (
    <section className="alerts" aria-labelledby="alerts">
      <h2 id="alerts">{t('callQuality.alerts.title')}</h2>
      <p className="muted section-text">{t('callQuality.alerts.intro')}</p>
      <ListToolbar isFiltered={false} onClear={list.clear}>
        <Checkbox
          className="toolbar-check"
          checked={list.filters.state === 'open'}
          onChange={(event) => list.setFilter('state', event.target.checked ? 'open' : '')}
        >
          {t('callQuality.alerts.onlyOpen')}
        </Checkbox>
      </ListToolbar>
      <DataList
        label={t('callQuality.alerts.list')}
        columns={columns}
        rows={alerts.data?.alerts}
        query={alerts}
        empty={
          <EmptyState title={t('callQuality.alerts.emptyTitle')} text={t('callQuality.alerts.emptyText')} />
        }
        pages={{ ...list, nextCursor: alerts.data?.nextCursor }}
      />
    </section>
  );
}

function useColumns(): Column<CallAlert>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'what',
      title: t('callQuality.alerts.what'),
      isName: true,
      render: (alert) => <What alert={alert} />,
    },
    { key: 'cause', title: t('callQuality.alerts.cause'), render: (alert) => <Cause alert={alert} /> },
    { key: 'when', title: t('callQuality.alerts.when'), render: ({ raisedAt }) => <Ago at={raisedAt} /> },
    { key: 'state', title: t('callQuality.alerts.state'), render: (alert) => <State alert={alert} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (alert) => <AcknowledgeButton alert={alert} />,
    },
  ];
}

function What({ alert }: { alert: CallAlert }) {
  const { t } = useTranslation();
  const metricText = useMetricText();
  const subject = useSubjectName()(alert.scope, alert.subject, alert.subjectName);
  const { metric, comparison, value, threshold, calls } = alert;
  return (
    <div className="why">
      {alert.ruleName}
      <div className="muted small">
        {[
          subject,
          t(`callQuality.alerts.${comparison}`, {
            metric: t(`callQuality.metrics.${metric}`),
            value: metricText(metric, value),
            threshold: metricText(metric, threshold),
          }),
          t('callQuality.alerts.over', { count: calls }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </div>
  );
}

const SCOPE_OF = { agent_network: 'user', carrier: 'provider', route: 'country', unknown: 'all' } as const;

function Cause({ alert: { culprit } }: { alert: CallAlert }) {
  const { t } = useTranslation();
  const { kind, inside, outside } = culprit;
  const subject = useSubjectName()(SCOPE_OF[kind], culprit.subject, culprit.subjectName) ?? '';
  const counts = {
    ...{ bad: inside.bad, calls: inside.calls, otherBad: outside.bad, otherCalls: outside.calls },
  };
  return (
    <div className="why">
      {t(`callQuality.alerts.culprits.${kind}`, { subject })}
      <div className="muted small">{t(`callQuality.alerts.culpritHints.${kind}`)}</div>
      {kind !== 'unknown' && <div className="muted small">{t('callQuality.alerts.evidence', counts)}</div>}
    </div>
  );
}

function State({ alert }: { alert: CallAlert }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const { clearedAt, acknowledgedBy } = alert;
  const words =
    acknowledgedBy?.id === user.id
      ? t('callQuality.alerts.acknowledged')
      : t('callQuality.alerts.acknowledgedBy', { name: acknowledgedBy?.name ?? '' });
  return (
    <>
      <StatusTag tone={clearedAt ? 'calm' : 'bad'}>
        {t(clearedAt ? 'callQuality.alerts.cleared' : 'callQuality.alerts.open')}
      </StatusTag>
      {acknowledgedBy && <div className="muted small">{words}</div>}
    </>
  );
}

function AcknowledgeButton({ alert }: { alert: CallAlert }) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const acknowledging = useMutation({
    mutationFn: () => callQuality.acknowledge(alert.id),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['call-alerts'] }),
  });
  if (alert.acknowledgedAt || alert.clearedAt) return null;
  return (
    <ActionButton
      size="small"
      permission="calls:manage"
      loading={acknowledging.isPending}
      aria-label={t('callQuality.alerts.acknowledgeOf', { name: alert.ruleName })}
      onClick={() => acknowledging.mutate()}
    >
      {t('callQuality.alerts.acknowledge')}
    </ActionButton>
  );
}
