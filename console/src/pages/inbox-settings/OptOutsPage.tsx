import { PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { optOuts } from '../../api/optOuts.ts';
import { useMay } from '../../api/session.ts';
import type { OptOut } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { Moment, PhoneText } from '../../ui/texts.tsx';
import { type ListState, useListState } from '../../ui/useListState.ts';
import { ConsentTag, OptOutSource } from './OptOutCells.tsx';
import { OptOutDrawer } from './OptOutDrawer.tsx';
import { OptOutProof } from './OptOutProof.tsx';

const FILTERS = ['search', 'state'] as const;
const STATES: OptOut['state'][] = ['out', 'in'];

/** What the form by hand begins with. */
export interface OptOutDraft {
  phone_number: string;
  state: OptOut['state'];
}

function useOptOuts(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.optOuts(query),
    queryFn: () => optOuts.list(query),
    placeholderData: keepPreviousData,
    enabled: may('messages:read'),
  });
}

function useColumns(
  onProof: (phoneNumber: string) => void,
  onChange: (draft: OptOutDraft) => void,
): Column<OptOut>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'number',
      title: t('texts.number'),
      isName: true,
      render: (row) => <PhoneText value={row.phone_number} />,
    },
    { key: 'state', title: t('texts.optOuts.state'), render: (row) => <ConsentTag state={row.state} /> },
    { key: 'source', title: t('texts.optOuts.source'), render: (row) => <OptOutSource entry={row} /> },
    { key: 'when', title: t('texts.optOuts.when'), render: (row) => <Moment at={row.at} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <OptOutActions entry={row} onProof={onProof} onChange={onChange} />,
    },
  ];
}

export default function OptOutsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const entries = useOptOuts(list.query);
  const [draft, setDraft] = useState<OptOutDraft | null>(null);
  const [proven, setProven] = useState<string | null>(null);
  const columns = useColumns(setProven, setDraft);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="inbox:manage"
      onClick={() => setDraft({ phone_number: '', state: 'out' })}
    >
      {t('texts.optOuts.add')}
    </ActionButton>
  );
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState title={t('texts.optOuts.emptyTitle')} text={t('texts.optOuts.emptyText')} action={add} />
  );
  return (
    <PageFrame title={t('texts.optOuts.title')} intro={t('texts.optOuts.intro')} actions={add}>
      <RequirePermission permission="messages:read">
        <Filters list={list} />
        <DataList
          label={t('texts.optOuts.list')}
          columns={columns}
          rows={entries.data?.opt_outs}
          query={entries}
          empty={empty}
          pages={{ ...list, nextCursor: entries.data?.nextCursor }}
        />
      </RequirePermission>
      <OptOutDrawer draft={draft} onClose={() => setDraft(null)} />
      <OptOutProof phoneNumber={proven} onClose={() => setProven(null)} />
    </PageFrame>
  );
}

function Filters({ list }: { list: ListState<(typeof FILTERS)[number]> }) {
  const { t } = useTranslation();
  const may = useMay();
  const { filters, setFilter } = list;
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/inbox/opt-outs', query: list.query, filename: 'opt-outs.csv' }}
    >
      {may('contacts:reveal') && (
        <SearchFilter
          label={t('texts.optOuts.search')}
          value={filters.search}
          onChange={(value) => setFilter('search', value)}
        />
      )}
      <ChoiceFilter
        label={t('texts.optOuts.state')}
        value={filters.state}
        onChange={(value) => setFilter('state', value)}
        options={STATES.map((value) => ({ value, label: t(`texts.optOuts.states.${value}`) }))}
      />
    </ListToolbar>
  );
}

interface ActionsProps {
  entry: OptOut;
  onProof: (phoneNumber: string) => void;
  onChange: (draft: OptOutDraft) => void;
}

function OptOutActions({ entry, onProof, onChange }: ActionsProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { phone_number } = entry;
  const other = entry.state === 'out' ? 'in' : 'out';
  return (
    <div className="row-actions">
      <ActionButton
        size="small"
        permission="messages:read"
        blockedBecause={!may('contacts:reveal') && t('texts.optOuts.masked')}
        aria-label={t('texts.optOuts.proofOf', { number: phoneText(phone_number) })}
        onClick={() => onProof(phone_number)}
      >
        {t('texts.optOuts.proof')}
      </ActionButton>
      <ActionButton
        size="small"
        permission="inbox:manage"
        onClick={() => onChange({ phone_number, state: other })}
      >
        {t(`texts.optOuts.choose.${other}`)}
      </ActionButton>
    </div>
  );
}
