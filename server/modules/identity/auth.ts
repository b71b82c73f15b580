import { betterAuth } from 'better-auth';
import { isAPIError } from 'better-auth/api';
import { jwt, organization, twoFactor } from 'better-auth/plugins';
import { type Config, publicBaseUrl } from '../../kernel/config.ts';
import { createVault } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { newId } from '../../kernel/ids.ts';
import { guard } from './guard.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './model.ts';
import { firstCompanyOf } from './store.ts';

const DAY_SECONDS = 24 * 3600;

/** The sign-in library, set up for this installation. */
export type Auth = ReturnType<typeof createAuth>;

/**
 * Sessions, passwords, TOTP with recovery codes and signed tokens are better-auth's. Companies, members, invitations and
 * API keys are written by this module's own statements, under its permission table and audit log; the organization
 * plugin carries the session's active company.
 */
export function createAuth(kernel: Kernel) {
  const { config, clock, db, log } = kernel;
  const baseURL = publicBaseUrl(config);
  return betterAuth({
    appName: 'Relais',
    baseURL,
    basePath: '/api/auth',
    secrets: signingSecrets(config),
    database: { db: db.auth, type: 'postgres' },
    telemetry: { enabled: false },
    // Requests are limited by the HTTP shell, and wrong attempts are counted by the guard.
    rateLimit: { enabled: false },
    logger: {
      level: 'error',
      log: (_level, message) => log.error({ part: 'sign-in' }, message),
    },
    // Refusals are answers; only failures are worth a line.
    onAPIError: {
      onError: (error) => {
        if (!isAPIError(error)) log.error({ part: 'sign-in', err: error }, 'The sign-in library failed');
      },
    },
    user: {
      modelName: 'users',
      additionalFields: { language: { type: 'string', input: false, required: false } },
    },
    session: {
      modelName: 'sessions',
      expiresIn: 7 * DAY_SECONDS,
      updateAge: DAY_SECONDS,
    },
    account: { modelName: 'accounts' },
    verification: { modelName: 'verifications' },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
    },
    databaseHooks: { session: { create: { before: (session) => startIn(kernel, session) } } },
    plugins: [companies(), codes(), tokens(config), guard(kernel)],
    advanced: {
      cookiePrefix: 'relais',
      useSecureCookies: baseURL.startsWith('https:'),
      // One check for the whole API: see origin.ts.
      disableCSRFCheck: true,
      disableOriginCheck: true,
      ipAddress: { ipAddressHeaders: ['x-relais-address'] },
      // The tables are the migrations' own: narrower than the library's, with real types.
      database: { generateId: () => newId(clock), validateSchema: false },
    },
  });
}

const companies = () =>
  organization({
    allowUserToCreateOrganization: false,
    schema: {
      session: { fields: { activeOrganizationId: 'activeCompanyId' } },
      organization: { modelName: 'companies' },
      member: { modelName: 'members', fields: { organizationId: 'companyId' } },
      invitation: { modelName: 'invitations', fields: { organizationId: 'companyId' } },
    },
  });

const codes = () =>
  twoFactor({
    issuer: 'Relais',
    // The guard counts wrong codes, as it counts wrong passwords.
    accountLockout: { enabled: false },
    backupCodeOptions: { amount: 10 },
    schema: { twoFactor: { modelName: 'twoFactors' } },
  });

const tokens = (config: Config) =>
  jwt({
    disableSettingJwtHeader: true,
    jwks: { rotationInterval: 30 * DAY_SECONDS, gracePeriod: DAY_SECONDS },
    jwt: { expirationTime: `${config.JWT_MINUTES}m` },
  });

/** A new session starts in the company that the person joined first. */
async function startIn<Session extends { userId: string; activeOrganizationId?: unknown }>(
  kernel: Kernel,
  session: Session,
) {
  const activeOrganizationId =
    session.activeOrganizationId ?? (await firstCompanyOf(kernel.db.auth, session.userId));
  return { data: { ...session, activeOrganizationId } };
}

/**
 * The current secret first, then former ones, so that TOTP secrets and signing keys stay readable after SECRET_KEY was
 * rotated. A version is the key's own id, so it does not depend on the order.
 */
export function signingSecrets(config: Config): { version: number; value: string }[] {
  return [config.SECRET_KEY, ...config.SECRET_KEYS_OLD].map((secret) => {
    const vault = createVault([secret]);
    return { version: Number.parseInt(vault.keyId, 16), value: vault.derive('sessions') };
  });
}
