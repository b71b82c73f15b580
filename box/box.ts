import path from 'node:path';
import { type Bell, createBell } from './bell.ts';
import { type Client, createClient } from './client.ts';
import { type Clock, createServerTime, type ServerTime } from './clock.ts';
import type { BoxConfig } from './config.ts';
import type { Driver } from './drivers/port.ts';
import type { Evidence } from './evidence.ts';
import type { Log } from './log.ts';
import { FIRST_CONFIG, type RemoteConfig } from './protocol.ts';
import type { Store, Work } from './queue-store.ts';

export const VERSION = '1.0.0';

/** Everything that a part of the program needs: it is handed to all of them. */
export interface Box {
  config: BoxConfig & { callboxId: string };
  clock: Clock;
  serverTime: ServerTime;
  store: Store;
  client: Client;
  driver: Driver;
  log: Log;
  evidence: Evidence;
  faultPoint: (name: string) => void;
  /** Free bytes where the queue is kept. */
  freeBytes: () => number;
  /** The program is to end; what was begun at a SIM is finished first. */
  stopping: AbortSignal;
  state: BoxState;
  bells: { lanes: Bell; pull: Bell; reports: Bell; texts: Bell; presence: Bell };
}

/** What changes while it runs; nothing of it needs to outlive the program. */
export interface BoxState {
  remote: RemoteConfig;
  configVersion: string | null;
  registered: boolean;
  /** Why the server does not let it in, in its words; a person has to do something. */
  turnedAway: string | null;
  online: boolean;
  lastHeardMs: number | null;
  /** Why no work is taken, apart from the line. */
  refuses: string | null;
  /** Outcomes that the disk did not take; they are told from here. */
  unsaved: Map<string, Work>;
  /** What this run may not begin: the disk did not take its beginning. */
  setAside: Set<string>;
  /** What the server may have been asked about without our hearing the answer: it may take it for begun. */
  maybeAsked: Set<string>;
  startedMs: number;
}

/** Puts a box together. */
export function createBox(
  parts: Pick<
    Box,
    'config' | 'clock' | 'store' | 'driver' | 'log' | 'evidence' | 'faultPoint' | 'freeBytes' | 'stopping'
  >,
): Box {
  const { config, clock } = parts;
  return {
    ...parts,
    serverTime: createServerTime(clock),
    client: createClient(config.server, config.token, VERSION),
    state: {
      remote: FIRST_CONFIG,
      configVersion: null,
      registered: false,
      turnedAway: null,
      online: false,
      lastHeardMs: null,
      refuses: null,
      unsaved: new Map(),
      setAside: new Set(),
      maybeAsked: new Set(),
      startedMs: clock.monotonicMs(),
    },
    bells: {
      lanes: createBell(),
      pull: createBell(),
      reports: createBell(),
      texts: createBell(),
      presence: createBell(),
    },
  };
}

/** Names one hand-over. */
export const handoverOf = ({ id, attempt }: { id: string; attempt: number }): string => `${id} ${attempt}`;

/** Files of a data folder. */
export const filesOf = (dataDir: string) => ({
  queue: path.join(dataDir, 'queue.db'),
  lock: path.join(dataDir, 'running.lock'),
  status: path.join(dataDir, 'status.json'),
  journal: path.join(dataDir, 'simulator.jsonl'),
});
