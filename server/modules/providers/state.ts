import type { Batcher } from '../../kernel/batch.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import type { NewEvent } from './events-store.ts';
import type { Pulse } from './health-store.ts';
import type { ProviderName, ProviderPort } from './port.ts';
import type { Verifier } from './verifiers.ts';

export type TestStatus = 'untested' | 'ok' | 'failing';

export interface TestResult {
  status: TestStatus;
  lastTestedAt: Date | null;
  lastError: string | null;
}

/** What one process remembers about providers. All of it can be lost: the database is the truth. */
export interface ProviderState {
  /** Open ports by account key, with the version of the credentials they were opened with. */
  ports: Map<string, { version: number; port: ProviderPort }>;
  /** Who may have signed a webhook, by what it claims. */
  verifiers: Map<string, { atMs: number; verifiers: Verifier[] }>;
  /** Group commit of incoming events; made when the first one comes. */
  events: Batcher<NewEvent, 'accepted' | 'duplicate'> | null;
  /** Wakes the event workers of this process. */
  nudges: Set<() => void>;
  /** Refusals that may still be stored in the minute that began at `sinceMs`. */
  refusals: { sinceMs: number; left: number };
  /** Requests that are noted and not written down yet, by account. */
  pulses: { waiting: Map<string, Pulse>; timer: NodeJS.Timeout | null };
  /** Outcome of the last "test connection" of the installation's accounts, which have no row. */
  installationTests: Map<ProviderName, TestResult>;
}

const states = new WeakMap<Kernel, ProviderState>();

export function stateOf(kernel: Kernel): ProviderState {
  let state = states.get(kernel);
  if (!state) {
    state = {
      ports: new Map(),
      verifiers: new Map(),
      events: null,
      nudges: new Set(),
      refusals: { sinceMs: 0, left: 0 },
      pulses: { waiting: new Map(), timer: null },
      installationTests: new Map(),
    };
    states.set(kernel, state);
  }
  return state;
}
