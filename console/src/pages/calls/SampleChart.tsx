import { useTranslation } from 'react-i18next';
import type { QualitySample } from '../../api/callQuality.ts';
import { clockText } from '../../softphone/logic/timer.ts';
import { Lines } from './charts.tsx';

/** The course of a talk, as a browser measured it: what one heard of the other side. */
export default function SampleChart({ samples }: { samples: QualitySample[] }) {
  const { t } = useTranslation();
  const heard = samples.filter(({ direction, mos }) => direction === 'inbound' && mos !== null);
  const startMs = Date.parse(heard[0]?.at ?? '');
  if (heard.length < 2) return null;
  return (
    <figure className="chart">
      <figcaption className="muted small">
        {t('callQuality.metrics.mos')} · {t('callQuality.during')}
      </figcaption>
      <Lines
        height={140}
        domain={[1, 5]}
        points={heard.map(({ at, mos }) => ({
          label: clockText(Math.round((Date.parse(at) - startMs) / 1000)),
          mos,
        }))}
        series={[{ key: 'mos', name: t('callQuality.metrics.mos'), colour: 'primary' }]}
      />
    </figure>
  );
}
