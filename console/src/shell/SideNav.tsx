import {
  AppstoreOutlined,
  BarChartOutlined,
  DashboardOutlined,
  EuroCircleOutlined,
  FlagOutlined,
  InboxOutlined,
  MessageOutlined,
  NumberOutlined,
  PhoneOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  SwapOutlined,
  TeamOutlined,
  WalletOutlined,
} from '@ant-design/icons';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useMay } from '../api/session.ts';
import { useToSettle } from '../api/toSettle.ts';
import type { Permission } from '../api/types.ts';
import { useUnheard } from '../api/unheard.ts';
import { paths } from '../paths.ts';
import { Logo } from '../ui/Logo.tsx';
import { CompanySwitch } from './CompanySwitch.tsx';
import { useInboxCounts } from './InboxNews.tsx';

/** The lines of the menu, named in a language; the last part is what one needs to see it. */
export function placesOf(t: TFunction) {
  const items: [path: string, label: string, icon: ReactNode, permission?: Permission][] = [
    [paths.today, t('shell.nav.today'), <DashboardOutlined key="i" />, 'reports:read'],
    [paths.inbox, t('shell.nav.inbox'), <InboxOutlined key="i" />],
    [paths.messages, t('shell.nav.messages'), <MessageOutlined key="i" />],
    [paths.calls, t('shell.nav.calls'), <PhoneOutlined key="i" />],
    [paths.transactions, t('shell.nav.transactions'), <SwapOutlined key="i" />, 'transactions:read'],
    [paths.boxes, t('shell.nav.boxes'), <AppstoreOutlined key="i" />, 'boxes:read'],
    [paths.float, t('shell.nav.float'), <WalletOutlined key="i" />, 'transactions:read'],
    [paths.contacts, t('contacts.title'), <TeamOutlined key="i" />],
    [paths.numbers, t('shell.nav.numbers'), <NumberOutlined key="i" />],
    [paths.gigs, t('shell.nav.gigs'), <FlagOutlined key="i" />],
    [paths.compliance, t('shell.nav.compliance'), <SafetyCertificateOutlined key="i" />],
    [paths.reports, t('shell.nav.reports'), <BarChartOutlined key="i" />, 'reports:read'],
    [paths.costs, t('shell.nav.costs'), <EuroCircleOutlined key="i" />, 'reports:read'],
    [paths.settings, t('shell.nav.settings'), <SettingOutlined key="i" />],
  ];
  return items;
}

/** Where one can go. `onLeave` closes the drawer on a phone. */
export function SideNav({ onLeave }: { onLeave?: () => void }) {
  const { t } = useTranslation();
  const unread = useInboxCounts().data?.unread ?? 0;
  const unheard = useUnheard();
  const toSettle = useToSettle();
  const may = useMay();
  const shown = placesOf(t).filter(([, , , permission]) => !permission || may(permission));
  return (
    <div className="side">
      <NavLink to={paths.home} className="side-logo" aria-label={t('shell.home')} onClick={onLeave}>
        <Logo />
      </NavLink>
      <CompanySwitch onSwitched={onLeave} />
      <nav aria-label={t('shell.mainNavigation')}>
        <ul>
          {shown.map(([path, label, icon]) => (
            <li key={path}>
              <NavLink to={path} className="side-link" onClick={onLeave}>
                <span aria-hidden="true">{icon}</span>
                {label}
                {path === paths.inbox && (
                  <Waiting count={unread} label={t('shell.unread', { count: unread })} />
                )}
                {path === paths.calls && (
                  <Waiting count={unheard} label={t('calls.unheard', { count: unheard })} />
                )}
                {path === paths.transactions && (
                  <Waiting count={toSettle} label={t('transactions.toSettle', { count: toSettle })} />
                )}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <a className="side-foot" href="/api/docs" target="_blank" rel="noreferrer">
        {t('shell.apiDocs')}
      </a>
    </div>
  );
}

function Waiting({ count, label }: { count: number; label: string }) {
  if (count === 0) return null;
  return (
    <span className="side-count">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
