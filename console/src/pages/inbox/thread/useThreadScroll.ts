import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { useThread } from '../useThread.ts';

const NEAR_PX = 80;
const EARLY_PX = 600;

type Box = RefObject<HTMLDivElement | null>;

/** Where the reader is, as far as it was seen. */
interface Place {
  height: number;
  top: number;
  firstId: string;
  isOpened: boolean;
  /** At the foot: what is new is followed. */
  isFollowing: boolean;
}

/**
 * Keeps a thread where the reader is: at the foot it follows what is new, elsewhere it stays; older messages are put above
 * without moving what is read. It opens at the line of what is unread.
 */
export function useThreadScroll(thread: ReturnType<typeof useThread>, pendingCount: number) {
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const place = useRef<Place>({ height: 0, top: 0, firstId: '', isOpened: false, isFollowing: true });
  const [isAway, setAway] = useState(false);
  const { messages, hasOlder, isLoadingOlder, loadOlder, olderError } = thread;
  const firstId = messages?.[0]?.id;
  useStay(box, place, firstId);
  useOpenAtLine(box, place);
  useFollowGrowth(box, body, place, firstId !== undefined);
  useKeyboardHere(box, firstId !== undefined);

  // What one sends is always shown.
  useLayoutEffect(() => {
    if (pendingCount > 0) toFoot(box, place);
  }, [pendingCount]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    note(box, place);
    place.current.isFollowing = isNearFoot(element);
    setAway(!place.current.isFollowing);
    if (element.scrollTop < EARLY_PX && hasOlder && !isLoadingOlder && !olderError) loadOlder();
  };
  return {
    box,
    body,
    onScroll,
    isAway,
    newCount: useNewCount(messages, isAway),
    toNewest: () => toFoot(box, place),
  };
}

/** After each drawing: at the foot, or where the reader was although something came above. */
function useStay(box: Box, place: RefObject<Place>, firstId: string | undefined): void {
  useLayoutEffect(() => {
    const element = box.current;
    const now = place.current;
    if (!element || !firstId) return;
    if (!now.isOpened) {
      now.isOpened = true;
      openAt(element);
      now.isFollowing = isNearFoot(element);
    } else if (now.firstId !== firstId && !now.isFollowing) {
      element.scrollTop = element.scrollHeight - (now.height - now.top);
    }
    now.firstId = firstId;
    if (now.isFollowing) element.scrollTop = element.scrollHeight;
    note(box, place);
  });
}

/** The unread line appears after the first drawing, or when one comes back: whoever is at the foot begins there. */
function useOpenAtLine(box: Box, place: RefObject<Place>): void {
  const shown = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const line = element?.querySelector('.unread-line') ?? null;
    if (line === shown.current) return;
    shown.current = line;
    if (!element || !line || !place.current.isFollowing) return;
    openAt(element);
    place.current.isFollowing = isNearFoot(element);
    note(box, place);
  });
}

/** Pictures that have loaded, and a composer that grows, take room: the foot stays in sight. */
function useFollowGrowth(box: Box, body: Box, place: RefObject<Place>, isShown: boolean): void {
  useEffect(() => {
    if (!isShown || !box.current || !body.current) return;
    const watch = new ResizeObserver(() => place.current.isFollowing && toFoot(box, place));
    watch.observe(body.current);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [box, body, place, isShown]);
}

/** Whoever came from the list goes on here by keyboard; the shell would leave it with the whole page. */
function useKeyboardHere(box: Box, isShown: boolean): void {
  useEffect(() => {
    if (!isShown) return;
    const frame = requestAnimationFrame(() => {
      const focused = document.activeElement;
      if (focused?.id === 'main' || focused?.closest('.rows')) box.current?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [box, isShown]);
}

/** How many messages have come below since the reader left the foot. */
function useNewCount(messages: readonly { id: string }[] | undefined, isAway: boolean): number {
  const seen = useRef<string | undefined>(undefined);
  if (!isAway) seen.current = messages?.at(-1)?.id;
  const at = messages?.findIndex(({ id }) => id === seen.current) ?? -1;
  return messages && at >= 0 ? messages.length - 1 - at : 0;
}

function toFoot(box: Box, place: RefObject<Place>): void {
  place.current.isFollowing = true;
  box.current?.scrollTo({ top: box.current.scrollHeight });
}

function note(box: Box, place: RefObject<Place>): void {
  if (!box.current) return;
  place.current.height = box.current.scrollHeight;
  place.current.top = box.current.scrollTop;
}

const isNearFoot = (box: HTMLElement) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;

/** At the unread line, a little below the top; without one, at the foot. */
function openAt(box: HTMLElement): void {
  const line = box.querySelector<HTMLElement>('.unread-line');
  box.scrollTop = line ? line.offsetTop - 48 : box.scrollHeight;
}
