import { getAccount } from '../core/accounts.ts';
import { rfc2822 } from '../core/clock.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { notFound } from './dialect.ts';
import { ok } from './shape.ts';

const SUBRESOURCES: Record<string, string> = {
  addresses: 'Addresses',
  applications: 'Applications',
  available_phone_numbers: 'AvailablePhoneNumbers',
  balance: 'Balance',
  calls: 'Calls',
  conferences: 'Conferences',
  incoming_phone_numbers: 'IncomingPhoneNumbers',
  keys: 'Keys',
  messages: 'Messages',
  recordings: 'Recordings',
};

export const accountRoutes: Route[] = [
  { method: 'GET', path: '/2010-04-01/Accounts/:Sid', handler: fetchAccount },
  { method: 'GET', path: '/2010-04-01/Accounts/:AccountSid/Balance', handler: balance },
];

function fetchAccount(call: Call): Answer {
  if (call.params.Sid !== call.account.id) throw notFound(call.path);
  const { account } = call;
  const base = `/2010-04-01/Accounts/${account.id}`;
  const at = rfc2822(Date.parse(account.createdAt));
  return ok({
    sid: account.id,
    owner_account_sid: account.id,
    friendly_name: account.name,
    // The real API shows it here; the sandbox does not, because its page shows answers.
    auth_token: '[redacted]',
    status: 'active',
    type: 'Full',
    date_created: at,
    date_updated: at,
    uri: `${base}.json`,
    subresource_uris: Object.fromEntries(
      Object.entries(SUBRESOURCES).map(([key, path]) => [key, `${base}/${path}.json`]),
    ),
  });
}

function balance(call: Call): Answer {
  const account = getAccount(call.sb, call.account.id) ?? call.account;
  return ok({ account_sid: account.id, balance: account.balance, currency: account.currency });
}
