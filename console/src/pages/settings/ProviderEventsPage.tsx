import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { providerEvents } from '../../api/providerAccounts.ts';
import { useMay } from '../../api/session.ts';
import type { Provider, ProviderEvent } from '../../api/types.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';
import { useListState } from '../../ui/useListState.ts';

const FILTERS = ['provider', 'verdict'] as const;
const PROVIDERS: Provider[] = ['telnyx', 'twilio'];
const VERDICTS: ProviderEvent['verdict'][] = ['accepted', 'duplicate', 'refused'];
const VERDICT_TONES: Record<ProviderEvent['verdict'], Tone> = {
  accepted: 'good',
  duplicate: 'calm',
  refused: 'bad',
};
const STATUS_TONES: Record<ProviderEvent['status'], Tone> = {
  received: 'wait',
  handled: 'good',
  ignored: 'calm',
  failed: 'bad',
};

function useEvents(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.providerEvents(query),
    queryFn: () => providerEvents.list(query),
    placeholderData: keepPreviousData,
    enabled: may('provider_accounts:read'),
  });
}

function useColumns(): Column<ProviderEvent>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'type',
      title: t('settings.events.type'),
      isName: true,
      render: (row) => <code>{row.type || row.topic}</code>,
    },
    {
      key: 'topic',
      title: t('settings.events.topic'),
      render: (row) => <code className="muted">{row.topic}</code>,
    },
    { key: 'provider', title: t('common.provider'), render: (row) => t(`common.providers.${row.provider}`) },
    { key: 'verdict', title: t('settings.events.verdict'), render: (row) => <Verdict event={row} /> },
    { key: 'handling', title: t('settings.events.handling'), render: (row) => <Handling event={row} /> },
    {
      key: 'received',
      title: t('settings.events.received'),
      render: (row) => <Moment at={row.receivedAt} />,
    },
  ];
}

export default function ProviderEventsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const events = useEvents(list.query);
  const columns = useColumns();
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState title={t('settings.events.emptyTitle')} text={t('settings.events.emptyText')} />
  );
  return (
    <PageFrame title={t('settings.events.title')} intro={t('settings.events.intro')}>
      <RequirePermission permission="provider_accounts:read">
        <ListToolbar
          isFiltered={list.isFiltered}
          onClear={list.clear}
          csv={{ path: '/api/provider-events', query: list.query, filename: 'webhooks.csv' }}
        >
          <ChoiceFilter
            label={t('common.provider')}
            value={list.filters.provider}
            onChange={(value) => list.setFilter('provider', value)}
            options={PROVIDERS.map((value) => ({ value, label: t(`common.providers.${value}`) }))}
          />
          <ChoiceFilter
            label={t('settings.events.verdict')}
            value={list.filters.verdict}
            onChange={(value) => list.setFilter('verdict', value)}
            options={VERDICTS.map((value) => ({ value, label: t(`settings.events.verdicts.${value}`) }))}
          />
        </ListToolbar>
        <DataList
          label={t('settings.events.list')}
          columns={columns}
          rows={events.data?.events}
          query={events}
          empty={empty}
          pages={{ ...list, nextCursor: events.data?.nextCursor }}
        />
      </RequirePermission>
    </PageFrame>
  );
}

function Verdict({ event }: { event: ProviderEvent }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusTag tone={VERDICT_TONES[event.verdict]}>
        {t(`settings.events.verdicts.${event.verdict}`)}
      </StatusTag>
      {event.reason && <div className="muted small clamp">{event.reason}</div>}
    </>
  );
}

function Handling({ event }: { event: ProviderEvent }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusTag tone={STATUS_TONES[event.status]}>{t(`settings.events.statuses.${event.status}`)}</StatusTag>
      {event.attempts > 1 && (
        <div className="muted small">{t('settings.events.attempts', { count: event.attempts })}</div>
      )}
    </>
  );
}
