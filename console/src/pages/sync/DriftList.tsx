import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { DRIFT_KINDS, DRIFT_OUTCOMES, type Drift, type DriftOutcome, syncs } from '../../api/syncs.ts';
import type { Provider } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { ChoiceFilter, ListToolbar } from '../../ui/ListToolbar.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Moment, Nothing } from '../../ui/texts.tsx';
import { useListState } from '../../ui/useListState.ts';
import { DriftActions } from './DriftActions.tsx';

const FILTERS = ['outcome', 'kind', 'provider'] as const;
const PROVIDERS: Provider[] = ['telnyx', 'twilio'];
const TONES: Record<DriftOutcome, Tone> = {
  open: 'wait',
  repaired: 'good',
  adopted: 'good',
  person: 'bad',
  settled: 'calm',
  gone: 'calm',
};

/** What differed, the newest first: what we had beside what the provider says. */
export function DriftList() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState(FILTERS);
  const drift = useQuery({
    queryKey: keys.drift(list.query),
    queryFn: () => syncs.drift(list.query),
    placeholderData: keepPreviousData,
    enabled: may('provider_accounts:read'),
  });
  const columns = useColumns();
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState title={t('syncs.emptyTitle')} text={t('syncs.emptyText')} />
  );
  return (
    <section className="section" aria-labelledby="drift">
      <h2 id="drift">{t('syncs.drift')}</h2>
      <ListToolbar
        isFiltered={list.isFiltered}
        onClear={list.clear}
        csv={{ path: syncs.driftPath, query: list.query, filename: 'drift.csv' }}
      >
        <ChoiceFilter
          label={t('syncs.outcome')}
          value={list.filters.outcome}
          onChange={(value) => list.setFilter('outcome', value)}
          options={DRIFT_OUTCOMES.map((value) => ({ value, label: t(`syncs.outcomes.${value}`) }))}
        />
        <ChoiceFilter
          label={t('syncs.kind')}
          value={list.filters.kind}
          onChange={(value) => list.setFilter('kind', value)}
          options={DRIFT_KINDS.map((value) => ({ value, label: t(`syncs.kinds.${value}`) }))}
        />
        <ChoiceFilter
          label={t('common.provider')}
          value={list.filters.provider}
          onChange={(value) => list.setFilter('provider', value)}
          options={PROVIDERS.map((value) => ({ value, label: t(`common.providers.${value}`) }))}
        />
      </ListToolbar>
      <DataList
        label={t('syncs.drift')}
        columns={columns}
        rows={drift.data?.drift}
        query={drift}
        empty={empty}
        pages={{ ...list, nextCursor: drift.data?.nextCursor }}
      />
    </section>
  );
}

function useColumns(): Column<Drift>[] {
  const { t } = useTranslation();
  return [
    { key: 'subject', title: t('syncs.what'), isName: true, render: (row) => <Subject row={row} /> },
    { key: 'outcome', title: t('syncs.outcome'), render: (row) => <Outcome row={row} /> },
    { key: 'field', title: t('syncs.field'), render: (row) => <Field row={row} /> },
    { key: 'ours', title: t('syncs.ours'), render: (row) => <Value text={row.ours} /> },
    { key: 'theirs', title: t('syncs.theirs'), render: (row) => <Value text={row.theirs} /> },
  ];
}

/** What became of it, and what a person can do where it waits for one. */
function Outcome({ row }: { row: Drift }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusTag tone={TONES[row.outcome]}>{t(`syncs.outcomes.${row.outcome}`)}</StatusTag>
      <Reason row={row} />
      <DriftActions row={row} />
    </>
  );
}

function Subject({ row }: { row: Drift }) {
  const { t } = useTranslation();
  const name = row.subject.startsWith('+') ? phoneText(row.subject) : row.subject;
  const path =
    row.entityId && row.kind === 'number'
      ? paths.number(row.entityId)
      : row.entityId && row.kind === 'call'
        ? paths.call(row.entityId)
        : null;
  return (
    <>
      {path ? <Link to={path}>{name}</Link> : name}
      <div className="muted small">
        {t(`syncs.kinds.${row.kind}`)} · {t(`common.providers.${row.provider}`)}
      </div>
      <div className="muted small">
        <Moment at={row.foundAt} />
      </div>
    </>
  );
}

function Field({ row }: { row: Drift }) {
  const { t } = useTranslation();
  if (row.field === 'exists') return t(row.ours === null ? 'syncs.existsThere' : 'syncs.existsHere');
  return row.field === 'status' || row.field === 'price' ? (
    t(`syncs.fields.${row.field}`)
  ) : (
    <code>{row.field}</code>
  );
}

function Value({ text }: { text: string | null }) {
  return text === null ? <Nothing /> : <span className="sync-value">{text}</span>;
}

function Reason({ row }: { row: Drift }) {
  const { t } = useTranslation();
  const text = row.reason === 'SYNC_REPAIR' ? t('syncs.reportedOnly') : row.reason;
  const by = row.settledBy ? t('syncs.by', { name: row.settledBy }) : null;
  return text || by ? <div className="muted small clamp">{text ?? by}</div> : null;
}
