import {
  DeleteOutlined,
  EditOutlined,
  MailOutlined,
  PauseOutlined,
  PlayCircleOutlined,
  PlusOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { reports, type Schedule } from '../../api/reports.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Moment, Nothing } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { ScheduleDrawer } from './ScheduleDrawer.tsx';
import { SendingList } from './SendingList.tsx';
import '../../ui/styles/reports.css';

/** Who is sent which report, and what became of each. */
export default function SchedulesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [editing, setEditing] = useState<Schedule | 'new' | null>(null);
  const list = useQuery({
    queryKey: keys.reportSchedules,
    queryFn: reports.schedules,
    enabled: may('reports:read'),
  });
  const columns = useColumns(setEditing);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="reports:schedule"
      onClick={() => setEditing('new')}
    >
      {t('insights.schedules.add')}
    </ActionButton>
  );
  return (
    <PageFrame
      title={t('insights.schedules.title')}
      intro={list.data && t('insights.schedules.intro', { zone: list.data.timeZone })}
      actions={add}
    >
      <RequirePermission permission="reports:read">
        {list.data?.mailIsSetUp === false && (
          <Alert
            className="notice"
            type="warning"
            showIcon
            title={t('insights.schedules.notSetUp')}
            description={t('insights.schedules.notSetUpText')}
          />
        )}
        <DataList
          label={t('insights.schedules.list')}
          columns={columns}
          rows={list.data?.schedules}
          query={list}
          empty={
            <EmptyState
              title={t('insights.schedules.emptyTitle')}
              text={t('insights.schedules.emptyText')}
              action={add}
            />
          }
        />
        <SendingList />
      </RequirePermission>
      {list.data && <ScheduleDrawer schedule={editing} known={list.data} onClose={() => setEditing(null)} />}
    </PageFrame>
  );
}

const TONES: Record<Schedule['state'], Tone> = {
  on: 'good',
  paused: 'calm',
  unsubscribed: 'wait',
  not_allowed: 'bad',
};

function useColumns(onEdit: (schedule: Schedule) => void): Column<Schedule>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'to',
      title: t('insights.schedules.to'),
      isName: true,
      render: ({ name, email }) => (
        <>
          {name}
          {email && <div className="muted small">{email}</div>}
        </>
      ),
    },
    {
      key: 'report',
      title: t('insights.schedules.report'),
      render: ({ report, rhythm, hour }) => (
        <>
          {t(`insights.schedules.reports.${report}`)} {t(`insights.schedules.what.${rhythm}`)}
          <div className="muted small">
            {t(`insights.schedules.rhythms.${rhythm}`)}, {String(hour).padStart(2, '0')}:00
          </div>
        </>
      ),
    },
    {
      key: 'attached',
      title: t('insights.schedules.attached'),
      render: (row) => <Attached schedule={row} />,
    },
    {
      key: 'state',
      title: t('common.status'),
      render: ({ state }) => (
        <StatusTag tone={TONES[state]} title={t(`insights.schedules.stateHints.${state}`)}>
          {t(`insights.schedules.states.${state}`)}
        </StatusTag>
      ),
    },
    {
      key: 'next',
      title: t('insights.schedules.next'),
      render: ({ nextAt }) => (nextAt ? <Moment at={nextAt} /> : <Nothing />),
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <RowActions schedule={row} onEdit={onEdit} />,
    },
  ];
}

function Attached({ schedule: { withPdf, withCsv, language } }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const files = [withPdf && 'PDF', withCsv && 'CSV'].filter(Boolean).join(', ');
  return (
    <>
      {files || t('insights.schedules.nothingAttached')}
      <div className="muted small">{t(`insights.schedules.languages.${language}`)}</div>
    </>
  );
}

function RowActions({ schedule, onEdit }: { schedule: Schedule; onEdit: (schedule: Schedule) => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done, failed } = useNotify();
  const { id, name, state } = schedule;
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['report-schedules'] });
  const act = (work: () => Promise<unknown>, said?: string) =>
    work()
      .then(() => said && done(said))
      .then(refresh)
      .catch(failed);
  const remove = () =>
    confirm({
      title: t('insights.schedules.removeTitle'),
      content: t('insights.schedules.removeText', { name }),
      confirm: t('insights.schedules.remove'),
      action: () => act(() => reports.remove(id), t('insights.schedules.removed')),
    });
  const named = (word: string) => ({
    ...({ size: 'small', type: 'text', permission: 'reports:schedule' } as const),
    ...{ 'aria-label': `${word} (${name})`, title: word },
  });
  const isOver = state === 'unsubscribed' && t('insights.schedules.stateHints.unsubscribed');
  return (
    <div className="row-actions">
      <ActionButton
        {...named(t('insights.schedules.sendNow'))}
        icon={<MailOutlined />}
        blockedBecause={isOver}
        onClick={() => void act(() => reports.sendNow(id), t('insights.schedules.sentNow'))}
      />
      <ActionButton
        {...named(t(state === 'paused' ? 'insights.schedules.resume' : 'insights.schedules.pause'))}
        icon={state === 'paused' ? <PlayCircleOutlined /> : <PauseOutlined />}
        blockedBecause={isOver}
        onClick={() => void act(() => reports.change(id, { paused: state !== 'paused' }))}
      />
      <ActionButton
        {...named(t('insights.schedules.edit'))}
        icon={<EditOutlined />}
        onClick={() => onEdit(schedule)}
      />
      <ActionButton {...named(t('insights.schedules.remove'))} icon={<DeleteOutlined />} onClick={remove} />
    </div>
  );
}
