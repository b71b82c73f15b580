import { request, requestContext } from '../api/client.ts';
import { devices } from '../api/devices.ts';
import { remember, remembered } from '../ui/storage.ts';
import { isWanted, NOTICE_KINDS, showsWords } from './kinds.ts';

const DEVICE = 'push.device';

/** Whether this browser is told of things while the console is closed; null: the installation or the browser cannot. */
export async function pushState(): Promise<'on' | 'off' | null> {
  const worker = await navigator.serviceWorker?.getRegistration();
  if (!worker || !('PushManager' in window) || !(await publicKey())) return null;
  const subscription = await worker.pushManager.getSubscription();
  return subscription && remembered(DEVICE) ? 'on' : 'off';
}

const publicKey = async (): Promise<string | null> =>
  (await request<{ web: { publicKey: string } | null }>('/api/push/settings')).web?.publicKey ?? null;

/** Has this browser told of what its person wants to know, also while no tab of the console is open. */
export async function startPush(): Promise<void> {
  const worker = await navigator.serviceWorker.ready;
  const applicationServerKey = await publicKey();
  if (!applicationServerKey) return;
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = subscription.toJSON();
  const { device } = await request<{ device: { id: string } }>('/api/push/devices', {
    method: 'POST',
    body: { platform: 'web', subscription: { endpoint, keys }, name: browserName(), ...wishes() },
  });
  remember(DEVICE, device.id);
}

/** What is chosen on this device, as the server is to know it: it sends while no page is there to be asked. */
const wishes = () => ({
  notices: NOTICE_KINDS.filter(isWanted),
  showsWords: showsWords(),
  language: requestContext.language === 'fr' ? ('fr' as const) : ('en' as const),
});

/** Tells the server of a choice, or of another language, when this browser is one of its devices. */
export async function tellWishes(): Promise<void> {
  const id = remembered(DEVICE);
  if (id) await devices.change(id, wishes());
}

/** Ends it, here and at the server. Somebody else may sign in on this device next. */
export async function stopPush(): Promise<void> {
  const id = remembered(DEVICE);
  remember(DEVICE, '');
  const worker = await navigator.serviceWorker?.getRegistration();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
  if (id) await devices.remove(id);
}

/** What a person tells this browser from others by, e.g. "Firefox, Linux". */
function browserName(): string {
  const { userAgent } = navigator;
  const [browser = 'Browser'] = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].filter((name) =>
    userAgent.includes(`${name}/`),
  );
  const system = /\(([^;)]+)/.exec(userAgent)?.[1] ?? '';
  return [browser.replace('Edg', 'Edge').replace('OPR', 'Opera'), system].filter(Boolean).join(', ');
}
