import { useTranslation } from 'react-i18next';
import type { DayFigures } from '../../api/insights.ts';
import { type Point, StackedBars } from '../calls/charts.tsx';

/** Calls and texts, day by day. */
export default function ActivityCharts({ days }: { days: DayFigures[] }) {
  const { t, i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const points = days.map(
    (day): Point => ({
      label: format.format(new Date(`${day.day}T00:00:00Z`)),
      answered: day.callsAnswered,
      notAnswered: day.calls - day.callsAnswered,
      sent: day.textsSent,
      received: day.textsReceived,
    }),
  );
  return (
    <div className="two-columns">
      <figure className="panel panel-pad chart">
        <figcaption>{t('insights.today.callsByDay')}</figcaption>
        <StackedBars
          points={points}
          series={[
            { key: 'answered', name: t('insights.today.answered'), colour: 'good' },
            { key: 'notAnswered', name: t('insights.today.notAnswered'), colour: 'wait' },
          ]}
        />
      </figure>
      <figure className="panel panel-pad chart">
        <figcaption>{t('insights.today.textsByDay')}</figcaption>
        <StackedBars
          points={points}
          series={[
            { key: 'sent', name: t('insights.today.sent'), colour: 'primary' },
            { key: 'received', name: t('insights.today.received'), colour: 'copper' },
          ]}
        />
      </figure>
    </div>
  );
}
