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
