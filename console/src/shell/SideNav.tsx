import {
  BarChartOutlined,
  DashboardOutlined,
  FlagOutlined,
  InboxOutlined,
  MessageOutlined,
  NumberOutlined,
  PhoneOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useUnheard } from '../api/unheard.ts';
import { paths } from '../paths.ts';
import { Logo } from '../ui/Logo.tsx';
import { CompanySwitch } from './CompanySwitch.tsx';
import { useInboxCounts } from './InboxNews.tsx';

/** Where one can go. `onLeave` closes the drawer on a phone. */
export function SideNav({ onLeave }: { onLeave?: () => void }) {
  const { t } = useTranslation();
  const unread = useInboxCounts().data?.unread ?? 0;
  const unheard = useUnheard();
  const items: [path: string, label: string, icon: ReactNode][] = [
    [paths.today, t('shell.nav.today'), <DashboardOutlined key="i" />],
    [paths.inbox, t('shell.nav.inbox'), <InboxOutlined key="i" />],
    [paths.messages, t('shell.nav.messages'), <MessageOutlined key="i" />],
    [paths.calls, t('shell.nav.calls'), <PhoneOutlined key="i" />],
    [paths.contacts, t('contacts.title'), <TeamOutlined key="i" />],
    [paths.numbers, t('shell.nav.numbers'), <NumberOutlined key="i" />],
    [paths.gigs, t('shell.nav.gigs'), <FlagOutlined key="i" />],
    [paths.compliance, t('shell.nav.compliance'), <SafetyCertificateOutlined key="i" />],
    [paths.reports, t('shell.nav.reports'), <BarChartOutlined key="i" />],
    [paths.settings, t('shell.nav.settings'), <SettingOutlined key="i" />],
  ];
  return (
    <div className="side">
      <NavLink to={paths.home} className="side-logo" aria-label={t('shell.home')} onClick={onLeave}>
        <Logo />
      </NavLink>
      <CompanySwitch onSwitched={onLeave} />
      <nav aria-label={t('shell.mainNavigation')}>
        <ul>
          {items.map(([path, label, icon]) => (
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
