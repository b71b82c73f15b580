import { MenuOutlined } from '@ant-design/icons';
import { Button, Drawer } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { useMe, useMeQuery } from '../api/session.ts';
import { hasChosenLanguage, setLanguage } from '../i18n/index.ts';
import { Notices } from '../notices/Notices.tsx';
import { PaletteButton, PaletteHost } from '../palette/PaletteHost.tsx';
import { signInPath } from '../paths.ts';
import { Worker } from '../pwa/Worker.tsx';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { LogoMark } from '../ui/Logo.tsx';
import { BudgetNews } from './BudgetNews.tsx';
import { DialButton } from './DialButton.tsx';
import { InboxNews } from './InboxNews.tsx';
import { LiveBadge, LiveProvider } from './LiveProvider.tsx';
import { NoCompanyPage } from './NoCompanyPage.tsx';
import { SideNav } from './SideNav.tsx';
import { Telephone } from './Telephone.tsx';
import { LanguageSwitch, UserMenu } from './UserMenu.tsx';

/** Everything behind sign-in: waits for the session, sends those without one to sign in, frames the rest. */
export function AppShell() {
  const { data: me, isPending, error, refetch } = useMeQuery();
  const { pathname, search } = useLocation();
  if (isPending) return <Splash />;
  if (me === null) return <Navigate to={signInPath(pathname + search)} replace />;
  if (!me) {
    return (
      <main className="lonely">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </main>
    );
  }
  if (!me.company) return <NoCompanyPage />;
  return (
    <LiveProvider key={me.company.id}>
      <Frame />
    </LiveProvider>
  );
}

function Splash() {
  const { t } = useTranslation();
  return (
    <div className="splash" role="status" aria-label={t('common.loading')}>
      <LogoMark size={44} />
    </div>
  );
}

function Frame() {
  const { t } = useTranslation();
  const [menuOpen, setMenuOpen] = useState(false);
  useAccountLanguage();
  const main = useFocusOnNavigation();
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('shell.skipToContent')}
      </a>
      <aside className="shell-side">
        <SideNav />
      </aside>
      <div className="shell-body">
        <header className="top">
          <Button
            className="top-menu"
            type="text"
            icon={<MenuOutlined />}
            aria-label={t('shell.openMenu')}
            onClick={() => setMenuOpen(true)}
          />
          <span className="top-mark">
            <LogoMark size={26} />
          </span>
          <LiveBadge />
          <span className="top-space" />
          <PaletteButton />
          <DialButton />
          <LanguageSwitch keepWithAccount />
          <UserMenu />
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Drawer
        className="side-drawer"
        placement="left"
        size={280}
        open={menuOpen}
        onClose={() => setMenuOpen(false)}
        title={t('shell.menu')}
        styles={{ body: { padding: 0 }, header: { display: 'none' } }}
      >
        <SideNav onLeave={() => setMenuOpen(false)} />
      </Drawer>
      <InboxNews />
      <BudgetNews />
      <Notices />
      <Telephone />
      <Worker />
      <PaletteHost />
      <ScrollRestoration />
    </div>
  );
}

/** Takes the language of the account on a device where none was chosen. */
function useAccountLanguage(): void {
  const { language } = useMe().user;
  useEffect(() => {
    if (language && !hasChosenLanguage()) setLanguage(language);
  }, [language]);
}

/** After a change of page the keyboard starts from its content, not from where the last link was. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current !== pathname) main.current?.focus({ preventScroll: true });
    last.current = pathname;
  }, [pathname]);
  return main;
}
