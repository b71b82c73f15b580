import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const TYPES = ['recharge', 'voucher', 'deposit', 'withdraw'] as const;

const simSchema = z.object({
  slot: z.string().min(1).max(40).default('1'),
  /** /dev/ttyUSB2, /dev/serial/by-id/…, or tcp://host:port. */
  port: z.string().min(1).default('/dev/ttyUSB2'),
  baudRate: z.number().int().min(300).max(4_000_000).default(115_200),
  operator: z
    .string()
    .regex(/^[a-z0-9_-]{1,30}$/)
    .nullable()
    .default(null),
  phoneNumber: z
    .string()
    .regex(/^\+[1-9]\d{5,14}$/)
    .nullable()
    .default(null),
  pin: z
    .string()
    .regex(/^\d{3,8}$/)
    .nullable()
    .default(null),
  simPin: z
    .string()
    .regex(/^\d{4,8}$/)
    .nullable()
    .default(null),
  ussdEncoding: z.enum(['auto', 'text', 'packed', 'ucs2']).default('auto'),
  smsMode: z.enum(['pdu', 'text']).default('pdu'),
});

const simulatorSchema = z.object({
  sims: z
    .array(z.object({ slot: z.string(), operator: z.string().nullable(), balance: z.number().int() }))
    .min(1)
    .default([{ slot: 'default', operator: null, balance: 500_000 }]),
  delayMs: z.number().int().min(0).default(400),
  /** How often each end comes, as weights; the number that is served decides, so a repeat ends alike. */
  outcomes: z
    .object({
      completed: z.number().min(0).default(1),
      failed: z.number().min(0).default(0),
      refused: z.number().min(0).default(0),
      unknown: z.number().min(0).default(0),
    })
    .prefault({}),
  /** Whether the pretended operator sends a confirmation. */
  texts: z.boolean().default(false),
});

const configSchema = z.object({
  server: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),
  token: z.string().min(1).nullable().default(null),
  callboxId: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}$/)
    .nullable()
    .default(null),
  location: z.string().max(200).default(''),
  driver: z.enum(['modem', 'simulator']).default('modem'),
  sims: z.array(simSchema).max(32).default([]),
  /** A book of templates; see docs/boxes.md. */
  templates: z.string().nullable().default(null),
  /** The examples may be dialled as they are: somebody checked them on these SIMs. */
  acceptExamples: z.boolean().default(false),
  supportedTypes: z
    .array(z.enum(TYPES))
    .min(1)
    .default([...TYPES]),
  maxConcurrent: z.number().int().min(1).max(100).default(5),
  /** Below it no work is taken. */
  minFreeBytes: z.number().int().min(0).default(50_000_000),
  settleMs: z.number().int().min(0).max(60_000).default(2000),
  lookEveryMs: z.number().int().min(100).max(600_000).default(15_000),
  /** Reads the balance before each transaction: it proves what became of one when the power went. */
  balanceProof: z.boolean().default(false),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  simulator: simulatorSchema.prefault({}),
});

export type BoxConfig = z.output<typeof configSchema> & {
  dataDir: string;
  /** A place where a test has the program die. */
  fault: string;
  language: 'en' | 'fr';
  /** Started by another program, and ends with it. */
  child: boolean;
};

export type SimConfig = z.output<typeof simSchema>;
export type SimulatorConfig = z.output<typeof simulatorSchema>;

/** What is said of the configuration when it cannot be used. */
export class BoxConfigError extends Error {}

const ENVIRONMENT: Record<string, { name: string; json?: boolean }> = {
  server: { name: 'RELAIS_BOX_SERVER' },
  token: { name: 'RELAIS_BOX_TOKEN' },
  callboxId: { name: 'RELAIS_BOX_ID' },
  location: { name: 'RELAIS_BOX_LOCATION' },
  driver: { name: 'RELAIS_BOX_DRIVER' },
  sims: { name: 'RELAIS_BOX_SIMS', json: true },
  templates: { name: 'RELAIS_BOX_TEMPLATES' },
  acceptExamples: { name: 'RELAIS_BOX_ACCEPT_EXAMPLES', json: true },
  maxConcurrent: { name: 'RELAIS_BOX_MAX_CONCURRENT', json: true },
  minFreeBytes: { name: 'RELAIS_BOX_MIN_FREE_BYTES', json: true },
  settleMs: { name: 'RELAIS_BOX_SETTLE_MS', json: true },
  lookEveryMs: { name: 'RELAIS_BOX_LOOK_EVERY_MS', json: true },
  balanceProof: { name: 'RELAIS_BOX_BALANCE_PROOF', json: true },
  logLevel: { name: 'RELAIS_BOX_LOG_LEVEL' },
  simulator: { name: 'RELAIS_BOX_SIMULATOR', json: true },
};

/** Flags of the command line, by the setting that they stand for. */
export const FLAGS = {
  data: 'dataDir',
  server: 'server',
  token: 'token',
  id: 'callboxId',
  driver: 'driver',
  port: 'port',
  operator: 'operator',
  templates: 'templates',
  location: 'location',
} as const;

/**
 * The settings in force: flags before the environment, the environment before the file `box.json` in the data folder.
 * @throws BoxConfigError that names the setting and what it must hold.
 */
export function readConfig(
  flags: Record<string, string | undefined> = {},
  env: NodeJS.ProcessEnv = process.env,
): BoxConfig {
  const dataDir = path.resolve(flags.data ?? env.RELAIS_BOX_DATA ?? './data/box');
  const given: Record<string, unknown> = { ...readFileOf(dataDir), ...readEnvironment(env) };
  for (const [flag, key] of Object.entries(FLAGS))
    if (flags[flag] !== undefined && !['data', 'port', 'operator'].includes(flag)) given[key] = flags[flag];
  if (flags.port !== undefined || flags.operator !== undefined) given.sims = [oneSim(flags, given.sims)];
  const read = configSchema.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new BoxConfigError(`Setting ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return {
    ...read.data,
    server: read.data.server.replace(/\/+$/, ''),
    dataDir,
    fault: env.RELAIS_BOX_FAULT ?? '',
    language: /^fr/i.test(env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? '') ? 'fr' : 'en',
    child: env.RELAIS_BOX_CHILD === '1',
  };
}

function oneSim(flags: Record<string, string | undefined>, sims: unknown): object {
  const [first] = Array.isArray(sims) ? sims : [];
  return {
    ...(first as object | undefined),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.operator === undefined ? {} : { operator: flags.operator }),
  };
}

function readEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, { name, json }] of Object.entries(ENVIRONMENT)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    try {
      found[key] = json ? JSON.parse(text) : text;
    } catch {
      throw new BoxConfigError(`${name} must hold JSON`);
    }
  }
  return found;
}

const fileOf = (dataDir: string) => path.join(dataDir, 'box.json');

function readFileOf(dataDir: string): Record<string, unknown> {
  const file = fileOf(dataDir);
  if (!existsSync(file)) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new BoxConfigError(`${file} does not hold JSON`);
  }
}

/** Changes settings in the file; only its owner can read it, because it holds the token and PINs. */
export function saveConfig(dataDir: string, changes: Record<string, unknown>): string {
  mkdirSync(dataDir, { recursive: true });
  const file = fileOf(dataDir);
  const beside = `${file}.${randomUUID()}`;
  writeFileSync(beside, `${JSON.stringify({ ...readFileOf(dataDir), ...changes }, null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(beside, file);
  chmodSync(file, 0o600);
  return file;
}
