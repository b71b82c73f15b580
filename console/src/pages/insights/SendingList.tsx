import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { reports, type Sending } from '../../api/reports.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';

/** What is on its way is looked at again soon. */
const REFRESH_MS = 5000;
const REASONS = ['removed', 'unsubscribed', 'paused', 'other_reader', 'not_allowed', 'interrupted'] as const;
const TONES: Record<Sending['state'] | 'retrying', Tone> = {
  ...{ waiting: 'wait', retrying: 'bad', sending: 'info' },
  ...{ sent: 'good', failed: 'bad', skipped: 'calm' },
};

/** The newest reports that were sent, or were to be. */
export function SendingList() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useQuery({
    queryKey: keys.reportSendings,
    queryFn: reports.sendings,
    enabled: may('reports:read'),
    refetchInterval: REFRESH_MS,
  });
  return (
    <section className="section" aria-labelledby="sendings">
      <h2 id="sendings">{t('insights.schedules.history')}</h2>
      <DataList
        label={t('insights.schedules.history')}
        columns={useColumns()}
        rows={list.data?.sendings}
        query={list}
        empty={
          <EmptyState
            title={t('insights.schedules.historyEmpty')}
            text={t('insights.schedules.historyEmptyText')}
          />
        }
      />
    </section>
  );
}

function useColumns(): Column<Sending>[] {
  const { t } = useTranslation();
  const { day } = useFormat();
  return [
    {
      key: 'to',
      title: t('insights.schedules.to'),
      isName: true,
      render: ({ name, email }) => (
        <>
          {name ?? email ?? '–'}
          {name && email && <div className="muted small">{email}</div>}
        </>
      ),
    },
    {
      key: 'report',
      title: t('insights.schedules.report'),
      render: ({ report, byHand }) => (
        <>
          {t(`insights.schedules.reports.${report}`)}
          {byHand && <div className="muted small">{t('insights.schedules.byHand')}</div>}
        </>
      ),
    },
    {
      key: 'period',
      title: t('insights.schedules.period'),
      render: ({ from, to }) =>
        from === to ? day(`${from}T12:00`) : `${day(`${from}T12:00`)} – ${day(`${to}T12:00`)}`,
    },
    { key: 'state', title: t('common.status'), render: (row) => <Outcome sending={row} /> },
    {
      key: 'at',
      title: t('insights.schedules.when'),
      render: ({ doneAt, createdAt }) => <Moment at={doneAt ?? createdAt} />,
    },
  ];
}

/** What became of it, and why. */
function Outcome({ sending: { state, reason, attempts, nextAt } }: { sending: Sending }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const shown = state === 'waiting' && attempts > 0 ? 'retrying' : state;
  const keyword = REASONS.find((each) => each === reason);
  return (
    <>
      <StatusTag tone={TONES[shown]}>{t(`insights.schedules.sending.${shown}`)}</StatusTag>
      {reason && state !== 'sent' && (
        <div className="muted small sending-reason">
          {keyword ? t(`insights.schedules.reasons.${keyword}`) : reason}
        </div>
      )}
      {shown === 'retrying' && nextAt && (
        <div className="muted small">
          {t('insights.schedules.nextTry', { count: attempts, when: moment(nextAt) })}
        </div>
      )}
    </>
  );
}
