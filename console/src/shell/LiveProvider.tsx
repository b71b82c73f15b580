import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { followLive, type LiveState } from '../api/live.ts';

const LiveContext = createContext<LiveState>('connecting');

/** Keeps one live stream open for the company on screen; its `key` is that company, so that another one opens another. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => followLive(client, setState), [client]);
  return <LiveContext value={state}>{children}</LiveContext>;
}

const useLiveState = (): LiveState => use(LiveContext);

/** Says whether the screen follows what happens. */
export function LiveBadge() {
  const { t } = useTranslation();
  const state = useLiveState();
  return (
    <span className={`live live-${state}`} role="status" title={t(`shell.liveHint.${state}`)}>
      <span className="live-dot" aria-hidden="true" />
      <span className="live-word">{t(`shell.live.${state}`)}</span>
    </span>
  );
}
