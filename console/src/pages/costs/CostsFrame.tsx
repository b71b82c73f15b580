import { useTranslation } from 'react-i18next';
import { paths } from '../../paths.ts';
import { PagesFrame } from '../../ui/PagesFrame.tsx';
import '../../ui/styles/call-pages.css';
import '../../ui/styles/costs.css';

/** What may be spent, what things cost, and what is paid for nothing. */
export default function CostsFrame() {
  const { t } = useTranslation();
  return (
    <PagesFrame
      label={t('costs.sections')}
      pages={[
        { path: paths.budgets, name: t('costs.nav.budgets') },
        { path: paths.prices, name: t('costs.nav.prices') },
        { path: paths.idleNumbers, name: t('costs.nav.idle') },
      ]}
    />
  );
}
