import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { createDatabase, query } from './database.ts';
import { DAYS, fillActivity } from './insights-fill.ts';
import type { Round, RoundResult } from './load.ts';
import { freePort, makeFolder, startHelper } from './processes.ts';
import { type Table, verdict } from './table.ts';
import { startRelais } from './texts.ts';

export interface InsightsOptions {
  /** Calls and texts together. */
  activity: number;
  /** How often each question is asked. */
  asked: number;
}

const GOAL_MS = 50;
const READERS = 4;
/** Asked before it counts: code is compiled and plans are kept by then. */
const WARM_UP = 100;
const DAY_MS = 86_400_000;

/** The dashboard and the reports of a company with years of calls and texts, for a few readers at once. */
export async function measureInsights(
  options: InsightsOptions,
  progress: (line: string) => void,
): Promise<Table> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  try {
    const environment = {
      PORT: String(await freePort()),
      DATABASE_URL: await createDatabase(cluster.url, 'insights'),
      TELNYX_PUBLIC_KEY: Buffer.alloc(32, 1).toString('base64'),
    };
    const relais = await startRelais(folder.path, environment);
    try {
      await fillActivity(environment.DATABASE_URL, relais.companyId, options.activity / 2);
      await untilAddedUp(environment.DATABASE_URL);
      await query(environment.DATABASE_URL, 'vacuum analyze activity_days');
      await query(environment.DATABASE_URL, 'checkpoint');
      const [rows] = await query(
        environment.DATABASE_URL,
        'select count(*)::int as count from activity_days',
      );
      progress(`${options.activity} calls and texts, added up to ${rows?.count} figures`);
      return await askAll(load, relais, options, progress);
    } finally {
      await relais.program.stop();
    }
  } finally {
    await load.stop();
    await cluster.stop();
    folder.remove();
  }
}

/** What was counted anew goes into days and months by the timer that does so with all that happens. */
async function untilAddedUp(databaseUrl: string): Promise<void> {
  for (;;) {
    const [row] = await query(databaseUrl, 'select exists (select from activity_changes) as waiting');
    if (!row?.waiting) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Each question with what is asked for in turn. */
function questionsOf(): Record<string, string[]> {
  const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
  const span = (days: number, by: string) => `from=${day(days)}&to=${day(0)}&by=${by}`;
  const ways = ['day', 'number', 'user', 'outcome', 'provider'];
  const activity = (days: number) => ways.map((by) => `/api/insights/activity?${span(days, by)}`);
  const costs = (days: number) =>
    ['day', 'number', 'user', 'gig'].map((by) => `/api/insights/costs?${span(days, by)}`);
  return {
    dashboard: ['/api/insights/dashboard'],
    'activity of a month': activity(30),
    'activity of a year': activity(365),
    'activity of two years, by month': [`/api/insights/activity?${span(DAYS - 1, 'month')}`],
    'costs of a month': costs(30),
    'costs of a year': costs(365),
    'costs of a month, by contact': [`/api/insights/costs?${span(30, 'contact')}`],
  };
}

async function askAll(
  load: { ask(round: Round): Promise<RoundResult> },
  relais: { program: { port: number }; apiKey: string },
  { asked }: InsightsOptions,
  progress: (line: string) => void,
): Promise<Table> {
  const table: Table = [['', 'p50 ms', 'p99 ms', `p99 goal ≤ ${GOAL_MS} ms`]];
  for (const [name, paths] of Object.entries(questionsOf())) {
    const ask = (requests: number) =>
      load.ask({
        job: { kind: 'questions', apiKey: relais.apiKey, paths },
        ...{ port: relais.program.port, connections: READERS, requests, durationMs: 60_000 },
      });
    await ask(WARM_UP);
    const { p50Ms, p99Ms, refused } = await ask(asked);
    if (refused > 0) throw new Error(`${name}: ${refused} questions were refused`);
    table.push([name, p50Ms.toFixed(1), p99Ms.toFixed(1), verdict(p99Ms <= GOAL_MS)]);
    progress(`${name}: ${p99Ms.toFixed(1)} ms`);
  }
  return table;
}
