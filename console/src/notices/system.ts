import { isWanted, type OpenKind } from './kinds.ts';

/** What the browser says about notices of the system: allowed, refused, or not asked yet. */
export const noticePermission = (): NotificationPermission =>
  'Notification' in window ? Notification.permission : 'denied';

interface Notice {
  kind: OpenKind;
  /** Two of one tag are one: the later takes the place of the earlier. */
  tag: string;
  title: string;
  body: string;
  /** Where it leads. */
  path: string;
}

/** Tells by the system's own notice while nobody looks at the tab, if the person wants that. */
export async function showNotice({ kind, tag, title, body, path }: Notice): Promise<void> {
  if (!document.hidden || noticePermission() !== 'granted' || !isWanted(kind)) return;
  const options = { body, tag: `relais.${tag}`, icon: '/icons/icon-192.png', data: { path } };
  // Through the worker, which phones insist on, and whose notices lead back here when they are touched.
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active)
    return worker.showNotification(title, { ...options, badge: '/icons/badge-96.png' } as object);
  const notice = new Notification(title, options);
  notice.onclick = () => {
    window.focus();
    notice.close();
  };
}
