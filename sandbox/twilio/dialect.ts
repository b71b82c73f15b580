import type { FastifyRequest } from 'fastify';
import { type Account, getAccount, listAccounts } from '../core/accounts.ts';
import { type Answer, type Dialect, Refusal } from '../core/http.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { KEY, type Key } from './keys.ts';

/** An answer in Twilio's error shape. */
export function errorAnswer(status: number, code: number, message: string): Answer {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

/** A refusal in Twilio's error shape, to be thrown. */
export function refuse(status: number, code: number, message: string): Refusal {
  return new Refusal(errorAnswer(status, code, message));
}

export const notFound = (path: string): Refusal =>
  refuse(404, 20404, `The requested resource ${path} was not found`);

/** A parameter that is missing or not right. */
export const badParameter = (message: string): Refusal => refuse(400, 20001, message);

export const twilioDialect: Dialect = {
  provider: 'twilio',
  authenticate,
  malformed: (message) => errorAnswer(400, 20001, message),
  notFound: (path) => errorAnswer(404, 20404, `The requested resource ${path} was not found`),
  rateLimited: () => ({
    ...errorAnswer(429, 20429, 'Too Many Requests'),
    headers: { 'retry-after': '1', 'twilio-concurrent-requests': '1' },
  }),
  insufficientFunds: () =>
    errorAnswer(403, 20005, 'Account is not active: the balance is too low. Add funds and try again.'),
  taken: (number) => errorAnswer(400, 21422, `${number} is not available.`),
  serverError: () => errorAnswer(500, 20500, 'An internal server error has occurred'),
};

function authenticate(sb: Sandbox, request: FastifyRequest): Account {
  const encoded = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [user = '', password = ''] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'));
  const account = user.startsWith('SK') ? accountOfKey(sb, user, password) : accountOf(sb, user, password);
  if (account === undefined) throw refuse(401, 20003, 'Authenticate');
  const { AccountSid } = request.params as { AccountSid?: string };
  if (AccountSid !== undefined && AccountSid !== account.id)
    throw notFound(request.originalUrl.split('?')[0] ?? '');
  return account;
}

function accountOf(sb: Sandbox, user: string, password: string): Account | undefined {
  const account = listAccounts(sb).find((entry) => entry.provider === 'twilio' && entry.id === user);
  return account?.secret === password ? account : undefined;
}

function accountOfKey(sb: Sandbox, user: string, password: string): Account | undefined {
  const key = sb.store.get<Key>(KEY, user);
  return key?.secret === password ? getAccount(sb, key.account) : undefined;
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
