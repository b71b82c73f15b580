import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { publicBaseUrl } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { type ErrorCode, fail } from '../../kernel/errors.ts';
import type { Authority } from '../../kernel/http/authority.ts';
import { errorResponses } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { Auth } from './auth.ts';
import { passCookies, toWebRequest } from './convert.ts';
import { guarded } from './guard.ts';
import { limitedByAddress } from './limits.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './model.ts';
import { refuseForeignOrigin } from './origin.ts';

const success = z.literal(true);
const password = z.string().min(1).max(1000);
const newPassword = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);
const code = z.string().transform((text) => text.replaceAll(/\s/g, ''));

const user = z.object({ id: z.string(), name: z.string(), email: z.string() });
const signedIn = z.object({
  success,
  twoFactorRedirect: z
    .boolean()
    .optional()
    .describe('True: send a code to verify-totp or verify-backup-code next'),
  user: user.optional(),
});
const done = z.object({ success });

interface AuthRoute {
  method: 'GET' | 'POST';
  path: string;
  summary: string;
  authority: Authority;
  body?: z.ZodType;
  answer: z.ZodType;
}

/**
 * The sign-in library's paths that are open, and no others: its ways to sign up, to change roles or to make companies
 * would go past the permission table and the audit log. Answers are cut to these schemas, so no session token leaves
 * other than in its cookie.
 */
const ROUTES: AuthRoute[] = [
  {
    method: 'POST',
    path: '/sign-in/email',
    summary: 'Sign in with e-mail and password',
    authority: 'public',
    body: z.object({ email: z.email().max(320), password, rememberMe: z.boolean().optional() }),
    answer: signedIn,
  },
  { method: 'POST', path: '/sign-out', summary: 'Sign out', authority: 'public', answer: done },
  {
    method: 'GET',
    path: '/get-session',
    summary: 'The current session, or null',
    authority: 'public',
    answer: z.object({
      success,
      session: z
        .object({ id: z.string(), expiresAt: z.iso.datetime(), activeOrganizationId: z.string().nullish() })
        .nullable(),
      user: user.nullable(),
    }),
  },
  {
    method: 'POST',
    path: '/change-password',
    summary: 'Change the password',
    authority: 'signed_in',
    body: z.object({
      currentPassword: password,
      newPassword,
      revokeOtherSessions: z.boolean().default(true),
    }),
    answer: done,
  },
  {
    method: 'POST',
    path: '/revoke-other-sessions',
    summary: 'Sign out everywhere else',
    authority: 'signed_in',
    answer: done,
  },
  {
    method: 'POST',
    path: '/two-factor/enable',
    summary: 'Start to set up an authenticator application; verify-totp completes it',
    authority: 'signed_in',
    body: z.object({ password }),
    answer: z.object({
      success,
      totpURI: z.string(),
      backupCodes: z.array(z.string()).describe('Ten recovery codes, shown once'),
    }),
  },
  {
    method: 'POST',
    path: '/two-factor/verify-totp',
    summary: 'Send the code of the authenticator application',
    authority: 'public',
    body: z.object({ code: code.pipe(z.string().regex(/^\d{6}$/, 'six digits')) }),
    answer: signedIn,
  },
  {
    method: 'POST',
    path: '/two-factor/verify-backup-code',
    summary: 'Sign in with a recovery code; each works once',
    authority: 'public',
    body: z.object({ code: code.pipe(z.string().min(5).max(40)) }),
    answer: signedIn,
  },
  {
    method: 'POST',
    path: '/two-factor/generate-backup-codes',
    summary: 'Make ten new recovery codes; the former ones stop working',
    authority: 'signed_in',
    body: z.object({ password }),
    answer: z.object({ success, backupCodes: z.array(z.string()) }),
  },
  {
    method: 'POST',
    path: '/two-factor/disable',
    summary: 'Switch the authenticator application off',
    authority: 'signed_in',
    body: z.object({ password }),
    answer: done,
  },
  {
    method: 'GET',
    path: '/jwks',
    summary: "Public keys of mobile clients' tokens (RFC 7517)",
    authority: 'public',
    answer: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  },
];

/** The library's error codes in the catalogue's words. */
const ERRORS: Record<string, ErrorCode> = {
  INVALID_EMAIL_OR_PASSWORD: 'invalid_credentials',
  INVALID_PASSWORD: 'wrong_password',
  INVALID_CODE: 'invalid_code',
  INVALID_BACKUP_CODE: 'invalid_code',
  ACCOUNT_LOCKED: 'account_locked',
  INVALID_TWO_FACTOR_COOKIE: 'sign_in_again',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'sign_in_again',
  SESSION_NOT_FRESH: 'sign_in_again',
  TOTP_NOT_ENABLED: 'two_factor_off',
  BACKUP_CODES_NOT_ENABLED: 'two_factor_off',
  TWO_FACTOR_NOT_ENABLED: 'two_factor_off',
  TOTP_ALREADY_ENABLED: 'two_factor_on',
  PASSWORD_TOO_SHORT: 'password_unfit',
  PASSWORD_TOO_LONG: 'password_unfit',
};

/** Mounts the sign-in library at /api/auth. */
export function authRoutes(server: HttpServer, kernel: Kernel, auth: Auth): void {
  for (const { method, path, summary, authority, body, answer } of ROUTES) {
    server.route({
      method,
      url: `/api/auth${path}`,
      config: { authority, ...(method === 'POST' ? limitedByAddress(kernel.config) : {}) },
      schema: {
        tags: ['identity'],
        summary,
        ...(body ? { body } : {}),
        response: { 200: answer, ...errorResponses },
      },
      handler: (request, reply) => answerFromLibrary(kernel, auth, request, reply),
    });
  }
}

async function answerFromLibrary(
  kernel: Kernel,
  auth: Auth,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  refuseForeignOrigin(kernel, request);
  if (request.ctx.actor.kind === 'api_key') fail('person_required');
  const answer = await guarded(request.ctx, () =>
    auth.handler(toWebRequest(request, publicBaseUrl(kernel.config))),
  );
  passCookies(answer.headers, reply);
  const text = await answer.text();
  const body = text ? (JSON.parse(text) as Record<string, unknown> | null) : null;
  if (!answer.ok) refuse(kernel, answer.status, body);
  reply.header('cache-control', 'no-store');
  // A null answer is how the library says that there is no session.
  return { success: true, ...(body ?? { session: null, user: null }) };
}

function refuse(kernel: Kernel, status: number, body: Record<string, unknown> | null): never {
  const { LOCKOUT_MINUTES: minutes } = kernel.config;
  const known = ERRORS[String(body?.code ?? '')];
  if (known) fail(known, { minutes, min: PASSWORD_MIN, max: PASSWORD_MAX });
  if (status === 401) fail('unauthenticated');
  if (status < 500) fail('invalid_request', { reason: String(body?.message ?? 'refused') });
  throw new Error(`The sign-in library failed with ${status}: ${JSON.stringify(body)}`);
}
