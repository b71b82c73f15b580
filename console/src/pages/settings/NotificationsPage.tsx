import { BellOutlined, DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import {
  isWanted,
  NOTICE_PERMISSIONS,
  type NoticeKind,
  OPEN_KINDS,
  showsWords,
  want,
  wantWords,
} from '../../notices/kinds.ts';
import { pushState, startPush, stopPush, tellWishes } from '../../notices/push.ts';
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
  const kinds = OPEN_KINDS.filter((kind) => may(NOTICE_PERMISSIONS[kind]));
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
        <section className="panel panel-pad notices-part" aria-labelledby="notice-closed">
          <h2 id="notice-closed">{t('notices.whileClosed')}</h2>
          <p className="muted section-text">{t('notices.whileClosedText')}</p>
          <WhileClosed isOff={permission !== 'granted'} />
        </section>
        <section className="panel panel-pad notices-part" aria-labelledby="notice-app">
          <h2 id="notice-app">{t('notices.app')}</h2>
          <p className="muted section-text">{t('notices.appText')}</p>
          <Install />
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
  return (
    <Choice
      id={`notice-${kind}`}
      label={t(`notices.kinds.${kind}`)}
      isOff={isOff}
      first={() => isWanted(kind)}
      choose={(on) => want(kind, on)}
    />
  );
}

/** A choice that is kept on this device; the server hears of it when it sends to this device. */
function Choice({
  id,
  label,
  isOff,
  first,
  choose,
}: {
  id: string;
  label: string;
  isOff: boolean;
  first: () => boolean;
  choose: (on: boolean) => void;
}) {
  const { failed } = useNotify();
  const [isOn, setOn] = useState(first);
  const change = (on: boolean) => {
    choose(on);
    setOn(on);
    tellWishes().catch((error: Error) => {
      choose(!on);
      setOn(!on);
      failed(error);
    });
  };
  return (
    <label className="switch-line" htmlFor={id}>
      <Switch id={id} size="small" checked={isOn} disabled={isOff} onChange={change} />
      <span>{label}</span>
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

/** The same reaches this device while no tab is open, and calls as well: by the push service of the browser. */
function WhileClosed({ isOff }: { isOff: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const { failed } = useNotify();
  const { data: state } = useQuery({ queryKey: keys.push, queryFn: pushState });
  const turning = useMutation({
    mutationFn: (on: boolean) => (on ? startPush() : stopPush()),
    onError: failed,
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: keys.push }),
        queryClient.invalidateQueries({ queryKey: keys.devices }),
      ]),
  });
  if (state === undefined) return null;
  if (state === null) return <p className="muted small">{t('notices.noPush')}</p>;
  const isOn = turning.isPending ? turning.variables : state === 'on';
  return (
    <>
      <label className="switch-line" htmlFor="notice-push">
        <Switch
          id="notice-push"
          size="small"
          checked={isOn}
          loading={turning.isPending}
          disabled={isOff && state === 'off'}
          onChange={(on) => turning.mutate(on)}
        />
        <span>{t('notices.alsoClosed')}</span>
      </label>
      {may(NOTICE_PERMISSIONS.calls) && <Kind kind="calls" isOff={!isOn} />}
      <Choice
        id="notice-words"
        label={t('notices.words')}
        isOff={!isOn}
        first={showsWords}
        choose={wantWords}
      />
    </>
  );
}
