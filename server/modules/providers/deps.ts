import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/log.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { NoteRequest } from './pulse.ts';

/** What both adapters need besides the account. */
export interface PortDeps {
  clock: Clock;
  log: Logger;
  metrics: Pick<Metrics, 'providerRequests'>;
  /** Notes how each request went. Absent: nobody asks. */
  note?: NoteRequest;
  /** How long one request may take. */
  timeoutMs: number;
  /** Address of this server for the provider, without a trailing slash. */
  publicBaseUrl: string;
  /** Names this installation in what it makes at the provider, so that two of them can share one account. */
  installation: string;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}
