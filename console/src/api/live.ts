import type { QueryClient } from '@tanstack/react-query';
import { withQuery } from './client.ts';
import { staleNouns } from './keys.ts';

export type LiveState = 'connecting' | 'live' | 'reconnecting';

const GATHER_MS = 150;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/**
 * Follows the company's news and marks what changed as stale. The browser reconnects by itself and resends the last cursor;
 * when it gives up (the server answered with an error), a new stream starts from the same cursor after a growing pause.
 * @returns a function that ends it
 */
export function followLive(client: QueryClient, onState: (state: LiveState) => void): () => void {
  const topics = new Set<string>();
  let source: EventSource | null = null;
  let cursor = '';
  let pauseMs = RETRY_MIN_MS;
  let gather: number | undefined;
  let retry: number | undefined;

  const refresh = () => {
    gather = undefined;
    for (const noun of staleNouns(topics)) void client.invalidateQueries({ queryKey: [noun] });
    topics.clear();
  };

  const connected = (event: MessageEvent<string>) => {
    cursor = event.lastEventId || cursor;
    pauseMs = RETRY_MIN_MS;
    onState('live');
  };

  const changed = (event: MessageEvent<string>) => {
    connected(event);
    const { topic } = JSON.parse(event.data) as { topic: string };
    topics.add(topic);
    gather ??= window.setTimeout(refresh, GATHER_MS);
  };

  const connect = () => {
    source = new EventSource(withQuery('/api/live', { cursor }));
    source.addEventListener('ready', connected);
    source.addEventListener('change', changed);
    source.addEventListener('reset', (event) => {
      connected(event);
      void client.invalidateQueries();
    });
    source.onerror = () => {
      onState('reconnecting');
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = window.setTimeout(connect, pauseMs);
      pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS);
    };
  };

  connect();
  return () => {
    source?.close();
    window.clearTimeout(gather);
    window.clearTimeout(retry);
  };
}
