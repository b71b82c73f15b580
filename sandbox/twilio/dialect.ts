import type { FastifyRequest } from 'fastify';
import { type Account, listAccounts } from '../core/accounts.ts';
import { type Answer, type Dialect, Refusal } from '../core/http.ts';
import type { Sandbox } from '../core/sandbox.ts';

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
  const account = listAccounts(sb).find((entry) => entry.provider === 'twilio' && entry.id === user);
  if (account === undefined || account.secret !== password) throw refuse(401, 20003, 'Authenticate');
  const { AccountSid } = request.params as { AccountSid?: string };
  if (AccountSid !== undefined && AccountSid !== account.id)
    throw notFound(request.originalUrl.split('?')[0] ?? '');
  return account;
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
