import Telnyx from 'telnyx';
import type { PortDeps } from '../deps.ts';
import { type Attempt, createAttempt, createRequester, type Requester } from '../requests.ts';
import { readTelnyxFailure, telnyxCodes } from './errors.ts';

/** One account at Telnyx. */
export interface TelnyxAccount {
  /** Null for the installation's account. */
  accountId: string | null;
  apiKey: string;
  /** Ends in /v2. */
  baseUrl: string;
  /** An existing connection or Call Control application to use; null: one is made. */
  connectionId: string | null;
}

/** What every part of the adapter works with. */
export interface TelnyxParts {
  account: TelnyxAccount;
  client: Telnyx;
  request: Requester;
  /** For what is sent one time only, whatever comes of it: texts. */
  attempt: Attempt;
  deps: PortDeps;
}

/** Opens the official SDK on an account. Its own retries are off: it would repeat orders without an idempotency key. */
export function openTelnyx(account: TelnyxAccount, deps: PortDeps): TelnyxParts {
  const client = new Telnyx({
    apiKey: account.apiKey,
    baseURL: account.baseUrl,
    timeout: deps.timeoutMs,
    maxRetries: 0,
  });
  const requests = {
    provider: 'telnyx' as const,
    readFailure: readTelnyxFailure(deps.clock),
    codes: telnyxCodes,
    metrics: deps.metrics,
    note: deps.note,
    sleep: deps.sleep,
    random: deps.random,
    clock: deps.clock,
    timeoutMs: deps.timeoutMs,
  };
  return { account, client, request: createRequester(requests), attempt: createAttempt(requests), deps };
}

interface Page<Item> {
  getPaginatedItems(): Item[];
  hasNextPage(): boolean;
  getNextPage(): Promise<Page<Item>>;
}

/** No list of ours is longer; a provider that repeats a page for ever must not hold us. */
const PAGES_MAX = 400;

/** Every item of a paged list, each page asked for through the requester. */
export async function* everyItem<Item>(
  request: Requester,
  firstPage: () => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let page = await request('repeatable', firstPage);
  for (let count = 1; ; count++) {
    yield* page.getPaginatedItems() ?? [];
    if (count === PAGES_MAX || !page.hasNextPage()) return;
    const current = page;
    page = await request('repeatable', () => current.getNextPage());
  }
}

/** The first item of a paged list that fits, or null. */
export async function firstItem<Item>(
  request: Requester,
  firstPage: () => Promise<Page<Item>>,
  fits: (item: Item) => boolean,
): Promise<Item | null> {
  for await (const item of everyItem(request, firstPage)) if (fits(item)) return item;
  return null;
}
