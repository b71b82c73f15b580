import { useSyncExternalStore } from 'react';

/** Whether a media query matches now; follows it. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const list = matchMedia(query);
      list.addEventListener('change', notify);
      return () => list.removeEventListener('change', notify);
    },
    () => matchMedia(query).matches,
  );
}

/** Phone width: lists become cards and the navigation a drawer. */
export const usePhone = (): boolean => useMedia('(max-width: 767px)');
