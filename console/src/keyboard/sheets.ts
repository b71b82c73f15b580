import { useSyncExternalStore } from 'react';

/** What the keyboard opens over whatever page one is on. */
export type Sheet = 'palette' | 'help';

let open: Sheet | null = null;
const listeners = new Set<() => void>();

function set(next: Sheet | null): void {
  open = next;
  for (const tell of listeners) tell();
}

export const openSheet = (sheet: Sheet): void => set(sheet);
export const closeSheet = (): void => set(null);

/** Which one is open. */
export function useSheet(): Sheet | null {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => open,
  );
}
