import { BellOutlined, DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { callPushState, startCallPush, stopCallPush } from '../../notices/callPush.ts';
import { isWanted, NOTICE_KINDS, type NoticeKind, want } from '../../notices/kinds.ts';
import { noticePermission } from '../../notices/system.ts';
import { useInstall } from '../../pwa/worker.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import '../../ui/styles/notices.css';

/** What this device tells its person of, and the console as an app of its own. */
export default function NotificationsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [permission, setPermission] = useState(noticePermission);
  const kinds = (Object.keys(NOTICE_KINDS) as NoticeKind[]).filter((kind) => may(NOTICE_KINDS[kind]));
  return (
    <PageFrame title={t('notices.title')} intro={t('notices.intro')}>
      <div className="two-columns">
        <section className="panel panel-pad notices-part" aria-labelledby="notice-kinds">
          <h2 id="notice-kinds">{t('notices.whileOpen')}</h2>
          <p className="muted section-text">{t('notices.whileOpenText')}</p>
          <Permission permission={permission} onChange={setPermission} />
          {kinds.map((kind) => (
            <Kind key={kind} kind={kind} isOff={permission !== 'granted'} />
          ))}
        </section>
        <section className="panel panel-pad notices-part" aria-labelledby="notice-app">
          <h2 id="notice-app">{t('notices.app')}</h2>
          <p className="muted section-text">{t('notices.appText')}</p>
          <Install />
          {may('calls:make') && <CallPush isOff={permission !== 'granted'} />}
        </section>
      </div>
    </PageFrame>
  );
}

function Permission({
  permission,
  onChange,
}: {
  permission: NotificationPermission;
  onChange: (next: NotificationPermission) => void;
}) {
  const { t } = useTranslation();
  if (permission === 'granted') return null;
  if (permission === 'denied')
    return <Alert className="notice" type="warning" showIcon title={t('notices.blocked')} />;
  return (
    <Button
      type="primary"
      icon={<BellOutlined />}
      onClick={() => void Notification.requestPermission().then(onChange)}
    >
      {t('notices.allow')}
    </Button>
  );
}

function Kind({ kind, isOff }: { kind: NoticeKind; isOff: boolean }) {
  const { t } = useTranslation();
  const [isOn, setOn] = useState(() => isWanted(kind));
  return (
    <label className="switch-line" htmlFor={`notice-${kind}`}>
      <Switch
        id={`notice-${kind}`}
        size="small"
        checked={isOn}
        disabled={isOff}
        onChange={(on) => {
          want(kind, on);
          setOn(on);
        }}
      />
      <span>{t(`notices.kinds.${kind}`)}</span>
    </label>
  );
}

/** The console on the home screen, in a window of its own. */
function Install() {
  const { t } = useTranslation();
  const install = useInstall();
  if (install)
    return (
      <Button icon={<DownloadOutlined />} onClick={install}>
        {t('notices.install')}
      </Button>
    );
  const isApp = matchMedia('(display-mode: standalone)').matches;
  return <p className="small">{t(isApp ? 'notices.installed' : 'notices.installHint')}</p>;
}

/** Calls reach this device while no tab is open: by the push service of the browser. */
function CallPush({ isOff }: { isOff: boolean }) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const { data: state } = useQuery({ queryKey: keys.callPush, queryFn: callPushState });
  const turning = useMutation({
    mutationFn: (on: boolean) => (on ? startCallPush() : stopCallPush()),
    onError: failed,
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: keys.callPush }),
        queryClient.invalidateQueries({ queryKey: keys.devices }),
      ]),
  });
  if (state === undefined) return null;
  if (state === null) return <p className="muted small">{t('notices.noPush')}</p>;
  return (
    <label className="switch-line" htmlFor="notice-push">
      <Switch
        id="notice-push"
        size="small"
        checked={turning.isPending ? turning.variables : state === 'on'}
        loading={turning.isPending}
        disabled={isOff && state === 'off'}
        onChange={(on) => turning.mutate(on)}
      />
      <span>{t('notices.callsWhenClosed')}</span>
    </label>
  );
}
