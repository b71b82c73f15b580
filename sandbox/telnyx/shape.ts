import type { Answer, Call } from '../core/http.ts';
import { textAt } from '../core/query.ts';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 250;

/** `{ data }` with 200. */
export const ok = (data: unknown): Answer => ({ status: 200, body: { data } });

/** `{ data }` with 201. */
export const created = (data: unknown): Answer => ({ status: 201, body: { data } });

/** One page of `items` as the query asks for, with Telnyx's `meta`. */
export function page(
  call: Call,
  items: unknown[],
  { defaultSize = DEFAULT_PAGE_SIZE, sizeMax = MAX_PAGE_SIZE } = {},
): Answer {
  const size = clamp(textAt(call.query, 'page', 'size'), defaultSize, sizeMax);
  const number = clamp(textAt(call.query, 'page', 'number'), 1, Number.MAX_SAFE_INTEGER);
  const meta = {
    page_number: number,
    page_size: size,
    total_pages: Math.ceil(items.length / size),
    total_results: items.length,
  };
  return { status: 200, body: { data: items.slice((number - 1) * size, number * size), meta } };
}

function clamp(text: string | undefined, fallback: number, max: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, max) : fallback;
}

/** A text field of the body, or undefined if absent, null or not text. */
export function textOf(body: Record<string, unknown>, key: string): string | undefined {
  const value = body[key];
  return typeof value === 'string' ? value : undefined;
}

/** The object without its undefined and null members: many of Telnyx's fields may be absent but never null. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && member !== null),
  ) as T;
}

/** The objects of an array in the body; anything else is left out. */
export function objectsOf(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
}
