import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { useThread } from '../useThread.ts';

const NEAR_PX = 80;
const EARLY_PX = 600;

/**
 * Keeps a thread where the reader is: at the foot it follows what is new, elsewhere it stays; older messages are put above
 * without moving what is read. It opens at the line of what is unread.
 */
export function useThreadScroll(thread: ReturnType<typeof useThread>, pendingCount: number) {
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const at = useRef({ height: 0, top: 0, firstId: '', isOpened: false, isFollowing: true });
  const seenId = useRef<string | undefined>(undefined);
  const [isAway, setAway] = useState(false);
  const { messages, hasOlder, isLoadingOlder, loadOlder, olderError } = thread;
  const firstId = messages?.[0]?.id;
  const lastId = messages?.at(-1)?.id;

  const toFoot = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  const note = () => {
    const element = box.current;
    if (!element) return;
    at.current.height = element.scrollHeight;
    at.current.top = element.scrollTop;
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !firstId) return;
    const state = at.current;
    if (!state.isOpened) {
      state.isOpened = true;
      openAt(element);
      state.isFollowing = isNearFoot(element);
    } else if (state.firstId !== firstId && !state.isFollowing) {
      element.scrollTop = element.scrollHeight - (state.height - state.top);
    }
    state.firstId = firstId;
    if (state.isFollowing) toFoot();
    note();
  });

  // The unread line appears after the first drawing: open there instead.
  const line = box.current?.querySelector('.unread-line') ?? null;
  const shownLine = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (!line || line === shownLine.current || !box.current) return;
    shownLine.current = line;
    if (!at.current.isFollowing) return;
    openAt(box.current);
    at.current.isFollowing = isNearFoot(box.current);
    note();
  }, [line]);

  // Whoever came from the list goes on here by keyboard; the shell would leave it with the whole page.
  useEffect(() => {
    if (firstId === undefined) return;
    const frame = requestAnimationFrame(() => {
      const focused = document.activeElement;
      if (focused === document.body || focused?.id === 'main' || focused?.closest('.rows'))
        box.current?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [firstId === undefined]);

  // What one sends is always shown.
  useLayoutEffect(() => {
    if (pendingCount > 0) {
      at.current.isFollowing = true;
      toFoot();
    }
  }, [pendingCount]);

  useEffect(() => {
    const element = body.current;
    if (!element) return;
    const watch = new ResizeObserver(() => at.current.isFollowing && toFoot());
    watch.observe(element);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, [firstId !== undefined]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    at.current.isFollowing = isNearFoot(element);
    setAway(!at.current.isFollowing);
    if (at.current.isFollowing) seenId.current = lastId;
    note();
    if (element.scrollTop < EARLY_PX && hasOlder && !isLoadingOlder && !olderError) loadOlder();
  };
  if (!isAway) seenId.current = lastId;
  const seenAt = messages?.findIndex(({ id }) => id === seenId.current) ?? -1;
  return {
    box,
    body,
    onScroll,
    isAway,
    newCount: isAway && messages && seenAt >= 0 ? messages.length - 1 - seenAt : 0,
    toNewest: () => {
      at.current.isFollowing = true;
      toFoot();
    },
  };
}

const isNearFoot = (box: HTMLElement) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;

/** At the unread line, a little below the top; without one, at the foot. */
function openAt(box: HTMLElement): void {
  const line = box.querySelector<HTMLElement>('.unread-line');
  box.scrollTop = line ? line.offsetTop - 48 : box.scrollHeight;
}
