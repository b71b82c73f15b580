import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID version 7 (RFC 9562, section 5.7): sorts by time of creation, which keeps indexes compact. */
export function newId(clock: Clock): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(clock.nowMs(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether a text can be an id at all; anything else cannot name a row. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** A random secret in base64url: 32 bytes unless told otherwise. */
export function newSecret(sizeBytes = 32): string {
  return randomBytes(sizeBytes).toString('base64url');
}
