import { fail, RelaisError } from '../../../kernel/errors.ts';
import type { Price } from '../../../kernel/money.ts';
import { price, text } from '../parse.ts';
import type { Plumbing, RemoteConnection } from '../port.ts';
import type { TwilioParts } from './client.ts';
import { twilioAddresses } from './numbers.ts';

export async function balance({ client, request }: TwilioParts): Promise<Price> {
  const answer = await request('repeatable', () => client.balance.fetch());
  return (
    price(answer.balance, answer.currency) ??
    fail('provider_error', { provider: 'Twilio', reason: 'the answer holds no balance' })
  );
}

export async function testConnection(
  parts: TwilioParts,
): Promise<{ accountName: string; balance: Price | null }> {
  const { account, client, request } = parts;
  const answer = await request('repeatable', () => client.api.v2010.accounts(account.accountSid).fetch());
  if (text(answer.status) === 'closed')
    fail(
      'provider_unauthorized',
      { provider: 'Twilio' },
      { provider: 'twilio', providerMessage: 'The account is closed.' },
    );
  // Only main accounts have a balance.
  const found = await balance(parts).catch((error: unknown) => {
    if (error instanceof RelaisError) return null;
    throw error;
  });
  return { accountName: text(answer.friendlyName) ?? account.accountSid, balance: found };
}

/** TwiML applications: what Twilio has in place of connections. */
export async function listConnections({ client, request }: TwilioParts): Promise<RemoteConnection[]> {
  const found = await request('repeatable', () => client.applications.list({ limit: 1000 }));
  return found.map((item) => ({
    id: item.sid,
    name: text(item.friendlyName) ?? item.sid,
    kind: 'twiml_application',
    active: true,
    webhookUrl: text(item.voiceUrl),
  }));
}

/** Twilio keeps webhook addresses on each number: nothing has to be made first. */
export async function ensurePlumbing(parts: TwilioParts): Promise<Plumbing> {
  const { voice, sms } = twilioAddresses(parts);
  return {
    connectionId: null,
    messagingProfileId: null,
    steps: [`Calls to each number are announced to ${voice}, texts to ${sms}.`],
  };
}
