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

interface News {
  topic: string;
  id: string;
}

const isBusy = ({ topic }: News) => BUSY_TOPICS.has(topic);

/** Marks what news touch as stale, in bundles: what moves all the time at once when it was quiet before, and then once a second. */
function gatherNews(client: QueryClient): { add: (one: News) => void; stop: () => void } {
  let news: News[] = [];
  let later: News[] = [];
  let gather: number | undefined;
  let rest: number | undefined;

  const refresh = () => {
    gather = undefined;
    const told = rest === undefined ? news : news.filter((each) => !isBusy(each));
    later.push(...news.filter((each) => !told.includes(each)));
    news = [];
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

  return {
    add: (one) => {
      news.push(one);
      gather ??= window.setTimeout(refresh, GATHER_MS);
    },
    stop: () => {
      window.clearTimeout(gather);
      window.clearTimeout(rest);
    },
  };
}

/**
 * Follows the company's news and marks what changed as stale. The browser reconnects by itself and resends the last cursor;
 * when it gives up (the server answered with an error), a new stream starts from the same cursor after a growing pause.
 * @returns a function that ends it
 */
export function followLive(client: QueryClient, onState: (state: LiveState) => void): () => void {
  let source: EventSource | null = null;
  let cursor = '';
  let pauseMs = RETRY_MIN_MS;
  let retry: number | undefined;
  const gathered = gatherNews(client);

  const connected = (event: MessageEvent<string>) => {
    cursor = event.lastEventId || cursor;
    pauseMs = RETRY_MIN_MS;
    onState('live');
  };

  const changed = (event: MessageEvent<string>) => {
    connected(event);
    gathered.add(JSON.parse(event.data) as News);
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
    gathered.stop();
    window.clearTimeout(retry);
  };
}
