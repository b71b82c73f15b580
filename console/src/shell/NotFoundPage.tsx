import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { useTitle } from '../ui/PageFrame.tsx';

export function NotFoundPage() {
  const { t } = useTranslation();
  useTitle(t('shell.notFoundTitle'));
  return (
    <div className="page">
      <EmptyState
        heading="h1"
        title={t('shell.notFoundTitle')}
        text={t('shell.notFoundText')}
        action={<Link to={paths.home}>{t('shell.goHome')}</Link>}
      />
    </div>
  );
}
