import { type Kernel, systemCtx } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import type { ProviderEvent } from '../providers/index.ts';
import { refreshGroup } from './groups.ts';
import { dueGroups, ownerOfRemoteGroup } from './store.ts';
import { syncGroup } from './sync.ts';

const DUE_MAX = 50;

export function complianceJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'compliance.sync_group': async ({ groupId, companyId }) => {
        const outcome = await syncGroup(systemCtx(kernel, companyId!, 'compliance.sync_group'), groupId!);
        if (outcome === 'busy') throw new Error('another process is sending this group: looking again');
      },
      'compliance.reconcile': () => reconcileGroups(kernel),
    },
    schedules: { 'compliance.reconcile': { everySeconds: kernel.config.RECONCILE_SECONDS } },
  };
}

/** Asks the provider about every group that is due. One that fails does not hold up the others. */
export async function reconcileGroups(kernel: Kernel): Promise<void> {
  const due = await inSystem(kernel.db, (tx) => dueGroups(tx, kernel.clock.now(), DUE_MAX));
  for (const { id, companyId } of due) {
    const ctx = systemCtx(kernel, companyId, 'compliance.reconcile');
    await refreshGroup(ctx, id).catch((error) =>
      ctx.log.warn({ err: error, groupId: id }, 'A requirement group could not be asked about'),
    );
  }
}

/** A bundle's status callback: only a hint, so the provider is asked. */
export async function onBundleEvent(kernel: Kernel, event: ProviderEvent): Promise<'handled' | 'ignored'> {
  const { BundleSid } = event.payload as { BundleSid?: string };
  if (!BundleSid) return 'ignored';
  const owner = await inSystem(kernel.db, (tx) => ownerOfRemoteGroup(tx, 'twilio', BundleSid));
  if (!owner) return 'ignored';
  await refreshGroup(systemCtx(kernel, owner.companyId, 'twilio.bundle'), owner.id);
  return 'handled';
}
