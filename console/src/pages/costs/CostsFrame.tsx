import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { paths } from '../../paths.ts';
import { useCurrentInView } from '../../ui/useCurrentInView.ts';
import '../../ui/styles/call-pages.css';
import '../../ui/styles/costs.css';

/** What may be spent, what things cost, and what is paid for nothing. */
export default function CostsFrame() {
  const { t } = useTranslation();
  const nav = useCurrentInView(useLocation().pathname);
  const pages: [string, string][] = [
    [paths.budgets, t('costs.nav.budgets')],
    [paths.prices, t('costs.nav.prices')],
    [paths.idleNumbers, t('costs.nav.idle')],
  ];
  return (
    <div className="settings">
      <nav ref={nav} className="subnav" aria-label={t('costs.sections')}>
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
