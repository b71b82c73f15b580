import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * A UUID version 7 (RFC 9562, section 5.7): sorts by time of creation, which keeps indexes compact. Variant and random
 * bits are those of Node's random UUID, which draws its randomness in stock.
 */
export function newId(clock: Clock): string {
  const time = clock.nowMs().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** Whether a text can be an id at all; anything else cannot name a row. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** A random secret in base64url: 32 bytes unless told otherwise. */
export function newSecret(sizeBytes = 32): string {
  return randomBytes(sizeBytes).toString('base64url');
}
