import { useTranslation } from 'react-i18next';
import { paths } from '../../paths.ts';
import { PagesFrame } from '../../ui/PagesFrame.tsx';

/** The pages of reports. */
export default function ReportsFrame() {
  const { t } = useTranslation();
  return (
    <PagesFrame
      label={t('insights.reports.sections')}
      pages={[
        { path: paths.reports, name: t('insights.reports.nav.breakdowns') },
        { path: paths.reportSummary, name: t('insights.reports.nav.summary') },
        { path: paths.reportSchedules, name: t('insights.reports.nav.schedules') },
      ]}
    />
  );
}
