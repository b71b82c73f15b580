import { useEffect, useRef } from 'react';

/** On a narrow screen a row of links scrolls: the one that is open is brought into view. */
export function useCurrentInView(pathname: string) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = nav.current?.querySelector(`a[href="${CSS.escape(pathname)}"]`);
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  return nav;
}
