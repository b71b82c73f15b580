import { fail } from '../../../kernel/errors.ts';
import type { PortDeps } from '../deps.ts';
import type { ProviderPort } from '../port.ts';

/** One account at Twilio. */
export interface TwilioAccount {
  /** Null for the installation's account. */
  accountId: string | null;
  accountSid: string;
  authToken: string;
  /** Replaces every Twilio host; null: the real ones. */
  baseUrl: string | null;
  /** Where Twilio should reach us, when that is not the public address plus the standard path. */
  voiceUrl: string | null;
  statusUrl: string | null;
}

/** What Twilio can do, on one account. */
export function createTwilioPort(_account: TwilioAccount, _deps: PortDeps): ProviderPort {
  fail('provider_not_configured', { provider: 'Twilio' });
}
