import type { Sandbox } from './sandbox.ts';

const KIND = 'owned_number';

/** Who has a number, at either provider. */
export function ownerOf(sb: Sandbox, phoneNumber: string): string | undefined {
  return sb.store.get<{ account: string }>(KIND, phoneNumber)?.account;
}

export function claimNumber(sb: Sandbox, phoneNumber: string, account: string): void {
  sb.store.put(KIND, account, phoneNumber, { account });
}

export function releaseNumber(sb: Sandbox, phoneNumber: string): void {
  sb.store.remove(KIND, phoneNumber);
}

/** An account's number by its E.164, from records of `kind` that are written with the E.164 as a key. */
export function findOwned<T>(
  sb: Sandbox,
  kind: string,
  account: string,
  phoneNumber: string,
  isIt: (number: T) => boolean,
): T | undefined {
  if (ownerOf(sb, phoneNumber) !== account) return undefined;
  const [entry] = sb.store.find<T>(kind, phoneNumber, { limit: 1 });
  // Numbers of an older folder have no key.
  return entry?.body ?? sb.store.list<T>(kind, account).find(isIt);
}
