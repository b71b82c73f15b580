import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { paths } from '../../paths.ts';
import { useCurrentInView } from '../../ui/useCurrentInView.ts';

/** The pages of reports under one row of links. */
export default function ReportsFrame() {
  const { t } = useTranslation();
  const nav = useCurrentInView(useLocation().pathname);
  const pages = [
    [paths.reports, t('insights.reports.nav.breakdowns')],
    [paths.reportSummary, t('insights.reports.nav.summary')],
    [paths.reportSchedules, t('insights.reports.nav.schedules')],
  ] as const;
  return (
    <div className="settings">
      <nav ref={nav} className="subnav" aria-label={t('insights.reports.sections')}>
        <ul className="subnav-pages">
          {pages.map(([path, name]) => (
            <li key={path}>
              <NavLink className="subnav-link" to={path} end>
                {name}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  );
}
