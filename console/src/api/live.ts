import type { QueryClient } from '@tanstack/react-query';
import { withQuery } from './client.ts';
import { BUSY_TOPICS, staleKeys } from './keys.ts';

export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** How often the stream had to start over: what was pieced together from news before that is to be read anew. */
export const liveStream = { resets: 0 };

const GATHER_MS = 150;
const BUSY_MS = 1_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/**
 * Follows the company's news and marks what changed as stale. The browser reconnects by itself and resends the last cursor;
 * when it gives up (the server answered with an error), a new stream starts from the same cursor after a growing pause.
 * @returns a function that ends it
 */
export function followLive(client: QueryClient, onState: (state: LiveState) => void): () => void {
  let news: { topic: string; id: string }[] = [];
  let source: EventSource | null = null;
  let cursor = '';
  let pauseMs = RETRY_MIN_MS;
  let gather: number | undefined;
  let retry: number | undefined;
  let later: typeof news = [];
  let rest: number | undefined;
  const isBusy = ({ topic }: { topic: string }) => BUSY_TOPICS.has(topic);

  const refresh = () => {
    gather = undefined;
    const told = rest === undefined ? news : news.filter((each) => !isBusy(each));
    later.push(...news.filter((each) => !told.includes(each)));
    news = [];
    // What moves all the time is told at once when it was quiet before, and then once a second.
    if (told.some(isBusy)) rest = window.setTimeout(goOn, BUSY_MS);
    for (const queryKey of staleKeys(told)) void client.invalidateQueries({ queryKey });
  };

  const goOn = () => {
    rest = undefined;
    if (!later.length) return;
    news.push(...later);
    later = [];
    gather ??= window.setTimeout(refresh, 0);
  };

  const connected = (event: MessageEvent<string>) => {
    cursor = event.lastEventId || cursor;
    pauseMs = RETRY_MIN_MS;
    onState('live');
  };

  const changed = (event: MessageEvent<string>) => {
    connected(event);
    news.push(JSON.parse(event.data) as { topic: string; id: string });
    gather ??= window.setTimeout(refresh, GATHER_MS);
  };

  const connect = () => {
    source = new EventSource(withQuery('/api/live', { cursor }));
    source.addEventListener('ready', connected);
    source.addEventListener('change', changed);
    source.addEventListener('reset', (event) => {
      connected(event);
      liveStream.resets += 1;
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
    window.clearTimeout(rest);
  };
}
