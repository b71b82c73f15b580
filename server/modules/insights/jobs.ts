import { type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import type { RetentionRule } from '../../kernel/retention.ts';
import { countEndedAnew } from '../callbox/index.ts';
import { companyProfile } from '../identity/index.ts';
import { planReports, sendReports } from './report-mail.ts';
import { cleanUp, cleanUpDue } from './retention.ts';
import * as store from './store.ts';
import { pruneSyncs } from './sync.ts';
import { tendSyncs, workOn } from './sync-run.ts';
import { sendNews } from './webhooks.ts';

/** So many changes are added up in one transaction. */
const CHANGES_MAX = 20_000;
/** PostgreSQL's word for "somebody else changed what I had read": another try is all it takes (SQLSTATE 40001). */
const SERIALIZATION_FAILURE = '40001';

/** Adds what happened to the figures, until nothing is left. */
export async function addUpActivity(kernel: Kernel): Promise<void> {
  for (const addUp of [store.addUp, store.addUpQuality])
    while ((await inSystem(kernel.db, (tx) => addUp(tx, CHANGES_MAX))) === CHANGES_MAX);
}

/**
 * Counts one company anew, from what is stored: calls, texts, how calls sounded, and what boxes carried out. What happens
 * meanwhile is neither lost nor doubled. The stamp that says so comes last, so that whoever is killed here begins again.
 */
export async function countCompanyAnew(kernel: Kernel, companyId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'insights.count_anew');
  await countEndedAnew(kernel, companyId, (await transact(ctx, companyProfile)).timeZone);
  for (;;) {
    try {
      return await kernel.db.system
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute((tx) => store.countAnew(tx, companyId, kernel.clock.now()));
    } catch (error) {
      if ((error as { code?: string }).code !== SERIALIZATION_FAILURE) throw error;
    }
  }
}

/** Companies from before there were figures, and those that moved to another time zone. */
async function countThoseDue(kernel: Kernel): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesToCount)) {
    await countCompanyAnew(kernel, companyId);
    kernel.log.info({ companyId }, 'The figures of a company were counted anew');
  }
}

/** @param rules what the modules below keep, and not for ever. */
export function insightsJobs(kernel: Kernel, rules: readonly RetentionRule[]): JobDefinitions {
  return {
    handlers: {
      'insights.add_up': () => addUpActivity(kernel),
      'insights.count_anew': () => countThoseDue(kernel),
      'insights.recount': ({ companyId }) => countCompanyAnew(kernel, companyId!),
      'insights.plan_reports': () => planReports(kernel),
      'insights.send_reports': () => sendReports(kernel),
      'insights.send_news': () => sendNews(kernel),
      'insights.retention': () => cleanUpDue(kernel, rules),
      'insights.clean_up': async ({ companyId, what, askedBy }) => {
        const rule = rules.find((each) => each.what === what);
        if (rule) await cleanUp(systemCtx(kernel, companyId!, 'insights.retention'), rule, askedBy!);
      },
      'insights.sync': ({ runId, companyId }) => workOn(kernel, runId!, companyId!),
      'insights.tend_syncs': () => tendSyncs(kernel),
      'insights.prune_syncs': () => pruneSyncs(kernel),
    },
    schedules: {
      'insights.add_up': { everySeconds: 2 },
      'insights.count_anew': { everySeconds: 30 },
      'insights.plan_reports': { everySeconds: 20 },
      'insights.send_reports': { everySeconds: 3 },
      'insights.send_news': { everySeconds: 1 },
      'insights.retention': { everySeconds: 600 },
      'insights.tend_syncs': { everySeconds: 5 },
      'insights.prune_syncs': { everySeconds: 3600 },
    },
  };
}
