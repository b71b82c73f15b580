import { sha256 } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { sql } from '../../kernel/db/index.ts';

/** What is being tried, and for whom: an e-mail address for passwords, a user id for one-time codes. */
export interface Attempt {
  kind: 'password' | 'code';
  subject: string;
}

const keyOf = ({ kind, subject }: Attempt) => `${kind}:${sha256(subject.trim().toLowerCase())}`;

/**
 * Counts an attempt before it is checked, so that many at once cannot slip through together; a right one clears the count.
 * @returns refused: too many before this one, it must not be checked. last: it may be checked, and locks the account if wrong.
 */
export async function countAttempt(
  kernel: Kernel,
  attempt: Attempt,
): Promise<'allowed' | 'last' | 'refused'> {
  const { LOCKOUT_ATTEMPTS: attemptsMax, LOCKOUT_MINUTES } = kernel.config;
  const now = kernel.clock.now();
  const lockedUntil = new Date(now.getTime() + LOCKOUT_MINUTES * 60_000);
  const { rows } = await sql<{ failedCount: number }>`
    insert into sign_in_attempts as earlier (attempt_key, failed_count, locked_until, updated_at)
    values (${keyOf(attempt)}, 1, ${attemptsMax === 1 ? lockedUntil : null}, ${now})
    on conflict (attempt_key) do update set
      failed_count = case when earlier.locked_until <= ${now} then 1 else earlier.failed_count + 1 end,
      locked_until = case
        when earlier.locked_until > ${now} then earlier.locked_until
        when (case when earlier.locked_until <= ${now} then 1 else earlier.failed_count + 1 end) >= ${attemptsMax} then ${lockedUntil}::timestamptz
      end,
      updated_at = ${now}
    returning failed_count`.execute(kernel.db.auth);
  const { failedCount } = rows[0]!;
  if (failedCount > attemptsMax) return 'refused';
  return failedCount === attemptsMax ? 'last' : 'allowed';
}

/** After the right password or code: the count starts anew. */
export async function clearAttempts(kernel: Kernel, attempt: Attempt): Promise<void> {
  await sql`delete from sign_in_attempts where attempt_key = ${keyOf(attempt)}`.execute(kernel.db.auth);
}

/** How long a one-time code is remembered; it is valid for a minute and a half at most. */
const CODE_MEMORY_MS = 5 * 60_000;

/**
 * Takes a one-time code for this request alone, before it is checked: of two requests with the same code, one gets it.
 * @returns false when the code was used before.
 */
export async function takeCode(kernel: Kernel, userId: string, code: string): Promise<boolean> {
  const now = kernel.clock.now();
  const { rows } = await sql`
    insert into used_codes as earlier (user_id, code_hash, used_at) values (${userId}, ${sha256(`${userId}:${code}`)}, ${now})
    on conflict (user_id, code_hash) do update set used_at = ${now}
      where earlier.used_at < ${new Date(now.getTime() - CODE_MEMORY_MS)}
    returning user_id`.execute(kernel.db.auth);
  return rows.length > 0;
}

/** A code that turned out wrong is not a used one. */
export async function returnCode(kernel: Kernel, userId: string, code: string): Promise<void> {
  await sql`delete from used_codes where user_id = ${userId} and code_hash = ${sha256(`${userId}:${code}`)}`.execute(
    kernel.db.auth,
  );
}

/** Forgets what no longer matters: old counts, codes, and sessions and sign-ins that have expired. */
export async function pruneSignIn(kernel: Kernel): Promise<void> {
  const now = kernel.clock.now();
  const lockMs = kernel.config.LOCKOUT_MINUTES * 60_000;
  const dayAgo = new Date(now.getTime() - Math.max(lockMs, 24 * 3_600_000));
  await sql`delete from sign_in_attempts where updated_at < ${dayAgo} and coalesce(locked_until < ${now}, true)`.execute(
    kernel.db.auth,
  );
  await sql`delete from used_codes where used_at < ${new Date(now.getTime() - CODE_MEMORY_MS)}`.execute(
    kernel.db.auth,
  );
  await sql`delete from verifications where expires_at < ${now}`.execute(kernel.db.auth);
  await sql`delete from sessions where expires_at < ${now}`.execute(kernel.db.auth);
}
