import { DAYS } from './insights-fill.ts';
import type { Round, RoundResult } from './load.ts';
import { type Table, verdict } from './table.ts';

const GOAL_MS = 50;
const READERS = 4;
/** Asked before it counts: code is compiled and plans are kept by then. */
const WARM_UP = 100;
const DAY_MS = 86_400_000;

const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
const span = (days: number, by: string, until = 0) => `from=${day(days)}&to=${day(until)}&by=${by}`;

/** Each question with what is asked for in turn. */
function questionsOf(): Record<string, string[]> {
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
    'costs of a year, by contact': [`/api/insights/costs?${span(365, 'contact')}`],
  };
}

/** What is asked. */
export interface Asked {
  port: number;
  apiKey: string;
  /** How often each question is. */
  asked: number;
  /** All that the company has, a little more than what the longest report is about. */
  things: number;
}

/** The dashboard and the reports of a company with years of calls and texts, for a few readers at once. */
export async function askReports(
  load: { ask(round: Round): Promise<RoundResult> },
  { port, apiKey, asked, things }: Asked,
  progress: (line: string) => void,
): Promise<Table> {
  await assertTold({ port, apiKey, things });
  const table: Table = [['', 'p50 ms', 'p99 ms', `p99 goal ≤ ${GOAL_MS} ms`]];
  for (const [name, paths] of Object.entries(questionsOf())) {
    const ask = (requests: number) =>
      load.ask({
        job: { kind: 'questions', apiKey, paths },
        ...{ port, connections: READERS, requests, durationMs: 60_000 },
      });
    await ask(WARM_UP);
    const { p50Ms, p99Ms, refused } = await ask(asked);
    if (refused > 0) throw new Error(`${name}: ${refused} questions were refused`);
    table.push([name, p50Ms.toFixed(1), p99Ms.toFixed(1), verdict(p99Ms <= GOAL_MS)]);
    progress(`${name}: ${p99Ms.toFixed(1)} ms`);
  }
  return table;
}

/** What the pages tell is about all that there is, in whichever way it is broken down. */
async function assertTold({ port, apiKey, things }: Omit<Asked, 'asked'>): Promise<void> {
  for (const by of ['month', 'user', 'provider']) {
    // Where the company is, it may be tomorrow.
    const address = `http://127.0.0.1:${port}/api/insights/activity?${span(DAYS + 1, by, -1)}`;
    const response = await fetch(address, { headers: { 'x-api-key': apiKey } });
    const { rows } = (await response.json()) as { rows?: { count: number }[] };
    const told = rows?.reduce((sum, { count }) => sum + count, 0);
    if (told !== things) throw new Error(`The report by ${by} tells of ${told} calls and texts of ${things}`);
  }
}
