import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { EmptyState } from '../ui/EmptyState.tsx';

/** A page that failed to load or to draw: most often because a newer version was installed meanwhile. */
export function CrashPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <div className="page" role="alert">
      <EmptyState
        heading="h1"
        title={t('shell.crashTitle')}
        text={t('shell.crashText')}
        action={
          <Button type="primary" onClick={() => location.reload()}>
            {t('shell.reload')}
          </Button>
        }
      />
      <p className="crash-detail">{error instanceof Error ? error.message : null}</p>
    </div>
  );
}
