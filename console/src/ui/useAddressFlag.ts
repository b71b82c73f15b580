import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMay } from '../api/session.ts';
import type { Permission } from '../api/types.ts';

/**
 * Whether a window of a page is open, which a word in the address opens too: links and the command palette do. The word is
 * taken from the address at once, so that neither a reload nor the way back opens the window again.
 * @param permission what one needs to use it; without it an address opens nothing.
 */
export function useAddressFlag(
  permission: Permission,
  name = 'new',
): [isOn: boolean, turn: (on: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const [isOn, turn] = useState(false);
  const isAsked = params.has(name);
  const isAllowed = useMay()(permission);
  useEffect(() => {
    if (!isAsked) return;
    if (isAllowed) turn(true);
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete(name);
        return next;
      },
      { replace: true },
    );
  }, [isAsked, isAllowed, name, setParams]);
  return [isOn, turn];
}
