import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useUnheard } from '../../api/unheard.ts';
import { paths } from '../../paths.ts';
import { useLiveCalls } from '../../softphone/useLiveCalls.ts';
import { useCurrentInView } from '../../ui/useCurrentInView.ts';
import '../../ui/styles/call-pages.css';

/** The pages of calls under one row of links; what is under way and what waits is counted beside its name. */
export default function CallsFrame() {
  const { t } = useTranslation();
  const live = useLiveCalls().data?.calls.length ?? 0;
  const unheard = useUnheard();
  const nav = useCurrentInView(useLocation().pathname);
  const pages: [string, string, ReactNode][] = [
    [paths.calls, t('calls.nav.history'), null],
    [
      paths.liveCalls,
      t('calls.nav.live'),
      <Count key="c" count={live} label={t('calls.liveNow', { count: live })} />,
    ],
    [
      paths.voicemail,
      t('calls.nav.voicemail'),
      <Count key="c" count={unheard} label={t('calls.unheard', { count: unheard })} />,
    ],
    [paths.callQuality, t('calls.nav.quality'), null],
    [paths.callArchive, t('calls.nav.archive'), null],
  ];
  return (
    <div className="settings">
      <nav ref={nav} className="subnav" aria-label={t('calls.sections')}>
        <ul className="subnav-pages">
          {pages.map(([path, name, count]) => (
            <li key={path}>
              <NavLink className="subnav-link" to={path} end>
                {name} {count}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  );
}

function Count({ count, label }: { count: number; label: string }) {
  if (count === 0) return null;
  return (
    <span className="subnav-count">
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
