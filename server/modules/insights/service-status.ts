import { lastRuns } from '../../kernel/backup/index.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fleetOverview } from '../callbox/index.ts';
import { callHealth } from '../calls/upkeep.ts';
import { textHealth } from '../messages/upkeep.ts';
import { orderHealth } from '../numbers/upkeep.ts';
import { providerHealth } from '../providers/upkeep.ts';
import { countWaiting } from './drift-store.ts';
import {
  judgeBackups,
  judgeCalls,
  judgeDispatch,
  judgeJobs,
  judgeNumbers,
  judgeProvider,
  judgeQueue,
  judgeSync,
  judgeTexts,
  type Standing,
} from './service-model.ts';
import { jobHealth } from './service-store.ts';
import { newestRuns } from './sync-store.ts';

/** How everything stands that a company's calls, texts and transactions depend on. A handful of statements by keys: cheap to ask. */
export async function serviceStatus(ctx: CompanyCtx): Promise<Standing[]> {
  const { clock, config } = ctx.kernel;
  const now = clock.now();
  const [talk, copies, inside] = await Promise.all([
    providerHealth(ctx),
    backupRuns(ctx),
    transact(ctx, async (tx) => ({
      jobs: await jobHealth(tx),
      orders: await orderHealth(tx, now),
      texts: await textHealth(tx, now),
      calls: await callHealth(tx, now),
      fleet: await fleetOverview(tx, []),
      runs: await newestRuns(tx),
      differences: await countWaiting(tx),
    })),
  ]);
  const { jobs, orders, texts, calls, fleet, runs, differences } = inside;
  const late = { now, patienceSeconds: config.RECONCILE_SECONDS };
  return [
    ...talk.providers.map(judgeProvider),
    judgeQueue(talk.queue, now),
    judgeJobs(jobs, now),
    judgeNumbers(orders, late),
    judgeTexts(texts, late),
    judgeCalls(calls, late),
    judgeDispatch(fleet),
    judgeSync(runs, { now, differences, everyMinutes: config.SYNC_MINUTES }),
    judgeBackups(copies, { now, everyHours: config.BACKUP_EVERY_HOURS }),
  ];
}

/** How the installation last copied itself, and last proved a copy. */
export async function backupRuns({ kernel }: CompanyCtx) {
  const runs = await lastRuns(kernel);
  return {
    backup: runs.find(({ kind }) => kind === 'backup'),
    drill: runs.find(({ kind }) => kind === 'drill'),
  };
}
