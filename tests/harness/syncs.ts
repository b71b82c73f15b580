import { expect } from 'vitest';
import type { Config } from '../../server/kernel/config.ts';
import type { Client } from './client.ts';
import { eventually } from './eventually.ts';

/** Nothing heals here but by comparing with the provider, which begins when it is asked for and spares nothing. */
export const SYNC_ALONE: Partial<Config> = {
  ...{ RECONCILE_SECONDS: 3600, SYNC_MINUTES: 0, SYNC_GRACE_SECONDS: 0, SYNC_REQUESTS_PER_SECOND: 1000 },
  ...{ SMS_PER_SECOND: 50, PROVIDER_TIMEOUT_MS: 5000 },
};

/** A run as the API shows it. */
export interface Run {
  id: string;
  provider: string;
  state: string;
  stage: string;
  progress: number;
  stages: Record<string, { pages: number; seen: number; findings: number }>;
  outcomes: Record<string, number>;
  reasonCode: string | null;
  reason: string | null;
  resumeAt: string | null;
  windowFrom: string;
}

/** What differed, as the API shows it. */
export interface Drift {
  id: string;
  kind: string;
  subject: string;
  field: string;
  ours: string | null;
  theirs: string | null;
  outcome: string;
  reason: string | null;
}

/** Asks for a comparison. @returns its runs. */
export async function startSync(api: Client, wish: Record<string, unknown> = {}): Promise<Run[]> {
  const { status, body } = await api.post('/api/sync-runs', wish);
  expect(status, JSON.stringify(body)).toBe(202);
  return body.runs;
}

export async function runOf(api: Client, id: string): Promise<Run> {
  const { body } = await api.get(`/api/sync-runs/${id}`);
  return body.run;
}

/** Waits for a run to come to an end, or to something else. */
export async function runIs(api: Client, id: string, state = 'done', patienceMs = 20_000): Promise<Run> {
  return eventually(async () => {
    const run = await runOf(api, id);
    expect(run.state, JSON.stringify(run)).toBe(state);
    return run;
  }, patienceMs);
}

/** Compares everything, or an account, and waits for the end. */
export async function sync(api: Client, wish: Record<string, unknown> = {}): Promise<Run[]> {
  const begun = await startSync(api, wish);
  const runs: Run[] = [];
  for (const { id } of begun) runs.push(await runIs(api, id));
  return runs;
}

/** What differed. @param query e.g. runId=… */
export async function driftOf(api: Client, query = ''): Promise<Drift[]> {
  const { body } = await api.get(`/api/drift?limit=200${query ? `&${query}` : ''}`);
  return body.drift;
}
