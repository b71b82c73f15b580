import type { FastifyRequest } from 'fastify';
import { type Account, listAccounts } from '../core/accounts.ts';
import { type Answer, type Dialect, Refusal } from '../core/http.ts';
import type { Sandbox } from '../core/sandbox.ts';

const LIMIT_RESET_SECONDS = 1;

/** An answer in Telnyx's error shape. */
export function errorAnswer(
  status: number,
  code: string,
  title: string,
  detail: string,
  source?: { pointer?: string; parameter?: string },
): Answer {
  const meta = { url: `https://developers.telnyx.com/docs/overview/errors/${code}` };
  const error = { code, title, detail, ...(source === undefined ? {} : { source }), meta };
  return { status, body: { errors: [error] } };
}

/** A refusal in Telnyx's error shape, to be thrown. */
export function refuse(...args: Parameters<typeof errorAnswer>): Refusal {
  return new Refusal(errorAnswer(...args));
}

export const notFound = (detail = 'The requested resource or URL could not be found.'): Refusal =>
  refuse(404, '10005', 'Resource not found', detail);

export const missing = (pointer: string): Refusal =>
  refuse(
    422,
    '10004',
    'Missing required parameter',
    `The '${pointer.slice(1)}' parameter is required and cannot be blank.`,
    {
      pointer,
    },
  );

export const invalid = (pointer: string, detail: string): Refusal =>
  refuse(422, '10015', 'Invalid parameter', detail, { pointer });

export const telnyxDialect: Dialect = {
  provider: 'telnyx',
  authenticate,
  malformed: (message) => errorAnswer(400, '10015', 'Bad Request', message),
  notFound: (path) => errorAnswer(404, '10005', 'Resource not found', `No such resource: ${path}`),
  rateLimited: () => ({
    ...errorAnswer(
      429,
      '10011',
      'Too many requests',
      'You have exceeded the maximum number of allowed requests.',
    ),
    headers: {
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(LIMIT_RESET_SECONDS),
      'retry-after': String(LIMIT_RESET_SECONDS),
    },
  }),
  insufficientFunds: () =>
    errorAnswer(
      402,
      '20100',
      'Insufficient funds',
      'Your balance is too low to perform this request. Top up and try again.',
    ),
  taken: (number) =>
    errorAnswer(
      422,
      '85001',
      'Phone numbers no longer available',
      `These numbers are no longer available: ${number}`,
      {
        pointer: '/phone_numbers',
      },
    ),
  serverError: () =>
    errorAnswer(500, '10007', 'Unexpected error', 'An unexpected error occurred. Try again later.'),
};

function authenticate(sb: Sandbox, request: FastifyRequest): Account {
  const key = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const account = listAccounts(sb).find((entry) => entry.provider === 'telnyx' && entry.secret === key);
  if (account === undefined) {
    throw refuse(401, '10009', 'Authentication failed', 'Could not understand the provided credentials.');
  }
  return account;
}
