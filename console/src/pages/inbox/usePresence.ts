import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { inbox } from '../../api/inbox.ts';
import type { Viewer } from '../../api/inboxTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay, useMe } from '../../api/session.ts';

/** A viewer is forgotten 20 s after the last word. */
const REPEAT_MS = 9_000;
const TYPING_MS = 4_000;

/**
 * Tells colleagues that one looks at a conversation or writes in it, and who else does.
 * @returns the others, and what to call at each key of an answer
 */
export function usePresence(id: string): { others: Viewer[]; typed: () => void } {
  const { user } = useMe();
  const maySend = useMay()('messages:send');
  const typedAt = useRef(0);
  const say = useRef<(state: 'viewing' | 'typing' | 'left') => void>(() => undefined);
  const { data } = useQuery({
    queryKey: keys.presence(id),
    queryFn: () => inbox.viewers(id),
    refetchInterval: maySend ? false : REPEAT_MS * 2,
  });

  useEffect(() => {
    if (!maySend) return;
    const tell = (state: 'viewing' | 'typing' | 'left') =>
      void inbox
        .present(id, state)
        .then((answer) => state !== 'left' && queryClient.setQueryData(keys.presence(id), answer))
        .catch(() => undefined);
    say.current = tell;
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      tell(Date.now() - typedAt.current < TYPING_MS ? 'typing' : 'viewing');
    };
    const seen = () => (document.visibilityState === 'visible' ? look() : tell('left'));
    look();
    const timer = setInterval(look, REPEAT_MS);
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      typedAt.current = 0;
      say.current = () => undefined;
      tell('left');
    };
  }, [id, maySend]);

  const typed = () => {
    if (Date.now() - typedAt.current < TYPING_MS) return;
    typedAt.current = Date.now();
    say.current('typing');
  };
  return { others: (data?.viewers ?? []).filter((viewer) => viewer.user_id !== user.id), typed };
}
