import path from 'node:path';
import pg from 'pg';
import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { createDatabase } from './database.ts';
import { type Amounts, type Facts, fillCompany, LABELS, pickFacts, withoutIndexes } from './inbox-fill.ts';
import type { Round, RoundResult } from './load.ts';
import { freePort, makeFolder, startHelper } from './processes.ts';
import { type Table, verdict } from './table.ts';
import { startRelais } from './texts.ts';

export interface InboxOptions extends Amounts {
  /** How often each question is asked. */
  asked: number;
}

const GOAL_MS = 50;
const READERS = 4;
/** Asked before it counts: code is compiled and plans are kept by then. */
const WARM_UP = 400;
const OTHER_COMPANY = '01900000-0000-7000-8000-000000000001';
const YEAR_MS = 365 * 86_400_000;

/** A company with many texts, beside another of the same size: how fast its pages are, for a few readers at once. */
export async function measureInbox(options: InboxOptions, progress: (line: string) => void): Promise<Table> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  try {
    const environment = {
      PORT: String(await freePort()),
      DATABASE_URL: await createDatabase(cluster.url, 'inbox'),
      TELNYX_PUBLIC_KEY: Buffer.alloc(32, 1).toString('base64'),
      RELAIS_ROLE: 'api',
    };
    const relais = await startRelais(path.join(folder.path), environment);
    try {
      const facts = await fill(environment.DATABASE_URL, relais.companyId, options);
      progress(`${options.messages} messages in ${options.conversations} conversations, twice`);
      return await askAll(load, relais, facts, options, progress);
    } finally {
      await relais.program.stop();
    }
  } finally {
    await load.stop();
    await cluster.stop();
    folder.remove();
  }
}

async function fill(databaseUrl: string, companyId: string, amounts: Amounts): Promise<Facts> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    // What refers to what is right by construction.
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '512MB'`,
    );
    await client.query(
      'insert into companies select other.* from companies c, jsonb_populate_record(c, $2::jsonb) as other where c.id = $1',
      [companyId, JSON.stringify({ id: OTHER_COMPANY })],
    );
    await withoutIndexes(client, async () => {
      await fillCompany(client, companyId, '33700000000', amounts);
      await fillCompany(client, OTHER_COMPANY, '33600000000', amounts);
    });
    await client.query('vacuum analyze');
    // What the filling has left to write would be written while pages are asked for.
    await client.query('checkpoint');
    return await pickFacts(client, companyId);
  } finally {
    await client.end();
  }
}

/** Each question with what is asked for in turn. */
function questionsOf(facts: Facts): Record<string, string[]> {
  const list = (query: string) => `/inbox/conversations?${query}`;
  const search = (words: string[]) => words.map((word) => list(`search=${encodeURIComponent(word)}`));
  const history = (query: string) => `/inbox/messages?${query}`;
  const thread = (id: string, query = '') => `/inbox/conversations/${id}/messages?${query}`;
  const since = (share: number) => new Date(Date.now() - share * YEAR_MS).toISOString();
  return {
    'conversations: open': [list('')],
    'conversations: all': [list('status=all')],
    'conversations: of a colleague': facts.userIds.map((id) => list(`assignee=${id}`)),
    "conversations: nobody's": [list('assignee=none')],
    'conversations: unread': [list('unread=true')],
    'conversations: by label': LABELS.map((label) => list(`label=${label}`)),
    'conversations: by label, all': LABELS.map((label) => list(`status=all&label=${label}`)),
    'conversations: by category': ['urgent', 'new', 'spam', 'resolved'].map((name) =>
      list(`category=${name}`),
    ),
    'conversations: a common word': search(facts.commonWords),
    'conversations: a word of some': search(facts.middleWords),
    'conversations: a rare word': search(facts.rareWords),
    'conversations: a name': search(facts.surnames),
    counts: ['/inbox/counts'],
    'thread: first page': facts.conversationIds.map((id) => thread(id)),
    'thread: deep': facts.deepIds.map((id) => thread(facts.longThreadId, `cursor=${cursorOf(id)}`)),
    'thread: after': facts.deepIds.map((id) => thread(facts.longThreadId, `after=${id}`)),
    'history: all': [history('')],
    'history: failed, scheduled': ['failed', 'scheduled'].map((status) => history(`status=${status}`)),
    'history: provider and direction': ['telnyx', 'twilio'].map((name) =>
      history(`provider=${name}&direction=inbound`),
    ),
    'history: of a contact': facts.contactIds.map((id) => history(`contact_id=${id}`)),
    'history: a month': [0.2, 0.5, 0.8].map((share) =>
      history(`since=${since(share + 0.08)}&until=${since(share)}`),
    ),
    'history: a number': facts.numbers.map((number) => history(`number=${number}`)),
    'history: a word': [...facts.rareWords.slice(0, 6), ...facts.middleWords, ...facts.commonWords].map(
      (word) => history(`search=${word}`),
    ),
  };
}

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

export async function askAll(
  load: { ask(round: Round): Promise<RoundResult> },
  relais: { program: { port: number }; apiKey: string },
  facts: Facts,
  options: { asked: number },
  progress: (line: string) => void,
): Promise<Table> {
  const table: Table = [['', 'p50 ms', 'p99 ms', `p99 goal ≤ ${GOAL_MS} ms`]];
  for (const [name, paths] of Object.entries(questionsOf(facts))) {
    const ask = (requests: number) =>
      load.ask({
        job: { kind: 'questions', apiKey: relais.apiKey, paths },
        port: relais.program.port,
        connections: READERS,
        requests,
        durationMs: 60_000,
      });
    await ask(WARM_UP);
    const { p50Ms, p99Ms, refused } = await ask(options.asked);
    if (refused > 0) throw new Error(`${name}: ${refused} questions were refused`);
    table.push([name, p50Ms.toFixed(1), p99Ms.toFixed(1), verdict(p99Ms <= GOAL_MS)]);
    progress(`${name}: ${p99Ms.toFixed(1)} ms`);
  }
  progress('asked');
  return table;
}
