import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { RETENTION_KINDS, RUN_STATES } from '../../../../server/modules/insights/model.ts';
import { keys } from '../../api/keys.ts';
import { type RetentionRun, retention } from '../../api/retention.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar } from '../../ui/ListToolbar.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useListState } from '../../ui/useListState.ts';
import { useReasons } from './useReasons.ts';

const TONES: Record<RetentionRun['state'], Tone> = {
  running: 'info',
  done: 'good',
  failed: 'bad',
  held: 'wait',
};

export function RunState({ run }: { run: RetentionRun }) {
  const { t } = useTranslation();
  return (
    <StatusTag tone={TONES[run.state]} title={run.failure?.message ?? ''}>
      {t(`retention.states.${run.state}`)}
    </StatusTag>
  );
}

/** Every clean-up, the newest first. */
export function RunList() {
  const { t } = useTranslation();
  const list = useListState(['what', 'state'] as const);
  const columns = useColumns();
  const runs = useQuery({
    queryKey: keys.retentionRuns(list.query),
    queryFn: () => retention.runs(list.query),
  });
  return (
    <section className="section" aria-labelledby="retention-runs">
      <h2 id="retention-runs">{t('retention.runs')}</h2>
      <ListToolbar isFiltered={list.isFiltered} onClear={list.clear}>
        <ChoiceFilter
          label={t('retention.what')}
          value={list.filters.what}
          onChange={(next) => list.setFilter('what', next)}
          options={RETENTION_KINDS.map((value) => ({ value, label: t(`retention.kinds.${value}`) }))}
        />
        <ChoiceFilter
          label={t('common.status')}
          value={list.filters.state}
          onChange={(next) => list.setFilter('state', next)}
          options={RUN_STATES.map((value) => ({ value, label: t(`retention.states.${value}`) }))}
        />
      </ListToolbar>
      <DataList
        label={t('retention.runs')}
        columns={columns}
        rows={runs.data?.runs}
        query={runs}
        empty={
          list.isFiltered ? (
            <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
          ) : (
            <EmptyState title={t('retention.noRuns')} text={t('retention.noRunsText')} />
          )
        }
        pages={{ ...list, nextCursor: runs.data?.nextCursor }}
      />
    </section>
  );
}

function useColumns(): Column<RetentionRun>[] {
  const { t } = useTranslation();
  const { day } = useFormat();
  return [
    {
      key: 'what',
      title: t('retention.what'),
      isName: true,
      render: ({ what, before }) => (
        <>
          {t(`retention.kinds.${what}`)}
          <div className="muted small">{t('retention.before', { day: day(before) })}</div>
        </>
      ),
    },
    { key: 'state', title: t('common.status'), render: (row) => <Outcome run={row} /> },
    { key: 'removed', title: t('retention.removed'), align: 'right', render: (row) => <Removed run={row} /> },
    {
      key: 'when',
      title: t('retention.when'),
      render: ({ startedAt, seconds, askedBy }) => (
        <>
          <Ago at={startedAt} />
          <div className="muted small">
            {[
              askedBy ?? t('retention.clock'),
              seconds === null ? null : t('retention.took', { seconds: Math.max(1, Math.round(seconds)) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </>
      ),
    },
  ];
}

function Outcome({ run }: { run: RetentionRun }) {
  const reasonsOf = useReasons();
  const said = run.failure ? [run.failure.message, run.failure.detail ?? ''] : reasonsOf(run.stayed);
  return (
    <>
      <RunState run={run} />
      {said.filter(Boolean).map((sentence) => (
        <div key={sentence} className="muted small retention-said">
          {sentence}
        </div>
      ))}
    </>
  );
}

function Removed({ run: { removed, bytes } }: { run: RetentionRun }) {
  const { language, size } = useFormat();
  return (
    <>
      {new Intl.NumberFormat(language).format(removed)}
      {bytes > 0 && <div className="muted small">{size(bytes)}</div>}
    </>
  );
}
