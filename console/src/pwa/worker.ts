import { useSyncExternalStore } from 'react';

const LOOK_MS = 60 * 60_000;
const SETTINGS = 'relais-settings';

/** The browser's own offer to install the console as an app; not all make one. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

let hasNewVersion = false;
let installOffer: InstallOffer | null = null;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};
const follow = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether a newer build is on the server than the one on screen. */
export const useNewVersion = (): boolean => useSyncExternalStore(follow, () => hasNewVersion);

/** Installs the console as an app; null where the browser offers nothing, or has it already. */
export function useInstall(): (() => void) | null {
  const offer = useSyncExternalStore(follow, () => installOffer);
  if (!offer) return null;
  return () => {
    installOffer = null;
    tell();
    void offer.prompt();
  };
}

/**
 * Starts the service worker, once somebody has signed in, and looks for a newer build now and then, and whenever the tab is looked
 * at again. @param open goes to an address that a notice of the system leads to.
 */
export async function startWorker(open: (path: string) => void): Promise<void> {
  const workers = navigator.serviceWorker;
  if (!workers || !import.meta.env.PROD) return;
  workers.addEventListener('message', ({ data }: MessageEvent<{ kind?: string; path?: string }>) => {
    if (data.kind === 'open' && data.path?.startsWith('/')) open(data.path);
  });
  // The first worker of a device replaces none.
  const isFirst = !workers.controller;
  const registration = await workers.register('/sw.js').catch(() => null);
  if (!registration) return;
  registration.addEventListener('updatefound', () => {
    const found = registration.installing;
    found?.addEventListener('statechange', () => {
      if (found.state !== 'activated' || isFirst) return;
      hasNewVersion = true;
      tell();
    });
  });
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, LOOK_MS);
  document.addEventListener('visibilitychange', () => document.hidden || look());
}

/** Tells the worker which language its notices speak: it runs while no page does. */
export async function tellLanguage(language: string): Promise<void> {
  try {
    await (await caches.open(SETTINGS)).put('/language', new Response(language));
  } catch {
    // Without a store its notices speak the browser's language.
  }
}

/** Keeps the browser's offer to install until somebody asks for it; it comes once, soon after the page was opened. */
export function listenForInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installOffer = event as InstallOffer;
    tell();
  });
  addEventListener('appinstalled', () => {
    installOffer = null;
    tell();
  });
}
