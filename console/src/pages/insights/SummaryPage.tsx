import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Segmented, Skeleton } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addDays,
  PERIODS,
  type Period,
  periodBefore,
  REPORTS,
  type ReportName,
} from '../../../../server/modules/insights/model.ts';
import { requestFile } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { type ReportDocument, reports } from '../../api/reports.ts';
import { useMay } from '../../api/session.ts';
import { download } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { SummaryView } from './SummaryView.tsx';
import '../../ui/styles/reports.css';

/** The report of a day, week or month beside the one before; the address says which. */
export default function SummaryPage() {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const { filters, setFilters } = useListState(['report', 'period', 'day'] as const);
  const report = REPORTS.find((each) => each === filters.report) ?? 'activity';
  const period = PERIODS.find((each) => each === filters.period) ?? (report === 'activity' ? 'day' : 'month');
  const query = { period, day: filters.day, language: i18n.language };
  const { data, error, refetch } = useQuery({
    queryKey: keys.reports({ ...query, report }),
    queryFn: () => reports.read(report, query),
    placeholderData: keepPreviousData,
    enabled: may('reports:read'),
  });
  const document = data?.document;
  return (
    <PageFrame
      title={t('insights.summary.title')}
      intro={document && t('insights.summary.intro', { zone: document.timeZone })}
      actions={document && <Files report={report} query={query} document={document} />}
    >
      <RequirePermission permission="reports:read">
        <Choice report={report} period={period} document={document} onChange={setFilters} />
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : document ? (
          <SummaryView document={document} />
        ) : (
          <Skeleton active paragraph={{ rows: 8 }} />
        )}
      </RequirePermission>
    </PageFrame>
  );
}

interface ChoiceProps {
  report: ReportName;
  period: Period;
  document: ReportDocument | undefined;
  onChange: (values: { report?: ReportName; period?: Period; day?: string }) => void;
}

/** Which report, of what length, and when. */
function Choice({ report, period, document, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const days = document && {
    before: periodBefore(document.period, document).from,
    after: addDays(document.to, 1),
  };
  return (
    <search className="toolbar">
      <Segmented<ReportName>
        aria-label={t('insights.summary.what')}
        value={report}
        onChange={(next) =>
          onChange({ report: next, period: next === 'activity' ? 'day' : 'month', day: '' })
        }
        options={REPORTS.map((value) => ({ value, label: t(`insights.summary.reports.${value}`) }))}
      />
      <Segmented<Period>
        aria-label={t('insights.summary.length')}
        value={period}
        onChange={(next) => onChange({ period: next })}
        options={PERIODS.map((value) => ({ value, label: t(`insights.summary.periods.${value}`) }))}
      />
      <div className="report-when">
        <Button
          icon={<LeftOutlined />}
          aria-label={t('insights.summary.earlier')}
          disabled={!days}
          onClick={() => onChange({ day: days!.before })}
        />
        <DatePicker
          aria-label={t('insights.summary.date')}
          picker={period === 'day' ? 'date' : period}
          allowClear={false}
          value={document && dayjs(document.from)}
          disabledDate={(day: Dayjs) => day.isAfter(dayjs(), 'day')}
          onChange={(day: Dayjs | null) => day && onChange({ day: firstDay(day, period) })}
        />
        <Button
          icon={<RightOutlined />}
          aria-label={t('insights.summary.later')}
          disabled={!days || document.isRunning}
          onClick={() => onChange({ day: days!.after })}
        />
      </div>
    </search>
  );
}

/** A day of the period that is surely not to come. */
function firstDay(day: Dayjs, period: Period): string {
  const start = period === 'month' ? day.startOf('month') : day;
  return (start.isAfter(dayjs()) ? dayjs() : start).format('YYYY-MM-DD');
}

interface FilesProps {
  report: ReportName;
  query: Record<string, string>;
  document: ReportDocument;
}

/** The same report as files. */
function Files({ report, query, document }: FilesProps) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const [busy, setBusy] = useState<'csv' | 'pdf' | null>(null);
  const save = async (format: 'csv' | 'pdf') => {
    setBusy(format);
    try {
      const file = await requestFile(reports.path(report), { ...query, day: document.from, format });
      download(`${report}-${document.from}-${document.to}.${format}`, file);
    } catch (error) {
      failed(error);
    } finally {
      setBusy(null);
    }
  };
  return (['pdf', 'csv'] as const).map((format) => (
    <Button key={format} loading={busy === format} onClick={() => void save(format)}>
      {t(`insights.summary.${format}`)}
    </Button>
  ));
}
