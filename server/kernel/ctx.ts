import type { BlobStore } from './blobs/index.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Vault } from './crypto.ts';
import { type Database, inCompany, type Pace, type Tx } from './db/index.ts';
import { fail, type Language } from './errors.ts';
import type { Live } from './live.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { News } from './news.ts';

/** What one process has: made once in main.ts, handed to everything. */
export interface Kernel {
  /** Names this installation to the outside world; outlives every secret. */
  installationId: string;
  config: Config;
  db: Database;
  clock: Clock;
  log: Logger;
  vault: Vault;
  /** Files that are too large for a row, encrypted before they get there. */
  blobs: BlobStore;
  live: Live;
  news: News;
  metrics: Metrics;
}

/** Who acts: a person, a program with an API key, a CallBox, or Relais itself. */
export interface Actor {
  kind: 'user' | 'api_key' | 'system' | 'box';
  id: string;
  /** Kept beside the id in the audit log, so that it outlives the account. */
  name: string;
  role: string | null;
}

/** Who writes texts and makes calls: a box does neither. */
export type AuthorKind = Exclude<Actor['kind'], 'box'>;

/** Whoever acts, as an author. */
export function authorKind({ kind }: Pick<Actor, 'kind'>): AuthorKind {
  return kind === 'box' ? 'system' : kind;
}

/** One request or job: who acts, for which company, and with what. The first argument of every function that acts. */
export interface Ctx {
  kernel: Kernel;
  log: Logger;
  requestId: string;
  actor: Actor;
  /** What the actor's role, or the scopes of the API key, allow in the company: words of the permission table. */
  grants: readonly string[];
  companyId: string | null;
  /** The client's address, for the audit log. */
  address: string | null;
  language: Language;
}

/** A context whose company is known. */
export interface CompanyCtx extends Ctx {
  companyId: string;
}

/** The same context, once it is sure that it has a company. */
export function withCompany(ctx: Ctx): CompanyCtx {
  if (!ctx.companyId) fail('no_company');
  return ctx as CompanyCtx;
}

/** Whether whoever acts may do something; Relais itself may. */
export function isGranted(ctx: Ctx, permission: string): boolean {
  return ctx.actor.kind === 'system' || ctx.grants.includes(permission);
}

/** A context for work that no person asked for: a provider's event, a job, a timer. */
export function systemCtx(kernel: Kernel, companyId: string, name: string): CompanyCtx {
  return {
    kernel,
    log: kernel.log.child({ work: name }),
    requestId: name,
    actor: { kind: 'system', id: name, name, role: null },
    grants: [],
    companyId,
    address: null,
    language: 'en',
  };
}

/** Runs `work` in a transaction that sees only the context's company. */
export function transact<T>(ctx: CompanyCtx, work: (tx: Tx) => Promise<T>, pace?: Pace): Promise<T> {
  return inCompany(ctx.kernel.db, ctx.companyId, work, pace);
}
