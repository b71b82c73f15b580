import type { Purchase } from '../../../api/phoneNumberService.ts';

const PREFIX = 'relais.intent.';

type Intent = Omit<Purchase, 'id'>;

/** The same purchase has the same name, in whatever order its parts were given. */
function nameOf(intent: Intent): string {
  const parts = Object.entries(intent).sort(([left], [right]) => left.localeCompare(right));
  return PREFIX + JSON.stringify(parts);
}

/**
 * The id of an intent to buy: made once and kept for this tab, so that a second click, a lost answer or a reload sends the
 * same purchase again instead of another one.
 */
export function intentId(intent: Intent, storage: Storage = sessionStorage): string {
  const name = nameOf(intent);
  const known = storage.getItem(name);
  if (known) return known;
  const made = randomId();
  storage.setItem(name, made);
  return made;
}

/** After a refusal the next attempt is a new intent. */
export function forgetIntent(intent: Intent, storage: Storage = sessionStorage): void {
  storage.removeItem(nameOf(intent));
}

/** A UUID version 4 (RFC 9562); crypto.randomUUID is missing on plain HTTP. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
