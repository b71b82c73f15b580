import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The moment of the last id of each clock, and how many ids it has had: what comes in one millisecond keeps its order. */
const moments = new WeakMap<Clock, { ms: number; count: number }>();
const COUNT_MAX = 0xfff;

/**
 * A UUID version 7 (RFC 9562, section 5.7): sorts by time of creation, which keeps indexes compact. Within a millisecond, and
 * when the clock is set back, the 12 bits after the time count (section 6.2, method 1); variant and random bits are those of
 * Node's random UUID, which draws its randomness in stock.
 */
export function newId(clock: Clock): string {
  const nowMs = clock.nowMs();
  const last = moments.get(clock);
  const moment = last && nowMs <= last.ms ? next(last) : { ms: nowMs, count: 0 };
  moments.set(clock, moment);
  const time = moment.ms.toString(16).padStart(12, '0');
  const count = moment.count.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}${randomUUID().slice(18)}`;
}

function next({ ms, count }: { ms: number; count: number }): { ms: number; count: number } {
  return count < COUNT_MAX ? { ms, count: count + 1 } : { ms: ms + 1, count: 0 };
}

/** The smallest id of a moment: what was made since then has a larger one, so that lists by id can be cut by time. */
export function firstIdOf(atMs: number): string {
  const hex = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** Whether a text can be an id at all; anything else cannot name a row. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** A random secret in base64url: 32 bytes unless told otherwise. */
export function newSecret(sizeBytes = 32): string {
  return randomBytes(sizeBytes).toString('base64url');
}
