import { useTranslation } from 'react-i18next';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { useMay } from '../../api/session.ts';
import type { Permission } from '../../api/types.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { paths } from '../../paths.ts';
import { useCurrentInView } from '../../ui/useCurrentInView.ts';

type Page = [name: keyof Dictionary['settings']['nav'], path: string, permission: Permission | null];

/** The pages of settings, in groups, with what one needs to see them. */
export const SETTINGS_GROUPS = [
  [
    'company',
    [
      ['company', paths.company, 'company:read'],
      ['members', paths.members, 'members:read'],
      ['roles', paths.roles, 'members:read'],
      ['security', paths.security, null],
      ['notifications', paths.notifications, null],
      ['audit', paths.audit, 'audit:read'],
      ['retention', paths.retention, 'retention:manage'],
    ],
  ],
  [
    'texts',
    [
      ['smsNumbers', paths.smsNumbers, 'messages:read'],
      ['templates', paths.templates, 'messages:read'],
      ['optOuts', paths.optOuts, 'messages:read'],
      ['inboxSettings', paths.inboxSettings, 'messages:read'],
      ['unroutable', paths.unroutable, 'messages:read'],
    ],
  ],
  [
    'calls',
    [
      ['myPhone', paths.myPhone, 'calls:make'],
      ['callRoutes', paths.callRoutes, 'calls:read'],
      ['callSettings', paths.callSettings, 'calls:read'],
      ['callAttempts', paths.callAttempts, 'calls:manage'],
      ['unroutableCalls', paths.unroutableCalls, 'calls:read'],
      ['devices', paths.devices, 'calls:read'],
    ],
  ],
  [
    'boxes',
    [
      ['callboxes', paths.callboxSettings, 'boxes:read'],
      ['operatorTexts', paths.operatorTexts, 'transactions:read'],
    ],
  ],
  [
    'connections',
    [
      ['providerAccounts', paths.providerAccounts, 'provider_accounts:read'],
      ['sync', paths.sync, 'provider_accounts:read'],
      ['apiKeys', paths.apiKeys, 'api_keys:manage'],
      ['webhooks', paths.webhooks, 'webhooks:manage'],
      ['providerEvents', paths.providerEvents, 'provider_accounts:read'],
    ],
  ],
] as const satisfies [keyof Dictionary['settings']['groups'], Page[]][];

/**
 * The settings' pages in groups, each under a row of links; what a role may not read is shown, not hidden, and says why.
 */
export default function SettingsFrame() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [group, pages] =
    SETTINGS_GROUPS.find(([, inGroup]) =>
      inGroup.some(([, path]) => `${pathname}/`.startsWith(`${path}/`)),
    ) ?? SETTINGS_GROUPS[0];
  const nav = useCurrentInView(pathname);
  return (
    <div className="settings">
      <nav ref={nav} className="subnav" aria-label={t('settings.sections')}>
        <ul className="subnav-groups">
          {SETTINGS_GROUPS.map(([name, inGroup]) => (
            <li key={name}>
              <GroupLink name={name} pages={inGroup} isOpen={name === group} />
            </li>
          ))}
        </ul>
        <ul className="subnav-pages">
          {pages.map(([name, path, permission]) => (
            <li key={path}>
              <PageLink name={t(`settings.nav.${name}`)} path={path} permission={permission} />
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  );
}

interface GroupProps {
  name: keyof Dictionary['settings']['groups'];
  pages: readonly Page[];
  isOpen: boolean;
}

/** Leads to the first page of a group that the person may read. */
function GroupLink({ name, pages, isOpen }: GroupProps) {
  const { t } = useTranslation();
  const may = useMay();
  const [, path] = pages.find(([, , permission]) => !permission || may(permission)) ?? pages[0] ?? [];
  return (
    <Link
      className={`subnav-group ${isOpen ? 'is-open' : ''}`}
      to={path ?? paths.settings}
      aria-current={isOpen ? 'true' : undefined}
    >
      {t(`settings.groups.${name}`)}
    </Link>
  );
}

function PageLink({ name, path, permission }: { name: string; path: string; permission: Permission | null }) {
  const { t } = useTranslation();
  const may = useMay();
  if (!permission || may(permission)) {
    return (
      <NavLink className="subnav-link" to={path}>
        {name}
      </NavLink>
    );
  }
  const reason = t('access.needs', { permission: t(`access.permissions.${permission}`) });
  return (
    <span className="subnav-link is-off" title={reason}>
      {name} <span className="visually-hidden">({reason})</span>
    </span>
  );
}
