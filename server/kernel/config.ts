import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { Language } from './errors.ts';
import { readSettingsFile, settingsFileOf } from './settings-file.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Former or foreign names of a setting, in order of preference. */
const ALIASES: Record<string, readonly string[]> = {
  PUBLIC_BASE_URL: ['BASE_URL', 'APP_URL'],
  TELNYX_PUBLIC_KEY: ['TELNYX_WEBHOOK_SECRET', 'TELNYX_WEBHOOK_SIGNING_SECRET'],
};

const SECRETS = /SECRET|TOKEN|API_KEY|DATABASE_URL|SMTP_URL|APNS_KEY$|FCM_SERVICE_ACCOUNT|PRIVATE_KEY/;

const list = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean)
      : value,
  z.array(z.string()),
);
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const flag = z.union([z.boolean(), z.stringbool()]);
const address = z
  .union([z.literal(''), z.url({ protocol: /^https?$/ })])
  .transform((text) => text.replace(/\/+$/, ''));

const schema = z.object({
  RELAIS_MODE: z.enum(['demo', 'production']),
  PORT: count(0, 65535),
  HOST: z.string().min(1),
  DATA_DIR: z
    .string()
    .min(1)
    .transform((folder) => path.resolve(folder)),
  PUBLIC_BASE_URL: address,
  RELAIS_ROLE: z.enum(['all', 'api', 'worker']),
  RELAIS_PROCESSES: count(1, 64),
  TRUST_PROXY_HOPS: count(0, 10),
  SHUTDOWN_TIMEOUT_MS: count(100, 600_000),
  DATABASE_URL: z.string(),
  DATABASE_POOL_MAX: count(2, 200),
  BACKUP_EVERY_HOURS: z.coerce.number().min(0).max(8760),
  BACKUP_KEEP: count(1, 10_000),
  BACKUP_DIR: z.string().transform((folder) => (folder ? path.resolve(folder) : '')),
  SECRET_KEY: z.string(),
  SECRET_KEYS_OLD: list,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  LOG_FORMAT: z.enum(['auto', 'pretty', 'json']),
  METRICS_TOKEN: z.string(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address,
  OTEL_SERVICE_NAME: z.string().min(1),
  LOCKOUT_ATTEMPTS: count(1, 1000),
  LOCKOUT_MINUTES: count(1, 100_000),
  JWT_MINUTES: count(1, 1440),
  RATE_LIMIT_PER_MINUTE: count(1, 10_000_000),
  RATE_LIMIT_ANONYMOUS_PER_MINUTE: count(1, 10_000_000),
  SMTP_URL: z.string(),
  MAIL_FROM: z.string(),
  SMTP_TIMEOUT_MS: count(100, 600_000),
  TELNYX_API_KEY: z.string(),
  TELNYX_PUBLIC_KEY: z.string().refine((key) => key === '' || isEd25519PublicKey(key), {
    error:
      'TELNYX_PUBLIC_KEY (or TELNYX_WEBHOOK_SECRET, TELNYX_WEBHOOK_SIGNING_SECRET) must be the base64 Ed25519 public key of 32 bytes ' +
      'shown under "Public key" in the Telnyx portal. Telnyx signs webhooks with its own private key: there is no shared secret.',
  }),
  TELNYX_BASE_URL: address,
  TELNYX_CONNECTION_ID: z.string(),
  TELNYX_APPLICATION_ID: z.string(),
  TWILIO_ACCOUNT_SID: z.union([
    z.literal(''),
    z.string().regex(/^AC[0-9a-f]{32}$/i, 'TWILIO_ACCOUNT_SID starts with AC, then 32 hex digits'),
  ]),
  TWILIO_AUTH_TOKEN: z.string(),
  TWILIO_BASE_URL: address,
  TWILIO_VOICE_WEBHOOK_URL: address,
  TWILIO_STATUS_CALLBACK_URL: address,
  PROVIDER_TIMEOUT_MS: count(100, 600_000),
  RECONCILE_SECONDS: count(1, 86_400),
  ORDER_SETTLE_SECONDS: count(0, 86_400),
  SYNC_MINUTES: count(0, 10_080),
  SYNC_REPAIR: flag,
  SYNC_WINDOW_DAYS: count(1, 30),
  SYNC_GRACE_SECONDS: count(0, 86_400),
  SYNC_REQUESTS_PER_SECOND: z.coerce.number().min(0.1).max(1000),
  SMS_PER_SECOND: z.coerce.number().min(0.01).max(1000),
  SMS_SETTLE_SECONDS: count(0, 86_400),
  CALL_SETTLE_SECONDS: count(0, 86_400),
  NUMBER_IDLE_DAYS: count(1, 3650),
  MEDIA_MAX_MB: count(1, 100),
  RECORDING_MAX_MB: count(1, 1000),
  BLOB_STORE: z.enum(['postgres', 's3']),
  S3_ENDPOINT: address,
  S3_REGION: z.string().min(1),
  S3_BUCKET: z.string(),
  S3_ACCESS_KEY_ID: z.string(),
  S3_SECRET_ACCESS_KEY: z.string(),
  S3_PREFIX: z.string().regex(/^([\w.!'()*-]+\/)*$/, 'S3_PREFIX is empty, or ends with a slash: relais/'),
  DEFAULT_REGION: z.string().regex(/^[A-Z]{2}$/, 'DEFAULT_REGION is two capital letters, e.g. FR'),
  QUALITY_ASK_SECONDS: count(0, 86_400),
  QUALITY_SAMPLES_DAYS: count(1, 3650),
  OUTGOING_ALLOW_PRIVATE: flag,
  OUTGOING_TIMEOUT_MS: count(100, 60_000),
  APNS_KEY: z.string(),
  APNS_KEY_ID: z.string(),
  APNS_TEAM_ID: z.string(),
  APNS_URL: address,
  FCM_SERVICE_ACCOUNT: z.string(),
  FCM_URL: address,
  VAPID_PUBLIC_KEY: z.string(),
  VAPID_PRIVATE_KEY: z.string(),
  VAPID_SUBJECT: z.string(),
  PUSH_TIMEOUT_MS: count(100, 60_000),
  CALLBOX_TOKEN: z.string(),
  CALLBOX_COMPANY_ID: z.union([z.literal(''), z.uuid()]),
  SYNC_INTERVAL_MS: count(100, 3_600_000),
  MAX_BATCH_SIZE: count(1, 100),
  MAX_RETRIES: count(0, 20),
  RATE_LIMIT_BOXES_PER_MINUTE: count(1, 10_000_000),
  BOX_LOG_DAYS: count(1, 3650),
  DEMO_BOX: z.stringbool({ truthy: ['on', 'true', '1', 'yes'], falsy: ['off', 'false', '0', 'no'] }),
  SANDBOX_PORT: count(0, 65535),
  SANDBOX_REVIEW_MS: count(0, 86_400_000),
});

/** Every setting, validated; names and meanings are in config.default.toml. */
export type Config = z.infer<typeof schema>;

/** Settings that are wrong, in sentences for the person who starts the server. */
export class ConfigError extends Error {}

/** What the processes behind a port share, or what the old and the new one must agree on while they hand over. */
const FIXED = [
  ...(['RELAIS_MODE', 'RELAIS_ROLE', 'RELAIS_PROCESSES', 'PORT', 'HOST', 'DATA_DIR'] as const),
  ...(['DATABASE_URL', 'SECRET_KEY', 'DEMO_BOX', 'SANDBOX_PORT', 'SANDBOX_REVIEW_MS'] as const),
] satisfies (keyof Config)[];

/** The settings that a running server cannot take, of those that were changed. */
export function changedFixed(inForce: Config, wanted: Config): string[] {
  const names: string[] = FIXED.filter((name) => inForce[name] !== wanted[name]);
  // The sandbox starts and stops with the server.
  if (wanted.RELAIS_MODE === 'demo' && hasProviderCredentials(inForce) !== hasProviderCredentials(wanted))
    names.push('TELNYX_API_KEY', 'TWILIO_ACCOUNT_SID');
  return names;
}

/** Whether a text is standard base64 of the 32 bytes of an Ed25519 public key. */
export function isEd25519PublicKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === 32;
}

const defaultSettings = () => parse(readFileSync(path.join(ROOT, 'config.default.toml'), 'utf8'));
const namesOf = (name: string) => [name, ...(ALIASES[name] ?? [])];
const NAMES: ReadonlySet<string> = new Set(Object.keys(schema.shape).flatMap(namesOf));

/** The settings file that is read besides the environment; null when there is none. */
export function settingsFile(environment: NodeJS.ProcessEnv = process.env): string | null {
  return settingsFileOf(environment, String(defaultSettings().DATA_DIR));
}

/**
 * Reads config.default.toml, lays the settings file over it and the environment over both, and validates the whole.
 * @throws ConfigError with one line per wrong setting.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const defaults = defaultSettings();
  const { settings, problems } = readSettingsFile(settingsFile(environment), NAMES);
  if (settings.DATA_DIR && !environment.RELAIS_CONFIG)
    problems.push('DATA_DIR: set it in the environment, because the settings file is found by it');
  const merged: Record<string, unknown> = {};
  for (const name of Object.keys(schema.shape)) {
    const given = [environment, settings].flatMap((from) => namesOf(name).map((key) => from[key]));
    merged[name] = given.find((value) => value !== undefined && value !== '') ?? defaults[name];
  }
  if (environment.NODE_ENV === 'production' && !environment.RELAIS_MODE && !settings.RELAIS_MODE)
    merged.RELAIS_MODE = 'production';
  const parsed = schema.safeParse(merged);
  const wrong = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  if (!parsed.success || problems.length > 0) {
    const lines = [...problems, ...wrong].map((line) => `- ${line}`);
    throw new ConfigError(`The configuration is not usable:\n${lines.join('\n')}`);
  }
  refuseHalfABucket(parsed.data);
  if (parsed.data.RELAIS_MODE === 'production') refuseUnsafeProduction(parsed.data);
  return parsed.data;
}

/** A store of files that is half set up would be found out when the first recording is lost. */
function refuseHalfABucket(config: Config): void {
  if (config.BLOB_STORE === 's3' && !config.S3_BUCKET)
    throw new ConfigError(
      'BLOB_STORE is s3, and S3_BUCKET is missing: name the bucket that recordings go to.',
    );
  if ((config.S3_ACCESS_KEY_ID === '') !== (config.S3_SECRET_ACCESS_KEY === ''))
    throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together: set both, or neither.');
}

function refuseUnsafeProduction(config: Config): void {
  const problems: string[] = [];
  if (!config.SECRET_KEY) problems.push('SECRET_KEY is missing: openssl rand -base64 32 makes one.');
  if (!config.DATABASE_URL)
    problems.push('DATABASE_URL is missing: production keeps its data in a PostgreSQL that you back up.');
  if (!config.PUBLIC_BASE_URL)
    problems.push('PUBLIC_BASE_URL is missing: webhook signatures are checked against it.');
  if (/^(callbox-secure-token-2024|demo)/.test(config.CALLBOX_TOKEN))
    problems.push('CALLBOX_TOKEN is a published example: choose a random one.');
  if (config.TELNYX_API_KEY && !config.TELNYX_PUBLIC_KEY)
    problems.push('TELNYX_PUBLIC_KEY is missing: without it no Telnyx webhook can be trusted.');
  if (config.TWILIO_ACCOUNT_SID && !config.TWILIO_AUTH_TOKEN) problems.push('TWILIO_AUTH_TOKEN is missing.');
  if (isSandboxCredential(config.TELNYX_API_KEY) || isSandboxCredential(config.TWILIO_AUTH_TOKEN)) {
    problems.push(
      "The provider credentials are the sandbox's: set real ones, or start without RELAIS_MODE=production.",
    );
  }
  if (problems.length > 0)
    throw new ConfigError(
      `Production cannot start like this:\n${problems.map((line) => `- ${line}`).join('\n')}`,
    );
}

/** What the commands of `npx relais` read from the environment besides the settings. */
export function commandSettings(environment: NodeJS.ProcessEnv = process.env): {
  language: Language;
  /** For create-owner, where nobody sits at a terminal. */
  ownerPassword: string;
} {
  // POSIX: the first of these that is set says the language of messages.
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return {
    language: locale.toLowerCase().startsWith('fr') ? 'fr' : 'en',
    ownerPassword: environment.RELAIS_OWNER_PASSWORD ?? '',
  };
}

/** The settings as an environment that another process of this server reads them from, and from nowhere else. */
export function settingsOf(config: Config): Record<string, string> {
  const settings = Object.entries(config).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : String(value),
  ]);
  return { ...Object.fromEntries(settings), RELAIS_CONFIG: os.devNull };
}

/** What one of several processes behind a port is told besides the settings. */
export function processPlace(environment: NodeJS.ProcessEnv = process.env): {
  /** Whether it is the first one, which makes the demo's data. */
  isFirst: boolean;
  /** JSON of the sandbox's access; empty without one. */
  sandbox: string;
} {
  return { isFirst: environment.RELAIS_FIRST === '1', sandbox: environment.RELAIS_SANDBOX ?? '' };
}

/** Credentials made by the sandbox carry its name, so that they cannot pass for real ones. */
export function isSandboxCredential(credential: string): boolean {
  return /sandbox/i.test(credential);
}

/** The address of this server for the outside world. */
export function publicBaseUrl(config: Config): string {
  return config.PUBLIC_BASE_URL || `http://localhost:${config.PORT}`;
}

/** Whether the installation has credentials of its own for a provider. */
export function hasProviderCredentials(config: Config): boolean {
  return Boolean(config.TELNYX_API_KEY || config.TWILIO_ACCOUNT_SID);
}

/** The settings in force, for people: one `NAME = value` a line, secrets hidden. */
export function printConfig(config: Config): string {
  return Object.entries(config)
    .map(
      ([name, value]) =>
        `${name} = ${SECRETS.test(name) && String(value) !== '' ? '[hidden]' : JSON.stringify(value)}`,
    )
    .join('\n');
}
