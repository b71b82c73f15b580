import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { deviceRoutes, traceRoutes } from './push-routes.ts';
import { sendPush } from './push-send.ts';
import * as store from './push-store.ts';
import { tellDevices } from './push-tell.ts';

/** A ring group of a whole floor, each with a few devices. */
const DEVICES_MAX = 500;
const TRACES_KEPT_DAYS = 30;

/** A call rings for these people: their devices are told, by a job of this transaction. */
export async function pushIncoming(
  ctx: CompanyCtx,
  tx: Tx,
  call: { id: string; from: string; contactName: string | null },
  userIds: string[],
): Promise<void> {
  if (userIds.length === 0) return;
  const devices = await store.devicesOf(tx, userIds, DEVICES_MAX);
  const content = { from: call.from.slice(0, 100), callerName: call.contactName?.slice(0, 200) ?? null };
  await tellDevices(ctx, tx, devices, { callId: call.id, kind: 'incoming', content });
}

/** It rings no longer: somebody answered, or the caller gave up. Devices that were told are told so. */
export async function pushEnded(
  ctx: CompanyCtx,
  tx: Tx,
  callId: string,
  why: 'answered' | 'ended',
): Promise<void> {
  const devices = await store.toldDevices(tx, callId);
  if (devices.length === 0) return;
  const call = await store.ringingCall(tx, callId);
  const content = { why, answeredBy: why === 'answered' ? (call?.userId ?? null) : null };
  await tellDevices(ctx, tx, devices, { callId, kind: 'ended', content });
}

/** Doors of devices, and of what became of what they were told. */
export function pushRoutes(server: HttpServer): void {
  deviceRoutes(server);
  traceRoutes(server);
}

export function pushJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'calls.push': ({ traceId, companyId }) => sendPush(kernel, companyId!, traceId!),
      'calls.prune_push': () => prune(kernel),
    },
    schedules: { 'calls.prune_push': { everySeconds: 3600 } },
  };
}

async function prune(kernel: Kernel): Promise<void> {
  const before = new Date(kernel.clock.nowMs() - TRACES_KEPT_DAYS * 86_400_000);
  await inSystem(kernel.db, (tx) => store.pruneTraces(tx, before));
}
