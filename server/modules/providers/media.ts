import type { PortDeps } from './deps.ts';
import { type Failure, outcomeOf, toRelaisError } from './failure.ts';
import type { MediaFetch } from './messaging.ts';
import { word } from './parse.ts';
import type { ProviderName } from './port.ts';
import { retryAfterMs } from './requests.ts';

/** Where a provider keeps media. */
export interface MediaPlaces {
  provider: ProviderName;
  /** The provider's API, the only host that gets the credentials. */
  apiHost: string;
  /** What stands in the API's place for this account; null: nothing. */
  baseUrl: string | null;
  authorization: string;
  /** Whether the provider keeps media at an address outside its API. */
  keeps(url: URL): boolean;
}

const REDIRECTS_MAX = 5;
/** All redirects and bytes together may take this many times as long as one request. */
const PATIENCE = 3;

/**
 * Fetches media from where its provider keeps it, and from nowhere else: every redirect is judged like the first address,
 * so that a message cannot make us ask our own network. Credentials go to the provider's API only.
 * @throws provider_timeout, provider_rate_limited, provider_error or provider_unauthorized on what may pass.
 */
export async function fetchMedia(
  deps: PortDeps,
  places: MediaPlaces,
  address: string,
  { bytesMax }: { bytesMax: number },
): Promise<MediaFetch> {
  const signal = AbortSignal.timeout(deps.timeoutMs * PATIENCE);
  let url = URL.parse(address);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    if (!url || !mayFetch(places, url)) return { kind: 'forbidden', host: url?.host ?? '' };
    const { target, headers } = requestFor(places, url);
    const outcome = await counted(deps, places.provider, async () => {
      const response = await fetch(target, { redirect: 'manual', headers, signal });
      const location = response.headers.get('location');
      if (isRedirect(response.status) && location) {
        await response.body?.cancel();
        return { location };
      }
      return { result: await take(deps, response, bytesMax) };
    });
    if (outcome.result) return outcome.result;
    url = URL.parse(outcome.location, target);
  }
  return { kind: 'gone' };
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

function mayFetch(places: MediaPlaces, url: URL): boolean {
  if (url.username || url.password) return false;
  if (url.origin === apiOrigin(places)) return true;
  const isPlain = url.protocol === 'https:' && url.port === '';
  return isPlain && (url.hostname === places.apiHost || places.keeps(url));
}

function apiOrigin({ apiHost, baseUrl }: MediaPlaces): string {
  return new URL(baseUrl ?? `https://${apiHost}`).origin;
}

function requestFor(places: MediaPlaces, url: URL): { target: URL; headers: Record<string, string> } {
  // What is counted are the bytes as they come.
  const headers = { 'accept-encoding': 'identity' };
  const { apiHost, authorization } = places;
  const origin = apiOrigin(places);
  if (url.origin === origin) return { target: url, headers: { ...headers, authorization } };
  if (url.hostname !== apiHost) return { target: url, headers };
  // Whatever stands in the API's place is told which host was meant.
  const target = new URL(url.pathname + url.search, origin);
  return { target, headers: { ...headers, authorization, 'x-orig-host': apiHost } };
}

/** What an answer that is no redirect holds. @throws MediaRefusal on what may pass. */
async function take(deps: PortDeps, response: Response, bytesMax: number): Promise<MediaFetch> {
  const { status, headers, body } = response;
  if (!response.ok) {
    await body?.cancel();
    const passes = status >= 500 || [401, 408, 425, 429].includes(status);
    if (!passes) return { kind: 'gone' };
    throw new MediaRefusal({
      kind: 'answered',
      status,
      providerCode: null,
      providerMessage: `HTTP ${status} for media`,
      retryAfterMs: retryAfterMs((name) => headers.get(name), deps.clock.nowMs()),
    });
  }
  if (Number(headers.get('content-length') ?? 0) > bytesMax) {
    await body?.cancel();
    return { kind: 'too_large' };
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the transfer.
    if (bytes > bytesMax) return { kind: 'too_large' };
    chunks.push(chunk);
  }
  const contentType = word(headers.get('content-type')?.split(';')[0]?.trim().toLowerCase(), 200);
  return {
    kind: 'fetched',
    bytes: Buffer.concat(chunks),
    contentType: contentType ?? 'application/octet-stream',
  };
}

/** An answer that may be another one later. */
class MediaRefusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.providerMessage);
    this.failure = failure;
  }
}

/** Counts a request, and turns what went wrong with it into an error of the catalogue. */
async function counted<T>(deps: PortDeps, provider: ProviderName, send: () => Promise<T>): Promise<T> {
  const count = (outcome: string) => deps.metrics.providerRequests.inc({ provider, outcome });
  try {
    const answer = await send();
    count('ok');
    return answer;
  } catch (error) {
    const failure = error instanceof MediaRefusal ? error.failure : networkFailure(error);
    count(outcomeOf(failure));
    throw toRelaisError(provider, failure, {}, error);
  }
}

/** The only thing that can go wrong besides an answer is the way to it. */
function networkFailure(error: unknown): Failure {
  const { name, message } = error as Error;
  return {
    kind: name === 'TimeoutError' ? 'timeout' : 'unreachable',
    status: null,
    providerCode: null,
    providerMessage: message,
    retryAfterMs: null,
  };
}
