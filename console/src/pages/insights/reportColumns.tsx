import { useTranslation } from 'react-i18next';
import type { ActivityRow, CostRow, ReportBy } from '../../api/insights.ts';
import type { Column } from '../../ui/DataList.tsx';
import { phoneText } from '../../ui/format.ts';
import { useFormat } from '../../ui/useFormat.ts';

/** What a row is about, in the reader's words. */
function useKeyName(by: ReportBy): (row: { key: string | null; name: string | null }) => string {
  const { t, i18n } = useTranslation();
  const { day } = useFormat();
  const month = new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return ({ key, name }) => {
    if (!key) return t(by === 'gig' ? 'insights.reports.noGig' : 'insights.reports.nobody');
    switch (by) {
      case 'day':
        return day(`${key}T12:00`);
      case 'month':
        return month.format(new Date(`${key}T00:00:00Z`));
      case 'number':
        return phoneText(key);
      case 'provider':
        return t(`common.providers.${key as 'telnyx' | 'twilio'}`);
      case 'outcome':
        return t(`insights.reports.outcomes.${key as 'completed'}`);
      case 'kind':
        return t(`insights.reports.kinds.${key as 'call'}`);
      default:
        return name ?? t('insights.reports.nobody');
    }
  };
}

/** Hours and minutes that people spoke. */
function talkText(seconds: number, language: string): string {
  const minutes = seconds / 60;
  return `${minutes.toLocaleString(language, { maximumFractionDigits: minutes < 10 ? 1 : 0 })} min`;
}

/** @param kind calls have talk times, texts have segments. */
export function useActivityColumns(by: ReportBy, kind: 'call' | 'text'): Column<ActivityRow>[] {
  const { t } = useTranslation();
  const { language } = useFormat();
  const name = useKeyName(by);
  const columns: Column<ActivityRow>[] = [
    { key: 'key', title: t(`insights.reports.groups.${by}`), isName: true, render: name },
    {
      key: 'count',
      title: t('insights.reports.count'),
      align: 'right',
      render: ({ count }) => count.toLocaleString(language),
    },
    {
      key: 'rate',
      title: t('insights.reports.rate'),
      align: 'right',
      render: ({ successRate }) =>
        successRate === null
          ? '–'
          : successRate.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 }),
    },
  ];
  const talk: Column<ActivityRow>[] = [
    {
      key: 'seconds',
      title: t('insights.reports.duration'),
      align: 'right',
      render: ({ seconds }) => (seconds === 0 ? '–' : talkText(seconds, language)),
    },
    {
      key: 'mean',
      title: t('insights.reports.mean'),
      align: 'right',
      render: ({ meanSeconds }) => (meanSeconds ? talkText(meanSeconds, language) : '–'),
    },
  ];
  const segments: Column<ActivityRow>[] = [
    {
      key: 'segments',
      title: t('insights.reports.segments'),
      align: 'right',
      render: ({ segments }) => (segments === 0 ? '–' : segments.toLocaleString(language)),
    },
  ];
  return [...columns, ...(kind === 'call' ? talk : segments)];
}

export function useCostColumns(by: ReportBy): Column<CostRow>[] {
  const { t } = useTranslation();
  const { language, sum } = useFormat();
  const name = useKeyName(by);
  return [
    { key: 'key', title: t(`insights.reports.groups.${by}`), isName: true, render: name },
    { key: 'amount', title: t('insights.reports.amount'), align: 'right', render: sum },
    {
      key: 'estimated',
      title: t('insights.reports.estimated'),
      align: 'right',
      render: (row) => (Number(row.estimated) === 0 ? '–' : sum({ ...row, amount: row.estimated })),
    },
    {
      key: 'count',
      title: t('insights.reports.count'),
      align: 'right',
      render: ({ count }) => count.toLocaleString(language),
    },
  ];
}
