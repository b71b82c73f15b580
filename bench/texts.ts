import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { createDatabase, prepareCluster, query } from './database.ts';
import type { Round, RoundResult } from './load.ts';
import {
  familyMs,
  freePort,
  type Helper,
  makeFolder,
  processorMs,
  type Running,
  startHelper,
  startProgram,
} from './processes.ts';
import { type Keys, makeKeys, type ProviderName } from './requests.ts';

/** The programs that are compared; each is one process that does everything. */
export const TEXT_CONTENDERS = ['relais', 'hand-written'] as const;
export type TextContender = (typeof TEXT_CONTENDERS)[number];

/** What is measured: texts that come in from many or few people, and answers that are accepted. */
export const TEXT_LOADS = ['telnyx, many', 'telnyx, few', 'twilio, many', 'twilio, few', 'answers'] as const;
export type TextLoad = (typeof TEXT_LOADS)[number];

export interface TextOptions {
  rounds: number;
  durationMs: number;
  connections: number;
  /** That come in during one round. */
  texts: number;
  nodeOptions: string[];
}

/** One round of one program. */
export interface TextsMeasured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time for each text, of the program's process and of PostgreSQL. */
  micros: number[];
}

export type TextResults = Record<TextLoad, Record<TextContender, TextsMeasured[]>>;

const PUBLIC_URL = 'https://relais.example.test';
const NUMBERS = { telnyx: '+33757050001', twilio: '+33757050002' } as const;
const MANY = 1000;
const FEW = 10;
const ANSWERS_PER_SECOND_MAX = 8000;
const PAGE = 200;
/** Longer than any program takes; a text that is not seen by then is lost. */
const VISIBLE_WITHIN_MS = 60_000;

/** A program under measurement, and how it is asked. */
interface Contender extends Running {
  name: TextContender;
  databaseUrl: string;
  apiKey: string;
}

/**
 * Texts from the signed webhook until the inbox shows them, and answers until they are durable: through each program in turns,
 * on one PostgreSQL that syncs each commit to disk.
 * @throws when an answer was no success, or a text was not shown.
 */
export async function measureTexts(
  options: TextOptions,
  progress: (line: string) => void,
): Promise<TextResults> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const keys = makeKeys();
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  const running: Contender[] = [];
  const results = emptyResults();
  try {
    await prepareCluster(cluster.url);
    const [postgres] = readFileSync(path.join(folder.path, 'postgres/postmaster.pid'), 'utf8').split('\n');
    for (const name of TEXT_CONTENDERS) {
      const databaseUrl = await createDatabase(cluster.url, `texts ${name}`);
      running.push(await startContender(name, { folder: folder.path, databaseUrl, keys, ...options }));
    }
    // The first round warms everything up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const kind of TEXT_LOADS) {
        for (const contender of running) {
          const before = spentMs(contender, postgres);
          const measured = await measureOne(kind, contender, { keys, load, options });
          const after = spentMs(contender, postgres);
          const micros = before.map((ms, part) => ((after[part]! - ms) * 1000) / measured.count);
          if (round > 0) results[kind][contender.name].push({ ...measured, micros });
        }
      }
      // Within a minute PostgreSQL would do so by itself.
      if (round === 0) for (const { databaseUrl } of running) await query(databaseUrl, 'analyze');
      progress(round === 0 ? 'warmed up' : `round ${round} of ${options.rounds}`);
    }
    return results;
  } finally {
    await load.stop();
    for (const contender of running) await contender.stop();
    await cluster.stop();
    folder.remove();
  }
}

/** Processor time so far, of the program and of PostgreSQL; nothing where it cannot be read. */
function spentMs(contender: Contender, postgres: string | undefined): number[] {
  return [processorMs(contender.pid)?.all ?? 0, familyMs(Number(postgres)) ?? 0];
}

interface Means {
  keys: Keys;
  load: Helper<Round, RoundResult>;
  options: TextOptions;
}

async function measureOne(kind: TextLoad, contender: Contender, means: Means) {
  if (kind === 'answers') return measureAnswers(contender, means);
  const [provider, crowd] = kind.split(', ') as [ProviderName, 'many' | 'few'];
  return measureInbound(contender, provider, crowd === 'many' ? MANY : FEW, means);
}

let people = 0;

/** People that nobody knows yet, who all write at once: until the last of their texts is in the list that the inbox shows. */
async function measureInbound(
  contender: Contender,
  provider: ProviderName,
  count: number,
  { keys, load, options }: Means,
) {
  const senders = Array.from({ length: count }, () => `+336${String(people++).padStart(8, '0')}`);
  const before = await countTexts(contender, 'inbound');
  const result = await load.ask({
    job: { kind: 'texts', keys, provider, publicUrl: PUBLIC_URL, to: NUMBERS[provider], senders },
    port: contender.port,
    connections: options.connections,
    requests: options.texts,
    durationMs: VISIBLE_WITHIN_MS,
  });
  if (result.refused > 0) throw new Error(`${contender.name} refused ${result.refused} signed texts`);
  // The list is asked for once it can be whole: to ask all the time would keep the program from its work.
  await untilStored(contender, before + result.answered);
  const shown = await unreadOf(contender, new Set(senders));
  const elapsedMs = performance.timeOrigin + performance.now() - result.startedAtMs;
  if (shown !== result.answered)
    throw new Error(`${contender.name} shows ${shown} of ${result.answered} texts`);
  return { ...result, count: shown, perSecond: (shown * 1000) / elapsedMs };
}

async function countTexts(contender: Contender, direction: 'inbound' | 'outbound'): Promise<number> {
  const statement = 'select count(*)::int as count from messages where direction = $1';
  const [row] = await query(contender.databaseUrl, statement, [direction]);
  return Number(row?.count);
}

async function untilStored(contender: Contender, count: number): Promise<void> {
  const endMs = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const stored = await countTexts(contender, 'inbound');
    if (stored === count) return;
    if (stored > count || performance.now() > endMs)
      throw new Error(`${contender.name} stored ${stored} texts of ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Listed {
  id: string;
  phone_number: string;
  unread_count: number;
}

/** The latest conversations, as the inbox lists them. */
async function latest(contender: Contender, count: number): Promise<Listed[]> {
  const listed: Listed[] = [];
  let cursor: string | null = '';
  while (listed.length < count && cursor !== null) {
    const limit = Math.min(PAGE, count - listed.length);
    const address = `http://127.0.0.1:${contender.port}/inbox/conversations?limit=${limit}&cursor=${cursor}`;
    const response = await fetch(address, { headers: { 'x-api-key': contender.apiKey } });
    if (!response.ok) throw new Error(`${contender.name} answered ${response.status} to its list`);
    const page = (await response.json()) as { conversations: Listed[]; nextCursor: string | null };
    listed.push(...page.conversations);
    cursor = page.nextCursor;
  }
  return listed;
}

/** The texts of these people, who wrote last. Each has a conversation of its own, whose unread texts are all it has. */
async function unreadOf(contender: Contender, people: Set<string>): Promise<number> {
  const theirs = (await latest(contender, people.size)).filter((each) => people.has(each.phone_number));
  return theirs.reduce((total, each) => total + each.unread_count, 0);
}

async function measureAnswers(contender: Contender, { load, options }: Means) {
  const conversationIds = (await latest(contender, MANY)).map(({ id }) => id);
  const before = await countTexts(contender, 'outbound');
  const result = await load.ask({
    job: { kind: 'answers', apiKey: contender.apiKey, conversationIds },
    port: contender.port,
    connections: options.connections,
    requests: Math.ceil((options.durationMs / 1000) * ANSWERS_PER_SECOND_MAX),
    durationMs: options.durationMs,
  });
  if (result.refused > 0) throw new Error(`${contender.name} refused ${result.refused} answers`);
  const stored = (await countTexts(contender, 'outbound')) - before;
  if (stored !== result.answered)
    throw new Error(`${contender.name} stored ${stored} answers of ${result.answered}`);
  return { ...result, count: stored, perSecond: (stored * 1000) / result.elapsedMs };
}

function emptyResults(): TextResults {
  return Object.fromEntries(
    TEXT_LOADS.map((kind) => [kind, { relais: [], 'hand-written': [] }]),
  ) as unknown as TextResults;
}

async function startContender(
  name: TextContender,
  given: { folder: string; databaseUrl: string; keys: Keys; nodeOptions: string[] },
): Promise<Contender> {
  const { databaseUrl, keys } = given;
  const environment = {
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl,
    PUBLIC_BASE_URL: PUBLIC_URL,
    TELNYX_PUBLIC_KEY: keys.telnyxPublic,
    TWILIO_ACCOUNT_SID: keys.twilioSid,
    TWILIO_AUTH_TOKEN: keys.twilioToken,
  };
  if (name === 'hand-written') {
    const program = await startProgram(['bench/servers/hand-written-texts.ts'], environment, '/');
    return { ...program, name, databaseUrl, apiKey: await prepareHandWritten(databaseUrl) };
  }
  const { program, companyId, apiKey } = await startRelais(given.folder, environment, given.nodeOptions);
  await addTextNumbers(databaseUrl, companyId, NUMBERS);
  return { ...program, name, databaseUrl, apiKey };
}

/** Numbers through which a company gets texts. */
export async function addTextNumbers(
  databaseUrl: string,
  companyId: string,
  numbers: Partial<Record<ProviderName, string>>,
): Promise<void> {
  await query(
    databaseUrl,
    `insert into inbox_integrations (id, company_id, name, provider, phone_number, is_active, is_default, source, sms, mms,
      next_send_at, created_at, updated_at)
    select gen_random_uuid(), $1, phone, provider, phone, true, provider = 'telnyx', 'manual', true, false, now(), now(), now()
    from unnest($2::text[], $3::text[]) as number (provider, phone)`,
    [companyId, Object.keys(numbers), Object.values(numbers)],
  );
}

/** Relais as one process, with the example company and its key. Nothing is asked of a provider; if it is, it fails at once. */
export async function startRelais(
  folder: string,
  environment: { PORT: string; DATABASE_URL: string } & Record<string, string>,
  nodeOptions: string[] = [],
): Promise<{ program: Running; companyId: string; apiKey: string; settings: Record<string, string> }> {
  const dataDir = mkdtempSync(path.join(folder, 'relais-'));
  const settings = {
    DATA_DIR: dataDir,
    TELNYX_API_KEY: 'KEY-of-the-bench',
    TELNYX_BASE_URL: 'http://127.0.0.1:9/v2',
    TWILIO_BASE_URL: 'http://127.0.0.1:9',
    RATE_LIMIT_PER_MINUTE: '10000000',
    // A copy of the whole database would be made in the middle of it.
    BACKUP_EVERY_HOURS: '0',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    ...environment,
  };
  const program = await startProgram([...nodeOptions, 'server/main.ts'], settings, '/health/ready');
  const file = path.join(dataDir, 'demo.json');
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
  const { companyId, apiKey } = JSON.parse(readFileSync(file, 'utf8')) as {
    companyId: string;
    apiKey: string;
  };
  return { program, companyId, apiKey, settings };
}

async function prepareHandWritten(databaseUrl: string): Promise<string> {
  const apiKey = randomBytes(32).toString('base64url');
  const companyId = randomUUID();
  await query(databaseUrl, 'insert into api_keys (secret_hash, company_id, name) values ($1, $2, $3)', [
    ...[createHash('sha256').update(apiKey).digest('hex'), companyId, 'bench'],
  ]);
  await query(
    databaseUrl,
    `insert into numbers (phone_number, id, company_id) select phone, gen_random_uuid(), $1 from unnest($2::text[]) as phone`,
    [companyId, Object.values(NUMBERS)],
  );
  return apiKey;
}
