import { DownloadOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { archives, type CallArchive } from '../../api/retention.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { download } from '../../ui/download.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { RestoreModal } from './RestoreModal.tsx';

const TONES: Record<CallArchive['state'], Tone> = {
  writing: 'info',
  removing: 'info',
  kept: 'good',
  restoring: 'info',
  restored: 'wait',
  gone: 'calm',
};

/** The name of a month, as YYYY-MM says it. */
export function useMonthName(): (month: string) => string {
  const { language } = useFormat();
  const format = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return (month) => format.format(new Date(`${month}-01T00:00:00Z`));
}

/** The months that left the tables, each a file. */
export function ArchiveMonths() {
  const { t } = useTranslation();
  const may = useMay();
  const [restoring, setRestoring] = useState<CallArchive | null>(null);
  const columns = useColumns(setRestoring);
  const list = useQuery({ queryKey: keys.archives, queryFn: archives.list, enabled: may('calls:read') });
  return (
    <section className="section" aria-labelledby="archive-months">
      <h2 id="archive-months">{t('archive.months')}</h2>
      <DataList
        label={t('archive.months')}
        columns={columns}
        rows={list.data?.archives}
        query={list}
        empty={
          <EmptyState
            title={t('archive.emptyTitle')}
            text={t('archive.emptyText')}
            action={<Link to={paths.retention}>{t('archive.toSettings')}</Link>}
          />
        }
      />
      <RestoreModal archive={restoring} onClose={() => setRestoring(null)} />
    </section>
  );
}

function useColumns(onRestore: (archive: CallArchive) => void): Column<CallArchive>[] {
  const { t } = useTranslation();
  const { language, size } = useFormat();
  const monthName = useMonthName();
  return [
    { key: 'month', title: t('archive.month'), isName: true, render: ({ month }) => monthName(month) },
    {
      key: 'calls',
      title: t('archive.calls'),
      align: 'right',
      render: ({ calls }) => new Intl.NumberFormat(language).format(calls),
    },
    {
      key: 'size',
      title: t('archive.size'),
      align: 'right',
      render: ({ sizeBytes }) => (sizeBytes === null ? t('common.none') : size(sizeBytes)),
    },
    { key: 'state', title: t('common.status'), render: (row) => <State archive={row} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <RowActions archive={row} onRestore={onRestore} />,
    },
  ];
}

function State({ archive: { state, keepUntil, lastError } }: { archive: CallArchive }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  const isStuck = state === 'restoring' && lastError !== null;
  return (
    <>
      <StatusTag tone={isStuck ? 'bad' : TONES[state]}>{t(`archive.states.${state}`)}</StatusTag>
      {state === 'restored' && keepUntil && (
        <div className="muted small">{t('archive.keptUntil', { day: day(keepUntil) })}</div>
      )}
      {isStuck && <div className="muted small">{lastError}</div>}
    </>
  );
}

interface RowProps {
  archive: CallArchive;
  onRestore: (archive: CallArchive) => void;
}

function RowActions({ archive, onRestore }: RowProps) {
  const { t } = useTranslation();
  const month = useMonthName()(archive.month);
  const may = useMay();
  const { done, failed } = useNotify();
  const isBusy = archive.state === 'writing' || archive.state === 'removing';
  const saving = useMutation({
    mutationFn: () => archives.file(archive.id),
    onSuccess: (file) => download(`calls-${archive.month}.ndjson.gz`, file),
    onError: failed,
  });
  const checking = useMutation({
    mutationFn: () => archives.check(archive.id),
    onSuccess: ({ calls }) => done(t('archive.intact', { count: calls })),
    onError: failed,
  });
  const blockedBecause = isBusy && t('archive.busy');
  const small = { size: 'small', permission: 'retention:manage' } as const;
  return (
    <div className="row-actions">
      <ActionButton
        {...small}
        blockedBecause={blockedBecause}
        aria-label={t('archive.restoreOf', { month })}
        onClick={() => onRestore(archive)}
      >
        {t(archive.state === 'kept' ? 'archive.restore' : 'archive.moveDay')}
      </ActionButton>
      <ActionButton
        {...small}
        type="text"
        icon={<SafetyCertificateOutlined />}
        blockedBecause={blockedBecause}
        loading={checking.isPending}
        aria-label={t('archive.checkOf', { month })}
        title={t('archive.checkOf', { month })}
        onClick={() => checking.mutate()}
      />
      <ActionButton
        {...small}
        type="text"
        icon={<DownloadOutlined />}
        blockedBecause={
          blockedBecause ||
          (!may('contacts:reveal') &&
            t('access.needs', { permission: t('access.permissions.contacts:reveal') }))
        }
        loading={saving.isPending}
        aria-label={t('archive.downloadOf', { month })}
        title={t('archive.downloadOf', { month })}
        onClick={() => saving.mutate()}
      />
    </div>
  );
}
