import { AsyncLocalStorage } from 'node:async_hooks';
import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api';
import type { Ctx, Kernel } from '../../kernel/ctx.ts';
import { type Attempt, clearAttempts, countAttempt, returnCode, takeCode } from './attempts.ts';
import { auditPerson } from './audit-person.ts';
import { type Person, personByEmail, personById } from './store.ts';

/** Answers of the library that mean: the secret was wrong. */
const WRONG_SECRET = new Set([
  'INVALID_EMAIL_OR_PASSWORD',
  'INVALID_PASSWORD',
  'INVALID_CODE',
  'INVALID_BACKUP_CODE',
]);

/** Answers that come after the secret was found right. Any other refusal leaves the attempt counted. */
const RIGHT_SECRET = new Set(['TOTP_ALREADY_ENABLED']);

/** Which secret each path checks. */
const CHECKS: Record<string, Attempt['kind']> = {
  '/sign-in/email': 'password',
  '/change-password': 'password',
  '/two-factor/enable': 'password',
  '/two-factor/disable': 'password',
  '/two-factor/generate-backup-codes': 'password',
  '/two-factor/verify-totp': 'code',
  '/two-factor/verify-backup-code': 'code',
};

const WATCHED = new Set([...Object.keys(CHECKS), '/sign-out', '/revoke-other-sessions']);

/** One request to the library: our context of it, and what is learnt while it runs. */
interface Passage {
  ctx: Ctx;
  person: Person | null;
  attempt: Attempt | null;
  isLastAttempt: boolean;
  takenCode: string | null;
}

const passage = new AsyncLocalStorage<Passage>();

/** Runs a request of the sign-in library under the request's own context, which the guard needs for the audit log. */
export function guarded<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  return passage.run({ ctx, person: null, attempt: null, isLastAttempt: false, takenCode: null }, work);
}

type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/**
 * A plugin of the sign-in library: locks accounts after wrong passwords or codes, accepts each one-time code once, and
 * writes sign-ins, failures and changes of a person's security to the audit log.
 */
export function guard(kernel: Kernel) {
  const matcher = (context: { path?: string }) => WATCHED.has(context.path ?? '');
  return {
    id: 'relais-guard',
    hooks: {
      before: [{ matcher, handler: createAuthMiddleware((hook) => before(kernel, hook)) }],
      after: [{ matcher, handler: createAuthMiddleware((hook) => after(kernel, hook)) }],
    },
  } satisfies BetterAuthPlugin;
}

async function before(kernel: Kernel, hook: HookContext): Promise<void> {
  const current = passage.getStore();
  if (!current) return;
  const kind = CHECKS[hook.path ?? ''];
  current.person = await personOf(kernel, hook);
  const subject =
    kind === 'password' ? (current.person?.email ?? String(hook.body?.email ?? '')) : current.person?.id;
  if (!kind || !subject) return;
  current.attempt = { kind, subject };
  const verdict = await countAttempt(kernel, current.attempt);
  if (verdict === 'refused')
    throw new APIError('TOO_MANY_REQUESTS', { code: 'ACCOUNT_LOCKED', message: 'locked' });
  current.isLastAttempt = verdict === 'last';
  if (hook.path === '/two-factor/verify-totp' && current.person) {
    const code = String(hook.body?.code ?? '');
    if (!(await takeCode(kernel, current.person.id, code))) {
      await noteFailure(current);
      throw new APIError('UNAUTHORIZED', { code: 'INVALID_CODE', message: 'used' });
    }
    current.takenCode = code;
  }
}

async function after(kernel: Kernel, hook: HookContext): Promise<void> {
  const current = passage.getStore();
  if (!current) return;
  const returned = hook.context.returned;
  const errorCode = isAPIError(returned) ? String(returned.body?.code ?? '') : null;
  if (current.attempt && (errorCode === null || RIGHT_SECRET.has(errorCode)))
    await clearAttempts(kernel, current.attempt);
  if (errorCode === null) return noteSuccess(kernel, hook, current);
  if (current.takenCode && current.person) await returnCode(kernel, current.person.id, current.takenCode);
  if (WRONG_SECRET.has(errorCode)) await noteFailure(current);
}

/** Whose secret is being tried: the signed-in person, or the one whose sign-in is under way. */
async function personOf(kernel: Kernel, hook: HookContext): Promise<Person | null> {
  const { auth } = kernel.db;
  if (hook.path === '/sign-in/email') return personByEmail(auth, String(hook.body?.email ?? ''));
  const session = await getSessionFromCtx(hook);
  if (session) return personById(auth, session.user.id);
  // The library's own cookie of a sign-in whose password was right and whose code is awaited.
  const cookie = hook.context.createAuthCookie('two_factor');
  const identifier = await hook.getSignedCookie(cookie.name, hook.context.secret);
  const pending = identifier ? await hook.context.internalAdapter.findVerificationValue(identifier) : null;
  return pending ? personById(auth, pending.value) : null;
}

async function noteFailure({ ctx, person, attempt, isLastAttempt }: Passage): Promise<void> {
  if (!attempt) return;
  ctx.log.info(
    { address: ctx.address, kind: attempt.kind, userId: person?.id },
    'A password or code was wrong',
  );
  if (!person) return;
  await ctx.kernel.db.auth.transaction().execute(async (tx) => {
    await auditPerson(tx, ctx, person.id, {
      action: attempt.kind === 'password' ? 'session.password_refused' : 'session.code_refused',
    });
    if (isLastAttempt) await auditPerson(tx, ctx, person.id, { action: 'user.locked' });
  });
}

async function noteSuccess(kernel: Kernel, hook: HookContext, { ctx, person }: Passage): Promise<void> {
  const action = person && (await actionOf(kernel, hook, person));
  if (!action) return;
  const actor = { kind: 'user' as const, id: person.id, name: person.name, role: null };
  await kernel.db.auth
    .transaction()
    .execute((tx) => auditPerson(tx, { ...ctx, actor }, person.id, { action }));
}

/** The audit log's word for what the library has just done, if it is worth one. */
async function actionOf(kernel: Kernel, hook: HookContext, before: Person): Promise<string | null> {
  switch (hook.path) {
    case '/sign-in/email':
      return hook.context.newSession ? 'session.signed_in' : null;
    case '/two-factor/verify-totp': {
      const now = await personById(kernel.db.auth, before.id);
      if (now?.twoFactorEnabled && !before.twoFactorEnabled) return 'two_factor.enabled';
      return hook.context.newSession ? 'session.signed_in' : null;
    }
    case '/two-factor/verify-backup-code':
      return 'session.signed_in_with_recovery_code';
    case '/two-factor/disable':
      return 'two_factor.disabled';
    case '/two-factor/generate-backup-codes':
      return 'two_factor.recovery_codes_made';
    case '/change-password':
      return 'user.password_changed';
    case '/revoke-other-sessions':
      return 'session.others_ended';
    case '/sign-out':
      return 'session.signed_out';
    default:
      return null;
  }
}
