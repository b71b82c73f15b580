import { useTranslation } from 'react-i18next';
import { NavLink, Outlet } from 'react-router';
import { useMay } from '../../api/session.ts';
import type { Permission } from '../../api/types.ts';
import { paths } from '../../paths.ts';

const PAGES = [
  ['company', paths.company, 'company:read'],
  ['members', paths.members, 'members:read'],
  ['providerAccounts', paths.providerAccounts, 'provider_accounts:read'],
  ['apiKeys', paths.apiKeys, 'api_keys:manage'],
  ['security', paths.security, null],
  ['audit', paths.audit, 'audit:read'],
  ['providerEvents', paths.providerEvents, 'provider_accounts:read'],
] as const satisfies [string, string, Permission | null][];

/** The settings' pages under one row of links; what a role may not read is shown, not hidden, and says why. */
export default function SettingsFrame() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <div className="settings">
      <nav className="subnav" aria-label={t('settings.sections')}>
        <ul>
          {PAGES.map(([name, path, permission]) => (
            <li key={path}>
              {permission && !may(permission) ? (
                <ClosedPage name={t(`settings.nav.${name}`)} permission={permission} />
              ) : (
                <NavLink className="subnav-link" to={path}>
                  {t(`settings.nav.${name}`)}
                </NavLink>
              )}
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  );
}

function ClosedPage({ name, permission }: { name: string; permission: Permission }) {
  const { t } = useTranslation();
  const reason = t('access.needs', { permission: t(`access.permissions.${permission}`) });
  return (
    <span className="subnav-link is-off" title={reason}>
      {name} <span className="visually-hidden">({reason})</span>
    </span>
  );
}
