import { App, Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { tellWishes } from '../notices/push.ts';
import { startWorker, tellLanguage, useNewVersion } from './worker.ts';

const KEY = 'relais.version';
let isStarted = false;

/** Keeps the console on this device as an app, and offers the next version when there is one: never by itself, people may be writing. */
export function Worker() {
  const { t, i18n } = useTranslation();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const hasNewVersion = useNewVersion();
  useEffect(() => {
    if (isStarted) return;
    isStarted = true;
    void startWorker((path) => void navigate(path));
  }, [navigate]);
  useEffect(() => {
    void tellLanguage(i18n.language);
    // What the server sends is in its words. Without an answer it stays as it was, until the next time.
    void tellWishes().catch(() => undefined);
  }, [i18n.language]);
  useEffect(() => {
    if (!hasNewVersion) return;
    notification.info({
      key: KEY,
      title: t('pwa.newVersion'),
      description: t('pwa.newVersionText'),
      placement: 'bottomLeft',
      duration: 0,
      role: 'status',
      actions: (
        <Button type="primary" size="small" onClick={() => location.reload()}>
          {t('shell.reload')}
        </Button>
      ),
    });
    return () => notification.destroy(KEY);
  }, [hasNewVersion, notification, t]);
  return null;
}
