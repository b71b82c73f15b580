import { useEffect, useRef, useState } from 'react';
import type { Conversation, Message } from '../../api/inboxTypes.ts';
import { firstUnreadId } from './logic/threadItems.ts';
import type { Actions } from './useActions.ts';

/**
 * What is new since one looked: where the line stands, and that the conversation is read once it is on screen. For one
 * conversation; another one needs another key.
 */
export function useUnread(conversation: Conversation, messages: Message[] | undefined, actions: Actions) {
  const [line, setLine] = useState<{ firstId: string; count: number } | null>(null);
  const isAway = useRef(true);
  const isHeld = useRef(false);
  const mark = useRef(actions.mark);
  mark.current = actions.mark;
  const count = conversation.unread_count;

  useEffect(() => {
    const leave = () => {
      if (!isOnScreen()) isAway.current = true;
    };
    window.addEventListener('blur', leave);
    document.addEventListener('visibilitychange', leave);
    return () => {
      window.removeEventListener('blur', leave);
      document.removeEventListener('visibilitychange', leave);
    };
  }, []);

  useEffect(() => {
    if (!messages) return;
    const look = () => {
      if (!isOnScreen() || isHeld.current) return;
      const firstId = firstUnreadId(messages, count);
      if (isAway.current && firstId) setLine({ firstId, count });
      isAway.current = false;
      if (count > 0) mark.current('read');
    };
    look();
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [messages, count]);

  return {
    line,
    /** Unread until it is opened again: looking at it now does not count. */
    markUnread: () => {
      isHeld.current = true;
      actions.mark('unread');
    },
  };
}

const isOnScreen = () => document.visibilityState === 'visible' && document.hasFocus();
