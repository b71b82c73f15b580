import { statfs } from 'node:fs/promises';
import { backupFolder, lastRuns } from './kernel/backup/index.ts';
import type { Kernel } from './kernel/ctx.ts';
import { jobFigures } from './kernel/jobs.ts';
import { reviewFleet, TRANSACTION_STATUSES, TRANSACTION_TYPES } from './modules/callbox/upkeep.ts';
import { reviewTexts } from './modules/messages/upkeep.ts';
import { OUTCOMES, PROVIDERS, reviewEvents } from './modules/providers/upkeep.ts';

const HOUR_SECONDS = 3600;

/**
 * How the installation stands, for Prometheus: read when somebody scrapes, by short statements over indexes, and at most every ten
 * seconds. What cannot be read keeps its last figure, and the others are told all the same.
 */
export function readFigures(kernel: Kernel): void {
  const { log, metrics } = kernel;
  kernel.metrics.readFiguresBy(async () => {
    poolFigures(kernel);
    const parts = [events, jobs, texts, fleet, backups, disks].map((read) => read(kernel));
    for (const outcome of await Promise.allSettled(parts))
      if (outcome.status === 'rejected') log.warn({ err: outcome.reason }, 'Some figures could not be read');
  });
  metrics.figures.backupEvery.set(kernel.config.BACKUP_EVERY_HOURS * HOUR_SECONDS);
  countFromZero(kernel);
}

/**
 * What has not happened yet is told as 0. A figure that first appears with the first refused webhook shows Prometheus no increase, and
 * an alert would sleep through it.
 */
function countFromZero({ metrics }: Kernel): void {
  for (const provider of PROVIDERS) {
    for (const outcome of OUTCOMES) metrics.providerRequests.inc({ provider, outcome }, 0);
    for (const verdict of ['accepted', 'duplicate', 'refused'])
      metrics.webhooks.inc({ provider, verdict }, 0);
    for (const outcome of ['active', 'error']) metrics.purchases.inc({ provider, outcome }, 0);
  }
  for (const type of TRANSACTION_TYPES)
    for (const status of TRANSACTION_STATUSES) metrics.transactionChanges.inc({ type, status }, 0);
}

const secondsSince = (kernel: Kernel, at: Date | null) =>
  at ? Math.max(0, (kernel.clock.nowMs() - at.getTime()) / 1000) : 0;

async function events(kernel: Kernel): Promise<void> {
  const { figures } = kernel.metrics;
  const { waiting, oldestAt, failed } = await reviewEvents(kernel);
  figures.eventsWaiting.set(waiting);
  figures.eventsOldest.set(secondsSince(kernel, oldestAt));
  figures.eventsFailed.set(failed);
}

async function jobs(kernel: Kernel): Promise<void> {
  const { figures } = kernel.metrics;
  const tasks = await jobFigures(kernel.db);
  figures.jobsWaiting.reset();
  figures.jobsFailed.reset();
  for (const { task, waiting, failed } of tasks) {
    figures.jobsWaiting.set({ task }, waiting);
    figures.jobsFailed.set({ task }, failed);
  }
  figures.jobsOldest.set(Math.max(0, ...tasks.map(({ oldestAt }) => secondsSince(kernel, oldestAt))));
}

async function texts(kernel: Kernel): Promise<void> {
  const { figures } = kernel.metrics;
  const { waitingSince, due, later } = await reviewTexts(kernel);
  figures.textsWaiting.set({ lane: 'due' }, due);
  figures.textsWaiting.set({ lane: 'later' }, later);
  figures.textsOldest.set(secondsSince(kernel, waitingSince));
}

async function fleet(kernel: Kernel): Promise<void> {
  const { figures } = kernel.metrics;
  const { connected, away, quarantined, open } = await reviewFleet(kernel);
  figures.boxes.set({ state: 'connected' }, connected);
  figures.boxes.set({ state: 'away' }, away);
  figures.boxes.set({ state: 'quarantined' }, quarantined);
  for (const [status, count] of Object.entries(open)) figures.transactionsOpen.set({ status }, count);
}

async function backups(kernel: Kernel): Promise<void> {
  const { figures } = kernel.metrics;
  for (const { kind, succeededAt, failedAt, bytes, durationSeconds } of await lastRuns(kernel)) {
    // Never: as old as can be, so that an alert on its age goes off.
    figures.backupSucceeded.set({ kind }, succeededAt ? succeededAt.getTime() / 1000 : 0);
    figures.backupFailed.set({ kind }, failedAt ? 1 : 0);
    figures.backupSeconds.set({ kind }, durationSeconds ?? 0);
    if (kind === 'backup') figures.backupBytes.set(bytes ?? 0);
  }
}

async function disks(kernel: Kernel): Promise<void> {
  const { figures } = kernel.metrics;
  const folders = { data: kernel.config.DATA_DIR, backups: backupFolder(kernel.config) };
  for (const [folder, at] of Object.entries(folders)) {
    const disk = await statfs(at).catch(() => null);
    if (!disk) continue;
    figures.diskFree.set({ folder }, disk.bavail * disk.bsize);
    figures.diskSize.set({ folder }, disk.blocks * disk.bsize);
  }
}

function poolFigures({ db, metrics }: Kernel): void {
  for (const [role, pool] of Object.entries(db.pools)) {
    metrics.poolConnections.set({ role, state: 'busy' }, pool.totalCount - pool.idleCount);
    metrics.poolConnections.set({ role, state: 'idle' }, pool.idleCount);
    metrics.poolConnections.set({ role, state: 'waiting' }, pool.waitingCount);
  }
}
