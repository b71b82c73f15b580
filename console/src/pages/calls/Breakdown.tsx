import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callQuality, GROUPS, type GroupBy, type GroupFigures } from '../../api/callQuality.ts';
import { keys } from '../../api/keys.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { phoneText } from '../../ui/format.ts';
import { useFormat } from '../../ui/useFormat.ts';

/** The same calls by what they have in common, worst first; by day it is the charts as a table. */
export function Breakdown({ since }: { since: string }) {
  const { t } = useTranslation();
  const [groupBy, setGroupBy] = useState<GroupBy>('number');
  const query = { since, groupBy };
  const groups = useQuery({
    queryKey: keys.qualityOverview(query),
    queryFn: () => callQuality.overview(query),
    placeholderData: keepPreviousData,
  });
  // While another grouping is fetched, the old rows have the old names.
  const shownBy = groups.data?.groupBy ?? groupBy;
  const rows = [...(groups.data?.groups ?? [])];
  if (shownBy === 'day') rows.reverse();
  else rows.sort((left, right) => left.mos - right.mos);
  return (
    <section className="section" aria-labelledby="breakdown">
      <h2 id="breakdown">{t('callQuality.breakdown')}</h2>
      <p className="muted section-text">{t('callQuality.breakdownText')}</p>
      <div className="toolbar">
        <Segmented<GroupBy>
          className="breakdown-by"
          aria-label={t('callQuality.groupBy')}
          value={groupBy}
          onChange={setGroupBy}
          options={GROUPS.map((value) => ({ value, label: t(`callQuality.groups.${value}`) }))}
        />
      </div>
      <DataList
        label={t('callQuality.breakdown')}
        columns={useColumns(shownBy)}
        rows={groups.data && rows}
        rowKey={({ key }) => key ?? ''}
        query={groups}
        empty={null}
      />
    </section>
  );
}

function useColumns(groupBy: GroupBy): Column<GroupFigures>[] {
  const { t } = useTranslation();
  const { language, percent } = useFormat();
  const name = useKeyName(groupBy);
  const figure = (value: number | null, unit = '') =>
    value === null ? '–' : `${value.toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`.trim();
  return [
    { key: 'key', title: t(`callQuality.groups.${groupBy}`), isName: true, render: (row) => name(row) },
    { key: 'mos', title: t('callQuality.metrics.mos'), align: 'right', render: ({ mos }) => figure(mos) },
    { key: 'share', title: t('callQuality.badCalls'), render: (row) => <Shares row={row} /> },
    {
      key: 'jitter',
      title: t('callQuality.metrics.jitter'),
      align: 'right',
      render: ({ jitter }) => figure(jitter, 'ms'),
    },
    {
      key: 'latency',
      title: t('callQuality.metrics.latency'),
      align: 'right',
      render: ({ latency }) => figure(latency, 'ms'),
    },
    {
      key: 'loss',
      title: t('callQuality.metrics.packet_loss'),
      align: 'right',
      render: ({ packetLoss }) => (packetLoss === null ? '–' : percent(packetLoss)),
    },
    { key: 'calls', title: t('callQuality.callsWord'), align: 'right', render: ({ calls }) => calls },
  ];
}

function useKeyName(groupBy: GroupBy): (row: GroupFigures) => string {
  const { t } = useTranslation();
  const { country, day } = useFormat();
  return ({ key, name }) => {
    if (!key) return t('callQuality.unknownKey');
    switch (groupBy) {
      case 'day':
        return day(`${key}T12:00`);
      case 'number':
        return phoneText(key);
      case 'country':
        return country(key);
      case 'provider':
        return t(`common.providers.${key as 'telnyx' | 'twilio'}`);
      default:
        return name ?? key;
    }
  };
}

/** Good, fair and bad as parts of one bar, with the share of the bad ones beside it. */
function Shares({ row: { calls, good, fair, bad, badShare } }: { row: GroupFigures }) {
  const { t } = useTranslation();
  const { percent } = useFormat();
  const parts = { good, fair, bad } as const;
  const words = (['good', 'fair', 'bad'] as const)
    .map((level) => `${t(`callQuality.levels.${level}`)}: ${parts[level]}`)
    .join(', ');
  return (
    <span className="shares" title={words}>
      <span className="shares-bar" role="img" aria-label={words}>
        {(['good', 'fair', 'bad'] as const).map((level) => (
          <span key={level} data-level={level} style={{ width: `${(parts[level] / calls) * 100}%` }} />
        ))}
      </span>
      {percent(Math.round(badShare * 100))}
    </span>
  );
}
