import type { Purchase } from '../../../api/phoneNumberService.ts';
import { randomId } from '../../../ui/randomId.ts';

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
