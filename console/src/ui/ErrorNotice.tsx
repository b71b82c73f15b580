import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.ts';
import { errorSentence } from './errors.ts';
import { Copyable } from './texts.tsx';

/** What went wrong, what to do, and the request id that finds it in the logs. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  if (!error) return null;
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Alert
      className="error-notice"
      type="error"
      showIcon
      role="alert"
      title={errorSentence(error, t)}
      description={
        requestId && (
          <span className="request-id">
            {t('common.requestId')} <Copyable text={requestId} />
          </span>
        )
      }
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        )
      }
    />
  );
}
