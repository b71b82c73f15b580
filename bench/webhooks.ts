import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { createDatabase, prepareCluster, query } from './database.ts';
import type { Round, RoundResult } from './load.ts';
import { freePort, makeFolder, processorMs, type Running, startHelper, startProgram } from './processes.ts';
import { makeKeys, type ProviderName } from './requests.ts';

/** The programs that are compared. */
export const CONTENDERS = ['relais', 'relais, acting too', 'hand-written', 'nothing'] as const;
export type Contender = (typeof CONTENDERS)[number];

export interface WebhookOptions {
  rounds: number;
  durationMs: number;
  connections: number;
  /** Node's own options for the Relais process, e.g. --cpu-prof. */
  nodeOptions: string[];
}

/** One round of one program. */
export interface Measured extends RoundResult {
  /** Processor time per answered request, of the server's JavaScript thread and of all its threads; null where unknown. */
  mainMicros: number | null;
  allMicros: number | null;
}

export type WebhookResults = Record<ProviderName, Record<Contender, Measured[]>>;

/** The address that Twilio was given; what it signs does not depend on where the server really listens. */
const PUBLIC_URL = 'https://relais.example.test';

/**
 * Signed webhooks through each program, in turns: round by round, so that whatever else the machine does meets all of them.
 * Everything runs on one PostgreSQL, which syncs each commit to disk.
 * @throws when an answer was no 200, or a program stored fewer events than it answered for.
 */
export async function measureWebhooks(
  options: WebhookOptions,
  progress: (line: string) => void,
): Promise<WebhookResults> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const keys = makeKeys();
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  const running: Record<string, Running> = {};
  const urls: Record<string, string> = {};
  const results = { telnyx: emptyResults(), twilio: emptyResults() };
  try {
    await prepareCluster(cluster.url);
    for (const contender of CONTENDERS) {
      urls[contender] = await createDatabase(cluster.url, contender);
      running[contender] = await startContender(contender, {
        folder: folder.path,
        databaseUrl: urls[contender],
        keys,
        nodeOptions: options.nodeOptions,
      });
    }
    // The first round warms everything up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const provider of ['telnyx', 'twilio'] as const) {
        for (const contender of CONTENDERS) {
          const { pid, port } = running[contender]!;
          const before = processorMs(pid);
          const result = await load.ask({
            job: { kind: 'events', keys, provider, publicUrl: PUBLIC_URL },
            port,
            connections: options.connections,
            requests: Math.ceil((options.durationMs / 1000) * REQUESTS_PER_SECOND_MAX),
            durationMs: options.durationMs,
          });
          if (result.refused > 0) throw new Error(`${contender} refused ${result.refused} signed webhooks`);
          const after = processorMs(pid);
          const micros = (part: 'main' | 'all') =>
            before && after ? ((after[part] - before[part]) * 1000) / result.answered : null;
          if (round > 0)
            results[provider][contender].push({
              ...result,
              mainMicros: micros('main'),
              allMicros: micros('all'),
            });
          await assertStored(urls[contender]!, contender, result.answered);
        }
      }
      progress(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
    }
    return results;
  } finally {
    await load.stop();
    for (const program of Object.values(running)) await program.stop();
    await cluster.stop();
    folder.remove();
  }
}

/** More than any of the programs reaches: nobody must run out of signed requests. */
const REQUESTS_PER_SECOND_MAX = 15_000;

function emptyResults(): Record<Contender, Measured[]> {
  return { relais: [], 'relais, acting too': [], 'hand-written': [], nothing: [] };
}

async function startContender(
  contender: Contender,
  given: {
    folder: string;
    databaseUrl: string;
    keys: ReturnType<typeof makeKeys>;
    nodeOptions: string[];
  },
): Promise<Running> {
  const port = await freePort();
  const { keys } = given;
  const environment = {
    PORT: String(port),
    DATABASE_URL: given.databaseUrl,
    PUBLIC_BASE_URL: PUBLIC_URL,
    TELNYX_PUBLIC_KEY: keys.telnyxPublic,
    TWILIO_ACCOUNT_SID: keys.twilioSid,
    TWILIO_AUTH_TOKEN: keys.twilioToken,
  };
  switch (contender) {
    case 'relais':
    case 'relais, acting too': {
      const settings = {
        DATA_DIR: given.folder,
        TELNYX_API_KEY: 'KEY-of-the-bench',
        // Nothing is to be asked of a provider here; if it is, it fails at once.
        TELNYX_BASE_URL: 'http://127.0.0.1:9/v2',
        TWILIO_BASE_URL: 'http://127.0.0.1:9',
        RELAIS_ROLE: contender === 'relais' ? 'api' : 'all',
        LOG_LEVEL: 'warn',
        LOG_FORMAT: 'json',
      };
      const args = [...(contender === 'relais' ? given.nodeOptions : []), 'server/main.ts'];
      return startProgram(args, { ...environment, ...settings }, '/health/ready');
    }
    case 'hand-written':
      return startProgram(['bench/servers/hand-written.ts'], environment, '/');
    case 'nothing':
      return startProgram(['bench/servers/nothing.ts'], environment, '/');
  }
}

const stored = new Map<string, number>();

/** Every answered event is in the database. */
async function assertStored(url: string, contender: Contender, answered: number): Promise<void> {
  if (contender === 'nothing') return;
  const table = contender === 'hand-written' ? 'webhook_events' : 'provider_events';
  const [row] = await query(url, `select count(*)::int as count from ${table}`);
  const count = Number(row?.count);
  const expected = (stored.get(url) ?? 0) + answered;
  if (count !== expected) throw new Error(`${contender} stored ${count} events of ${expected}`);
  stored.set(url, count);
}
