import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { callQuality, type QualityReport } from '../../api/callQuality.ts';
import type { Call } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { QualityTag } from './callTexts.tsx';

const SampleChart = lazy(() => import('./SampleChart.tsx'));

/** How a talk sounded: the worst of it in a word, each source that measured, and its course. */
export function CallQualityPart({ call }: { call: Call }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery({
    queryKey: keys.callQuality(call.id),
    queryFn: () => callQuality.of(call.id),
    enabled: call.answeredAt !== null,
  });
  if (!call.answeredAt) return <p className="muted">{t('calls.drawer.noTalk')}</p>;
  if (error) return <ErrorNotice error={error} />;
  if (isPending) return <Skeleton active title={false} />;
  if (data.mos === null && !data.reports.length)
    return <p className="muted">{t('calls.drawer.noQuality')}</p>;
  return (
    <div className="stack">
      <div className="quality-head">
        <QualityTag quality={data} />
        {data.mos !== null && <span>{t('callQuality.mosOf', { mos: data.mos.toFixed(1) })}</span>}
        {data.worstSide && <span className="muted">{t(`callQuality.sides.${data.worstSide}`)}</span>}
      </div>
      {data.samples.length > 2 && (
        <Suspense fallback={<Skeleton.Node active className="chart-wait" />}>
          <SampleChart samples={data.samples} />
        </Suspense>
      )}
      <ul className="quality-reports">
        {data.reports.map((report) => (
          <Reading key={`${report.source} ${report.legId} ${report.direction}`} report={report} />
        ))}
      </ul>
    </div>
  );
}

function Reading({ report }: { report: QualityReport }) {
  const { t } = useTranslation();
  const { language, percent } = useFormat();
  const figure = (value: number | null, unit: string) =>
    value === null ? null : `${value.toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`;
  const figures = [
    ['jitter', figure(report.jitter, 'ms')],
    ['latency', figure(report.latency, 'ms')],
    ['packet_loss', report.packetLoss === null ? null : percent(report.packetLoss)],
    ['mos', report.mos?.toLocaleString(language, { maximumFractionDigits: 1 })],
  ] as const;
  return (
    <li>
      <div>
        <strong>{t(`callQuality.sides.${report.side}`)}</strong>{' '}
        <span className="muted small">
          {[
            report.source === 'softphone'
              ? t('callQuality.softphone')
              : t(`common.providers.${report.source}`),
            report.user?.name,
            report.edge,
            report.codec,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <div className="muted small">
        {figures
          .filter(([, value]) => value)
          .map(([name, value]) => `${t(`callQuality.metrics.${name}`)} ${value}`)
          .join(' · ')}
      </div>
    </li>
  );
}
