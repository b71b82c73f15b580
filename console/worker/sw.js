// The console's service worker: opens the shell without waiting for files that this device has, and shows what push services bring.
// It keeps files of the build alone, whose names carry their contents, and the page that names them. Answers of the API hold
// what one company knows: they are never kept here, nor even seen.

/** Written by the build: the files that the shell needs first, and what tells one build from another. */
const SHELL = self.__SHELL__;
const CACHE = `relais-shell-${self.__VERSION__}`;
const CACHES = 'relais-shell-';
const SETTINGS = 'relais-settings';
/** A page that takes longer than this opens as it was. */
const PATIENCE_MS = 3_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

// Files of the build before stay for the tabs that still show it; what is older goes.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(CACHES) && name !== CACHE))
      .then((former) => Promise.all(former.slice(0, -1).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/assets/')) event.respondWith(fileOf(request));
  else if (request.mode === 'navigate' && isPage(url.pathname)) event.respondWith(pageOf(event));
});

/** Pages are the console's, except what the API and the documents of conversations answer by themselves. */
function isPage(path) {
  return !path.startsWith('/api/') && !/^\/inbox\/(media|messages)\//.test(path);
}

/** A file that carries its contents in its name never changes: whatever build it belongs to, it is the right one. */
async function fileOf(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    void caches.open(CACHE).then((cache) => cache.put(request, copy));
  }
  return answer;
}

/** The page as the server has it now, with its headers, so that files of two builds never meet; kept for when nothing answers. */
async function pageOf(event) {
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok && answer.headers.get('content-type')?.includes('text/html')) {
      const copy = answer.clone();
      event.waitUntil(caches.open(CACHE).then((cache) => cache.put('/', copy)));
    }
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const first = await Promise.race([fresh.catch(() => undefined), late]);
  // Of this build: another one's page would name files that nobody has any more.
  const kept = first ? undefined : await (await caches.open(CACHE)).match('/');
  return first ?? kept ?? fresh;
}

const WORDS = {
  en: { calls: 'calls', unknown: 'Somebody', test: 'This device is told of what happens.' },
  fr: { calls: 'appelle', unknown: "Quelqu'un", test: 'Cet appareil est prévenu de ce qui arrive.' },
};

/** The language of the console on this device; the browser's when it was never open. */
async function wordsHere() {
  const kept = await (await caches.open(SETTINGS)).match('/language');
  const language = kept ? await kept.text() : self.navigator.language.slice(0, 2);
  return WORDS[language] ?? WORDS.en;
}

self.addEventListener('push', (event) => {
  event.waitUntil(showPush(readPush(event)));
});

function readPush({ data }) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

/** Browsers want something shown for each push: the end of a call takes the place of its beginning. */
async function showPush(push) {
  if (push.type?.startsWith('notice.')) return showNews(push);
  const { type, uuid, handle, callerName } = push;
  const words = await wordsHere();
  const tag = `relais.call.${uuid ?? ''}`;
  const common = { tag, icon: '/icons/icon-192.png', badge: '/icons/badge-96.png', data: { path: '/calls' } };
  if (type === 'call.incoming') {
    // A tab that is looked at rings by itself.
    const isSeen = (await openTabs()).some(({ visibilityState }) => visibilityState === 'visible');
    const title = `${callerName || handle || words.unknown} ${words.calls}`;
    const options = { ...common, body: callerName ? handle : '', requireInteraction: true, silent: isSeen };
    await self.registration.showNotification(title, { ...options, data: { path: '/calls/live' } });
  } else if (type === 'call.ended') {
    for (const notice of await self.registration.getNotifications({ tag })) notice.close();
  } else {
    await self.registration.showNotification('Relais', { ...common, body: words.test });
  }
}

/** News beside calls, in words that the server wrote for this device. A tab that is looked at shows them by itself. */
async function showNews({ title, body, tag, path }) {
  const isSeen = (await openTabs()).some(({ visibilityState }) => visibilityState === 'visible');
  if (isSeen) return;
  const images = { icon: '/icons/icon-192.png', badge: '/icons/badge-96.png' };
  // The same tag as the notice of a tab in the background: two of one thing are one.
  await self.registration.showNotification(title, { ...images, body, tag: `relais.${tag}`, data: { path } });
}

const openTabs = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true });

// A notice leads to what it is about, in a tab that is open already when there is one.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path = event.notification.data?.path ?? '/';
  event.waitUntil(
    openTabs().then(async ([tab]) => {
      if (!tab) return self.clients.openWindow(path);
      tab.postMessage({ kind: 'open', path });
      return tab.focus();
    }),
  );
});
