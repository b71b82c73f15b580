import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useToSettle } from '../../api/toSettle.ts';
import { paths } from '../../paths.ts';
import { useCurrentInView } from '../../ui/useCurrentInView.ts';

/** The pages of transactions under one row of links; what waits for a person is counted beside its name. */
export default function TransactionsFrame() {
  const { t } = useTranslation();
  const toSettle = useToSettle();
  const nav = useCurrentInView(useLocation().pathname);
  const pages: [path: string, name: string, count: ReactNode][] = [
    [paths.transactions, t('transactions.nav.list'), null],
    [
      paths.unknownTransactions,
      t('transactions.nav.unknown'),
      toSettle > 0 && (
        <span className="subnav-count">
          <span aria-hidden="true">{toSettle}</span>
          <span className="visually-hidden">{t('transactions.toSettle', { count: toSettle })}</span>
        </span>
      ),
    ],
    [paths.transactionStats, t('transactions.nav.stats'), null],
  ];
  return (
    <div className="settings">
      <nav ref={nav} className="subnav" aria-label={t('transactions.sections')}>
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
