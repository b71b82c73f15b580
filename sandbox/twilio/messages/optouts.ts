import type { Sandbox } from '../../core/sandbox.ts';

const KIND = 'twilio_optout';

const idOf = (account: string, ours: string, handset: string) => `${account} ${ours} ${handset}`;

/** Whether a handset asked one of our numbers to stop. */
export function isOptedOut(sb: Sandbox, account: string, ours: string, handset: string): boolean {
  return sb.store.get(KIND, idOf(account, ours, handset)) !== undefined;
}

export function optOut(sb: Sandbox, account: string, ours: string, handset: string, keyword: string): void {
  sb.store.put(KIND, account, idOf(account, ours, handset), { ours, handset, keyword });
}

export function optIn(sb: Sandbox, account: string, ours: string, handset: string): void {
  sb.store.remove(KIND, idOf(account, ours, handset));
}
