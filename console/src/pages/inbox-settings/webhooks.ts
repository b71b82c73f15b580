import type { Provider } from '../../api/types.ts';

const PATHS: Record<Provider, string> = {
  twilio: '/inbox/webhooks/sms',
  telnyx: '/api/telnyx/webhooks/messages',
};

/**
 * Where a provider sends the texts of a number to.
 * @param accountId whose key checks the signature; null for the installation's account
 */
export function incomingAddress(origin: string, provider: Provider, accountId: string | null): string {
  const address = `${origin}${PATHS[provider]}`;
  return accountId && !accountId.startsWith('installation-') ? `${address}?account=${accountId}` : address;
}

/** Whether a host is one that no provider can reach. */
export function isLocal(hostname: string): boolean {
  return /^(localhost|127\.|\[?::1\]?$|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(hostname);
}
