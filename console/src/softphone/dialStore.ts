import { useSyncExternalStore } from 'react';

/** Whom the dialler is opened for. */
export interface DialWish {
  to?: string;
  name?: string;
  contactId?: string;
}

let wish: DialWish | null = null;
const listeners = new Set<() => void>();

function set(next: DialWish | null): void {
  wish = next;
  for (const tell of listeners) tell();
}

/** Opens the dialler, on whatever page one is. */
export const openDialler = (next: DialWish = {}): void => set(next);
export const closeDialler = (): void => set(null);

/** Whom the dialler is open for; null while it is closed. */
export function useDialWish(): DialWish | null {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => wish,
  );
}
