import type { ProviderName } from './port.ts';

/** Ids of the installation's own accounts in the API; companies' accounts have UUIDs. */
export const INSTALLATION_IDS = { telnyx: 'installation-telnyx', twilio: 'installation-twilio' } as const;

/** The provider of an installation's account id, or null when the id is not one. */
export function installationProvider(id: string): ProviderName | null {
  if (id === INSTALLATION_IDS.telnyx) return 'telnyx';
  return id === INSTALLATION_IDS.twilio ? 'twilio' : null;
}

export interface TelnyxCredentials {
  provider: 'telnyx';
  apiKey: string;
}

export interface TwilioCredentials {
  provider: 'twilio';
  accountSid: string;
  authToken: string;
}

/** What is encrypted of an account. */
export type Credentials = TelnyxCredentials | TwilioCredentials;

/** What people know an account by, without giving it away. */
export function accountRef(credentials: Credentials): string {
  if (credentials.provider === 'twilio') return credentials.accountSid;
  const { apiKey } = credentials;
  return apiKey.length >= 12 ? `${apiKey.slice(0, 3)}…${apiKey.slice(-4)}` : '…';
}

/** The key of the vault for one account's credentials: a sealed text moved to another row or company does not open. */
export function sealPurpose(companyId: string, accountId: string): string {
  return `provider-account:${companyId}:${accountId}`;
}

/** One webhook delivery, as it is handed to the module it is for. */
export interface ProviderEvent {
  /** Ours. */
  id: string;
  provider: ProviderName;
  /** What the address that it came to is for, e.g. telnyx.number_order. */
  topic: string;
  /** The provider's word for what happened, e.g. number_order.complete. */
  type: string;
  /** Null for the installation's account. */
  accountId: string | null;
  /** Twilio: the SID of the account whose token signed. Null for Telnyx, and when the account was removed meanwhile. */
  accountSid: string | null;
  /**
   * The company of the account; null for the installation's until the event's owner knows whose it is and writes it here: it is
   * stored with what became of the event.
   */
  companyId: string | null;
  /** The provider's id of the delivery. */
  eventId: string;
  /** When it happened, if the provider says. */
  occurredAt: Date | null;
  /** What we call the thing it is about: `?ref=` of the address that we gave the provider, as far as the signature covers it. */
  reference: string | null;
  /** Telnyx: `data.payload` of the body. Twilio: the parameters. */
  payload: Record<string, unknown>;
  receivedAt: Date;
}
