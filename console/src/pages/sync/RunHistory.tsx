import { Collapse } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SyncRun } from '../../api/syncs.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { countText } from '../../ui/format.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';
import { RUN_TONES } from './runTexts.tsx';

const READ = { isPending: false, isFetching: false, error: null, refetch: () => undefined };

/** The comparisons before this one. */
export function RunHistory({ runs }: { runs: SyncRun[] }) {
  const { t } = useTranslation();
  const seen = ({ stages }: SyncRun) =>
    Object.values(stages).reduce((total, stage) => total + (stage?.seen ?? 0), 0);
  const found = ({ outcomes }: SyncRun) => Object.values(outcomes).reduce((total, count) => total + count, 0);
  const columns: Column<SyncRun>[] = [
    {
      key: 'account',
      title: t('syncs.account'),
      isName: true,
      render: (run) => (
        <>
          {t(`common.providers.${run.provider}`)} <span className="muted small">{run.accountRef}</span>
        </>
      ),
    },
    { key: 'began', title: t('syncs.began'), render: (run) => <Moment at={run.createdAt} /> },
    {
      key: 'by',
      title: t('syncs.startedBy'),
      render: (run) => (run.startedBy === 'clock' ? t('syncs.byClock') : run.starterName),
    },
    {
      key: 'state',
      title: t('syncs.state'),
      render: (run) => <StatusTag tone={RUN_TONES[run.state]}>{t(`syncs.states.${run.state}`)}</StatusTag>,
    },
    { key: 'seen', title: t('syncs.seen'), align: 'right', render: (run) => countText(seen(run)) },
    { key: 'found', title: t('syncs.differences'), align: 'right', render: (run) => countText(found(run)) },
  ];
  const list = (
    <DataList label={t('syncs.history')} columns={columns} rows={runs} query={READ} empty={null} />
  );
  return (
    <Collapse
      className="sync-history"
      items={[{ key: 'history', label: t('syncs.historyOf', { count: runs.length }), children: list }]}
    />
  );
}
