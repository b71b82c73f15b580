import { resolve } from 'node:path';

/** What a sandbox needs to start. */
export interface SandboxConfig {
  /** Port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Folder of the database file. Made if missing. */
  dataDir: string;
  /** How long the pretended provider takes to complete an order or review paperwork, in milliseconds. */
  reviewMs: number;
  /** Whether the admin API and the page may be used without `adminToken`. */
  adminOpen: boolean;
  /** Bearer token of the admin API when it is not open. */
  adminToken: string;
}

/**
 * Reads the settings from the environment.
 * @throws Error naming the variable and what it must hold.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): SandboxConfig {
  const adminOpen = flag(env, 'SANDBOX_ADMIN_OPEN', true);
  const adminToken = env.SANDBOX_ADMIN_TOKEN ?? '';
  if (!adminOpen && adminToken === '') {
    throw new Error(
      'SANDBOX_ADMIN_OPEN is false: set SANDBOX_ADMIN_TOKEN to the token the admin API shall ask for.',
    );
  }
  return {
    port: integer(env, 'SANDBOX_PORT', 4001, 65_535),
    dataDir: resolve(env.SANDBOX_DATA_DIR || './data/sandbox'),
    reviewMs: integer(env, 'SANDBOX_REVIEW_MS', 2000, 86_400_000),
    adminOpen,
    adminToken,
  };
}

function integer(env: NodeJS.ProcessEnv, name: string, fallback: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new Error(`${name} must be a whole number from 0 to ${max}, not "${text}".`);
  }
  return value;
}

function flag(env: NodeJS.ProcessEnv, name: string, fallback: boolean): boolean {
  const text = (env[name] ?? '').toLowerCase();
  if (text === '') return fallback;
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  if (['0', 'false', 'no', 'off'].includes(text)) return false;
  throw new Error(`${name} must be true or false, not "${text}".`);
}
