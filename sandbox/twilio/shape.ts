import type { Answer, Call } from '../core/http.ts';
import type { Entry, FindOptions } from '../core/store.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent = (): Answer => ({ status: 204 });

interface Slice {
  items: unknown[];
  page: number;
  size: number;
  /** The request's address with another page number, or null if there is no such page. */
  at: (page: number) => string | null;
}

function slice(call: Call, all: unknown[]): Slice {
  const size = whole(call.search.get('PageSize'), DEFAULT_PAGE_SIZE, 1, MAX_PAGE_SIZE);
  const page = whole(call.search.get('Page'), 0, 0, Number.MAX_SAFE_INTEGER);
  const at = (wanted: number) => {
    if (wanted < 0 || (wanted > 0 && wanted * size >= all.length)) return null;
    const search = new URLSearchParams(call.search);
    search.set('PageSize', String(size));
    search.set('Page', String(wanted));
    if (wanted > 0) search.set('PageToken', `PT${wanted}`);
    else search.delete('PageToken');
    return `${call.path}?${search}`;
  };
  return { items: all.slice(page * size, (page + 1) * size), page, size, at };
}

function whole(text: string | null, fallback: number, min: number, max: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value >= min ? Math.min(value, max) : fallback;
}

/** One page as the 2010-04-01 API gives it: addresses are relative to the host. */
export function apiPage(call: Call, key: string, all: unknown[]): Answer {
  return apiAnswer(key, slice(call, all));
}

function apiAnswer(key: string, { items, page, size, at }: Slice): Answer {
  return ok({
    [key]: items,
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(items.length - 1, 0),
    first_page_uri: at(0),
    previous_page_uri: at(page - 1),
    next_page_uri: at(page + 1),
    uri: at(page) ?? at(0),
  });
}

/** A list that is too long to be read as a whole, newest first. */
export interface LongList<T> {
  read(options: FindOptions): Entry<T>[];
  fits(item: T): boolean;
  view(item: T): unknown;
}

const CHUNK = 500;

/** One page of a long list. Its page token is where the next page begins, whatever comes in meanwhile. */
export function longPage<T>(call: Call, key: string, list: LongList<T>): Answer {
  const size = whole(call.search.get('PageSize'), DEFAULT_PAGE_SIZE, 1, MAX_PAGE_SIZE);
  const page = whole(call.search.get('Page'), 0, 0, Number.MAX_SAFE_INTEGER);
  const token = /^PA(\d+)$/.exec(call.search.get('PageToken') ?? '')?.[1];
  const skipped = token === undefined ? page * size : 0;
  const found = take(list, token === undefined ? undefined : Number(token), skipped + size + 1).slice(
    skipped,
  );
  const shown = found.slice(0, size);
  const next = found.length > size ? shown.at(-1)?.seq : undefined;
  const at = (wanted: number) => {
    if (wanted < 0 || (wanted > page && next === undefined)) return null;
    const search = new URLSearchParams(call.search);
    search.set('PageSize', String(size));
    search.set('Page', String(wanted));
    if (wanted > page) search.set('PageToken', `PA${next}`);
    else if (wanted < page) search.delete('PageToken');
    return `${call.path}?${search}`;
  };
  return apiAnswer(key, { items: shown.map((entry) => list.view(entry.body)), page, size, at });
}

/** The first entries that fit, older than `before`. */
function take<T>(list: LongList<T>, before: number | undefined, count: number): Entry<T>[] {
  const found: Entry<T>[] = [];
  for (let from = before; found.length < count; ) {
    const limit = Math.max(CHUNK, count);
    const chunk = list.read({ before: from, limit });
    found.push(...chunk.filter((entry) => list.fits(entry.body)));
    if (chunk.length < limit) break;
    from = chunk.at(-1)?.seq;
  }
  return found.slice(0, count);
}

/** One page as the v1 and v2 domains give it: addresses are absolute, and lead back here. */
export function metaPage(call: Call, key: string, all: unknown[]): Answer {
  const { items, page, size, at } = slice(call, all);
  const url = (wanted: number) => {
    const path = at(wanted);
    return path === null ? null : call.sb.url + path;
  };
  const meta = {
    key,
    page,
    page_size: size,
    first_page_url: url(0),
    previous_page_url: url(page - 1),
    next_page_url: url(page + 1),
    url: url(page) ?? url(0),
  };
  return ok({ [key]: items, meta });
}

/** A parameter of the form, or undefined if absent. An array gives its first element. */
export function param(call: Call, name: string): string | undefined {
  const value = call.body[name];
  if (Array.isArray(value)) return String(value[0]);
  return typeof value === 'string' ? value : undefined;
}

/** A parameter of the query, or undefined if absent or empty. */
export function asked(call: Call, name: string): string | undefined {
  return call.search.get(name) || undefined;
}

/** `voice_url` as `VoiceUrl`. */
export function pascal(name: string): string {
  return name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
