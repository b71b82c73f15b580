import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

/** A random UUID. */
export const uuid = (): string => randomUUID();

/** A decimal 19-digit id, as Telnyx gives numbers, connections and addresses. Does not fit a JavaScript number. */
export function decimalId(): string {
  return `${randomInt(1, 9)}${String(randomInt(0, 1_000_000_000)).padStart(9, '0')}${String(randomInt(0, 1_000_000_000)).padStart(9, '0')}`;
}

/** A Twilio SID: two letters and 32 hexadecimal digits. */
export function sid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

/** The same UUID for the same name, for catalogue entries that must not change between starts. */
export function namedUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The same SID for the same name. */
export function namedSid(prefix: string, name: string): string {
  return prefix + createHash('sha256').update(name).digest('hex').slice(0, 32);
}
