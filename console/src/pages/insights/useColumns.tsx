import { useTranslation } from 'react-i18next';
import type { EndedRow, NumberRow, ReportBy, SoundRow } from '../../api/insights.ts';
import type { Cell, Unit } from '../../api/reports.ts';
import type { Column } from '../../ui/DataList.tsx';
import { PhoneText } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { figureText } from './figureText.ts';
import { useKeyName } from './reportColumns.tsx';

/** Makes columns of figures, aligned on the right. */
function useFigures<Row extends object>() {
  const { language } = useFormat();
  return (
    key: keyof Row & string,
    title: string,
    unit: Unit,
    currency: string | null = null,
  ): Column<Row> => ({
    ...{ key, title, align: 'right' },
    render: (row) => figureText(row[key] as Cell, unit, currency, language),
  });
}

/** How calls sounded. */
export function useSoundColumns(by: ReportBy): Column<SoundRow>[] {
  const { t } = useTranslation();
  const name = useKeyName(by);
  const figure = useFigures<SoundRow>();
  return [
    { key: 'key', title: t(`insights.reports.groups.${by}`), isName: true, render: name },
    figure('calls', t('insights.reports.measured'), 'count'),
    figure('good', t('insights.reports.good'), 'count'),
    figure('fair', t('insights.reports.fair'), 'count'),
    figure('bad', t('insights.reports.bad'), 'count'),
    figure('mos', t('insights.reports.mos'), 'score'),
    figure('jitterMs', t('insights.reports.jitter'), 'ms'),
    figure('latencyMs', t('insights.reports.latency'), 'ms'),
    figure('lossPercent', t('insights.reports.loss'), 'percent'),
  ];
}

/** Transactions that ended. */
export function useEndedColumns(by: ReportBy): Column<EndedRow>[] {
  const { t } = useTranslation();
  const name = useKeyName(by);
  const figure = useFigures<EndedRow>();
  return [
    { key: 'key', title: t(`insights.reports.groups.${by}`), isName: true, render: name },
    figure('completed', t('insights.reports.completed'), 'count'),
    figure('failed', t('insights.reports.failed'), 'count'),
    figure('canceled', t('insights.reports.canceled'), 'count'),
    figure('expired', t('insights.reports.expired'), 'count'),
    figure('successRate', t('insights.reports.rate'), 'share'),
    figure('meanSeconds', t('insights.reports.meanTime'), 'seconds'),
    figure('amount', t('insights.reports.volume'), 'money', 'XAF'),
  ];
}

/** What each number did, how well, and for how much. */
export function useNumberColumns(): Column<NumberRow>[] {
  const { t } = useTranslation();
  const { sum } = useFormat();
  const figure = useFigures<NumberRow>();
  return [
    {
      key: 'number',
      title: t('insights.reports.groups.number'),
      isName: true,
      render: ({ number, gigName }) => (
        <>
          <PhoneText value={number} />
          {gigName && <div className="muted small">{gigName}</div>}
        </>
      ),
    },
    figure('calls', t('insights.reports.calls'), 'count'),
    figure('answeredShare', t('insights.reports.answered'), 'share'),
    figure('meanSeconds', t('insights.reports.meanDuration'), 'seconds'),
    figure('sent', t('insights.reports.sent'), 'count'),
    figure('deliveredShare', t('insights.reports.delivered'), 'share'),
    figure('received', t('insights.reports.received'), 'count'),
    figure('mos', t('insights.reports.mos'), 'score'),
    {
      key: 'costs',
      title: t('insights.reports.cost'),
      align: 'right',
      render: ({ costs }) => costs.map(sum).join(' + ') || '–',
    },
  ];
}
