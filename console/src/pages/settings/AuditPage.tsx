import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import { audit } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { AuditEntry } from '../../api/types.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PeriodFilter } from '../../ui/PeriodFilter.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { Moment } from '../../ui/texts.tsx';
import { type ListState, useListState } from '../../ui/useListState.ts';
import { AuditAction, ChangeList } from './AuditCells.tsx';
import { AuditChain } from './AuditChain.tsx';

const FILTERS = ['actor', 'entityType', 'entityId', 'from', 'to'] as const;
type Entity = keyof Dictionary['settings']['audit']['entities'];
const ENTITIES: Entity[] = [
  'company',
  'member',
  'invitation',
  'api_key',
  'user',
  'provider_account',
  'gig',
  'number',
  'requirement_group',
  'document',
  'integration',
  'template',
  'opt_out',
  'inbox_settings',
  'call',
  'recording',
  'call_route',
  'box',
  'transaction',
  'webhook',
];

function useAudit(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.audit(query),
    queryFn: () => audit.list(query),
    placeholderData: keepPreviousData,
    staleTime: 0,
    enabled: may('audit:read'),
  });
}

function useColumns(): Column<AuditEntry>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'what',
      title: t('settings.audit.what'),
      isName: true,
      render: (row) => <AuditAction entry={row} />,
    },
    { key: 'who', title: t('settings.audit.who'), render: (row) => <Who entry={row} /> },
    {
      key: 'changes',
      title: t('settings.audit.changes'),
      render: (row) => <ChangeList changes={row.changes} />,
    },
    { key: 'when', title: t('settings.audit.when'), render: (row) => <Moment at={row.at} /> },
  ];
}

export default function AuditPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const entries = useAudit(list.query);
  const columns = useColumns();
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState title={t('settings.audit.emptyTitle')} text={t('settings.audit.emptyText')} />
  );
  return (
    <PageFrame title={t('settings.audit.title')} intro={t('settings.audit.intro')}>
      <RequirePermission permission="audit:read">
        <AuditChain />
        <Filters list={list} />
        <DataList
          label={t('settings.audit.list')}
          columns={columns}
          rows={entries.data?.entries}
          query={entries}
          empty={empty}
          pages={{ ...list, nextCursor: entries.data?.nextCursor }}
        />
      </RequirePermission>
    </PageFrame>
  );
}

function Filters({ list }: { list: ListState<(typeof FILTERS)[number]> }) {
  const { t } = useTranslation();
  const { filters, setFilter, setFilters } = list;
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/api/audit', query: list.query, filename: 'audit.csv' }}
    >
      <SearchFilter
        label={t('settings.audit.actor')}
        value={filters.actor}
        onChange={(value) => setFilter('actor', value)}
      />
      <ChoiceFilter
        label={t('settings.audit.entityType')}
        value={filters.entityType}
        onChange={(value) => setFilter('entityType', value)}
        options={ENTITIES.map((value) => ({ value, label: t(`settings.audit.entities.${value}`) }))}
      />
      <PeriodFilter
        labels={{
          period: t('settings.audit.period'),
          since: t('settings.audit.from'),
          until: t('settings.audit.to'),
        }}
        since={filters.from}
        until={filters.to}
        onChange={(from, to) => setFilters({ from, to })}
      />
    </ListToolbar>
  );
}

function Who({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const details = [t(`settings.audit.actorKinds.${entry.actorKind}`), entry.address]
    .filter(Boolean)
    .join(' · ');
  return (
    <>
      {entry.actorName}
      <div className="muted small">{details}</div>
    </>
  );
}
