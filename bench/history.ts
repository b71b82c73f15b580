import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedDatabase } from '../server/kernel/db/embedded.ts';
import { addCallNumbers, startProvider } from './calls.ts';
import { createDatabase, prepareCluster } from './database.ts';
import {
  GROWTH_NUMBERS,
  GROWTH_URL,
  type GrowthMeans,
  growthTable,
  measureSize,
  type SizeResult,
  sizesUpTo,
} from './growth.ts';
import { askReports } from './insights.ts';
import { checkFigures, untilAddedUp } from './insights-check.ts';
import { fillActivity, tidyUp } from './insights-fill.ts';
import type { Round, RoundResult } from './load.ts';
import { freePort, makeFolder, type Running, runProgram, startHelper, startProgram } from './processes.ts';
import { type Keys, makeKeys } from './requests.ts';
import type { Table } from './table.ts';
import { addTextNumbers, startRelais } from './texts.ts';

/** What is measured while a company grows, and when it has grown: both from one filling. */
export const HISTORY_PARTS = ['growth', 'insights'] as const;
export type HistoryPart = (typeof HISTORY_PARTS)[number];

export interface HistoryOptions extends Pick<GrowthMeans, 'rounds' | 'connections' | 'calls' | 'texts'> {
  parts: readonly HistoryPart[];
  /** Calls and texts together. */
  activity: number;
  /** How often each question is asked. */
  asked: number;
}

type Progress = (line: string) => void;

/** The company, and how its server is started again. */
interface Company {
  companyId: string;
  apiKey: string;
  databaseUrl: string;
  settings: Record<string, string>;
}

/**
 * A company that grows to millions of calls and texts: what an event costs at each size, and how fast its dashboard and its
 * reports are in the end.
 * @throws when an event was refused or is missing, or a figure is not what a plain count says.
 */
export async function measureHistory(
  options: HistoryOptions,
  progress: Progress,
): Promise<Partial<Record<HistoryPart, Table>>> {
  const folder = makeFolder();
  const cluster = await startEmbeddedDatabase(folder.path);
  const load = startHelper<Round, RoundResult>('bench/load.ts');
  const provider = await startProvider();
  try {
    await prepareCluster(cluster.url);
    const keys = makeKeys();
    const [pid] = readFileSync(path.join(folder.path, 'postgres/postmaster.pid'), 'utf8').split('\n');
    const databaseUrl = await createDatabase(cluster.url, 'history');
    const company = await startCompany(folder.path, databaseUrl, keys, provider);
    const means = { ...options, keys, load, databaseUrl, postgresPid: Number(pid) };
    return await grow(company, means, progress);
  } finally {
    await load.stop();
    await provider.stop();
    await cluster.stop();
    folder.remove();
  }
}

/** The example company; its server is stopped again. */
async function startCompany(
  folder: string,
  databaseUrl: string,
  keys: Keys,
  provider: Running,
): Promise<Company> {
  const providerUrl = `http://127.0.0.1:${provider.port}`;
  const { program, ...company } = await startRelais(folder, {
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl,
    PUBLIC_BASE_URL: GROWTH_URL,
    TELNYX_PUBLIC_KEY: keys.telnyxPublic,
    TELNYX_BASE_URL: `${providerUrl}/v2`,
    TWILIO_ACCOUNT_SID: keys.twilioSid,
    TWILIO_AUTH_TOKEN: keys.twilioToken,
    TWILIO_BASE_URL: providerUrl,
  });
  await program.stop();
  await addCallNumbers(databaseUrl, company.companyId, [['telnyx', GROWTH_NUMBERS.telnyx]]);
  await addTextNumbers(databaseUrl, company.companyId, { twilio: GROWTH_NUMBERS.twilio });
  return { ...company, databaseUrl };
}

async function grow(company: Company, means: GrowthMeans & HistoryOptions, progress: Progress) {
  const sizes = means.parts.includes('growth') ? sizesUpTo(means.activity) : [means.activity];
  const results: SizeResult[] = [];
  let insights: Table | undefined;
  for (const [step, size] of sizes.entries()) {
    const things = await growTo(size, sizes[step - 1] ?? 0, company, means, progress);
    const server = await startProgram(['server/main.ts'], company.settings, '/health/ready');
    try {
      const isLast = step === sizes.length - 1;
      // Before the events: the readers are to find what was counted, not what has just come.
      if (isLast && means.parts.includes('insights'))
        insights = await askReports(means.load, { ...company, ...server, ...means, things }, progress);
      if (means.parts.includes('growth')) {
        results.push(await measureSize(server, size, means));
        await untilAddedUp(company.databaseUrl);
        progress(`${size}: the events are measured`);
      }
    } finally {
      await server.stop();
    }
    await checkFigures(company.databaseUrl, company.companyId);
  }
  return { ...(insights && { insights }), ...(results.length > 0 && { growth: growthTable(results) }) };
}

/** Fills in what a company of that size has more, and has the product count it all. @returns how much there is. */
async function growTo(
  size: number,
  before: number,
  { companyId, databaseUrl, settings }: Company,
  { activity }: HistoryOptions,
  progress: Progress,
): Promise<number> {
  const [started, tell] = [performance.now(), [] as string[]];
  const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const result = await work;
    tell.push(`${what} ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    return result;
  };
  const half = (count: number) => Math.floor(count / 2);
  const piece = { companyId, from: half(before), until: half(size), total: half(activity) };
  await timed('filled', fillActivity(databaseUrl, piece));
  await timed('counted', runProgram(['server/cli/main.ts', 'recount', '--company', companyId], settings));
  await timed('tidied up', tidyUp(databaseUrl));
  const { things, figures } = await timed('checked', checkFigures(databaseUrl, companyId));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  progress(`${things} calls and texts in ${figures} figures, in ${seconds} s (${tell.join(', ')})`);
  return things;
}
