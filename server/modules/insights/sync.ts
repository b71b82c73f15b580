import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import { accountsInUse, onlyCompany } from '../numbers/upkeep.ts';
import { PROVIDERS, type ProviderName } from '../providers/index.ts';
import { allAccounts, comparableAccounts } from '../providers/upkeep.ts';
import { pruneDrift } from './drift-store.ts';
import { SYNC_OVERLAP_SECONDS } from './sync-model.ts';
import * as store from './sync-store.ts';

/** Which accounts are to be compared; without a provider, all of them. */
export interface SyncWish {
  provider?: ProviderName | undefined;
  /** Null: the installation's. Absent: every account of the provider. */
  accountId?: string | null | undefined;
}

type Account = Pick<store.RunRow, 'provider' | 'accountId' | 'accountRef'>;

/**
 * Begins to compare accounts with what we have. An account that is being compared already is not begun a second time: its run is
 * the answer. @throws not_found for an account of somebody else's, provider_not_configured when there is none at all.
 */
export async function startSync(ctx: CompanyCtx, wish: SyncWish): Promise<store.RunRow[]> {
  const accounts = await accountsFor(ctx, wish);
  if (accounts.length === 0 && wish.accountId) fail('not_found', { what: 'provider account' });
  if (accounts.length === 0)
    fail('provider_not_configured', { provider: wish.provider ?? PROVIDERS.join(', ') });
  const { actor } = ctx;
  const starter = actor.kind === 'system' ? null : actor.name;
  return transact(ctx, async (tx) => {
    const runs: store.RunRow[] = [];
    for (const account of accounts) runs.push(await begin(ctx, tx, account, starter));
    return runs;
  });
}

/**
 * The accounts that a company may have compared: its own, and the installation's where it holds numbers in it, or is alone with
 * it: in an account that several companies share nobody's numbers are shown to somebody else.
 */
async function accountsFor(ctx: CompanyCtx, { provider, accountId }: SyncWish): Promise<Account[]> {
  const shared = await inSystem(ctx.kernel.db, async (tx) => ({
    inUse: await accountsInUse(tx),
    isAlone: (await onlyCompany(tx)) === ctx.companyId,
  }));
  const known = await comparableAccounts(ctx);
  const mayUse = (account: Account) =>
    account.accountId !== null ||
    shared.isAlone ||
    shared.inUse.some(
      (used) =>
        used.companyId === ctx.companyId && used.accountId === null && used.provider === account.provider,
    );
  return known.filter(
    (account) =>
      (provider === undefined || account.provider === provider) &&
      (accountId === undefined || account.accountId === accountId) &&
      mayUse(account),
  );
}

async function begin(
  ctx: CompanyCtx,
  tx: Tx,
  { provider, accountId, accountRef }: Account,
  starter: string | null,
): Promise<store.RunRow> {
  const { clock } = ctx.kernel;
  const id = newId(clock);
  const began = await store.insertRun(tx, {
    ...{ id, companyId: ctx.companyId, provider, accountId, accountRef, createdAt: clock.now() },
    ...{ startedBy: starter === null ? 'clock' : 'person', starterName: starter ?? '' },
    ...(await windowFor(ctx, tx, { provider, accountId })),
  });
  const run = (await store.openRun(tx, { provider, accountId }))!;
  if (!began) return run;
  await enqueueRun(tx, run);
  await publish(tx, ctx.companyId, 'sync', id);
  if (starter !== null)
    await audit(tx, ctx, {
      ...{ action: 'sync.started', entityType: 'sync', entityId: id },
      changes: { provider: { from: null, to: provider } },
    });
  return run;
}

/** From a while before the last run's end, as far back as a run may reach, until a moment ago: the newest news is still on its way. */
async function windowFor(
  { kernel }: CompanyCtx,
  tx: Tx,
  account: Pick<Account, 'provider' | 'accountId'>,
): Promise<{ windowFrom: Date; windowUntil: Date }> {
  const { SYNC_WINDOW_DAYS, SYNC_GRACE_SECONDS } = kernel.config;
  const nowMs = kernel.clock.nowMs();
  const until = nowMs - SYNC_GRACE_SECONDS * 1000;
  const last = (await store.comparedUntil(tx, account))?.getTime() ?? 0;
  const from = Math.max(last - SYNC_OVERLAP_SECONDS * 1000, nowMs - SYNC_WINDOW_DAYS * 86_400_000);
  return { windowFrom: new Date(Math.min(from, until)), windowUntil: new Date(until) };
}

/** Has a run worked on at once. */
export async function enqueueRun(
  tx: Tx,
  { id, companyId }: { id: string; companyId: string },
): Promise<void> {
  await enqueue(
    tx,
    'insights.sync',
    { runId: id, companyId },
    { key: `insights.sync:${id}`, attemptsMax: 1 },
  );
}

/** Begins what the clock asks for: every account in use that was not begun to be compared for so long. */
export async function startDueSyncs(kernel: Kernel): Promise<void> {
  const { SYNC_MINUTES } = kernel.config;
  if (SYNC_MINUTES === 0) return;
  const sinceMs = kernel.clock.nowMs() - SYNC_MINUTES * 60_000;
  const { inUse, starts } = await inSystem(kernel.db, async (tx) => ({
    inUse: await accountsInUse(tx),
    starts: await store.lastStarts(tx),
  }));
  const keyOf = (of: { companyId: string; provider: string; accountId: string | null }) =>
    `${of.companyId} ${of.provider} ${of.accountId}`;
  const recent = new Set(starts.filter(({ at }) => at.getTime() > sinceMs).map(keyOf));
  const wanted = new Map([...inUse, ...(await allAccounts(kernel))].map((each) => [keyOf(each), each]));
  for (const [key, { companyId, provider, accountId }] of wanted) {
    if (recent.has(key)) continue;
    const ctx = systemCtx(kernel, companyId, 'insights.sync');
    await startSync(ctx, { provider, accountId }).catch((error) =>
      kernel.log.warn({ err: error, companyId, provider }, 'An account could not be begun to be compared'),
    );
  }
}

const DRIFT_KEPT_MS = 90 * 86_400_000;
const RUNS_KEPT_MS = 30 * 86_400_000;

/** Drops old reports. What waits for somebody, and what somebody decided, stays. */
export async function pruneSyncs({ db, clock }: Kernel): Promise<void> {
  const ago = (ms: number) => new Date(clock.nowMs() - ms);
  await inSystem(db, (tx) => pruneDrift(tx, ago(DRIFT_KEPT_MS)));
  await inSystem(db, (tx) => store.pruneRuns(tx, ago(RUNS_KEPT_MS)));
}
