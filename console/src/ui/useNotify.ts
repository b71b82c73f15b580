import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.ts';
import { errorSentence } from './errors.ts';

/** Short news at the top of the screen. */
export function useNotify() {
  const { message, notification } = App.useApp();
  const { t } = useTranslation();
  return {
    done: (text: string) => void message.success(text),
    /** An error that belongs to no form: its sentence and its request id. */
    failed: (error: unknown) => {
      const requestId = error instanceof ApiError ? error.requestId : null;
      notification.error({
        title: errorSentence(error, t),
        description: requestId ? `${t('common.requestId')} ${requestId}` : undefined,
        duration: 8,
        role: 'alert',
      });
    },
  };
}
