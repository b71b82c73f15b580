import { useTranslation } from 'react-i18next';
import type { GroupFigures } from '../../api/callQuality.ts';
import { Lines, type Point, StackedBars } from './charts.tsx';

/** How calls sounded, day by day: how many of each kind, and the mean. */
export default function DayCharts({ days, limit }: { days: GroupFigures[]; limit?: number }) {
  const { t, i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const points = days.map(
    ({ key, good, fair, bad, mos }): Point => ({
      label: key ? format.format(new Date(`${key}T00:00:00Z`)) : '',
      ...{ good, fair, bad, mos },
    }),
  );
  return (
    <div className="two-columns">
      <figure className="panel panel-pad chart">
        <figcaption>{t('callQuality.callsByDay')}</figcaption>
        <StackedBars
          points={points}
          series={[
            { key: 'good', name: t('callQuality.levels.good'), colour: 'good' },
            { key: 'fair', name: t('callQuality.levels.fair'), colour: 'wait' },
            { key: 'bad', name: t('callQuality.levels.bad'), colour: 'bad' },
          ]}
        />
      </figure>
      <figure className="panel panel-pad chart">
        <figcaption>{t('callQuality.scoreByDay')}</figcaption>
        <Lines
          points={points}
          domain={[1, 5]}
          limit={limit}
          series={[{ key: 'mos', name: t('callQuality.metrics.mos'), colour: 'primary' }]}
        />
      </figure>
    </div>
  );
}
