import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { tellPeople } from './push-news.ts';
import { deviceRoutes, traceRoutes } from './push-routes.ts';
import { sendPush } from './push-send.ts';
import * as store from './push-store.ts';
import { tellDevices } from './push-tell.ts';

/** A ring group of a whole floor, each with a few devices. */
const DEVICES_MAX = 500;

/** A call that rings for people. */
export interface RingingCall {
  id: string;
  from: string;
  contactName: string | null;
  userIds: readonly string[];
}

/** Calls ring for people: their devices are told, by jobs of this transaction. */
export async function pushRinging(ctx: CompanyCtx, tx: Tx, calls: readonly RingingCall[]): Promise<void> {
  const userIds = [...new Set(calls.flatMap((call) => call.userIds))];
  if (userIds.length === 0) return;
  const devices = await store.devicesOf(tx, userIds, 'calls', DEVICES_MAX * calls.length);
  await Promise.all(
    calls.map(({ id: callId, from, contactName, userIds }) => {
      const theirs = devices.filter(({ userId }) => userIds.includes(userId)).slice(0, DEVICES_MAX);
      const content = { from: from.slice(0, 100), callerName: contactName?.slice(0, 200) ?? null };
      return tellDevices(ctx, tx, theirs, { callId, kind: 'incoming', content });
    }),
  );
}

/** The same for one call. */
export function pushIncoming(
  ctx: CompanyCtx,
  tx: Tx,
  call: Omit<RingingCall, 'userIds'>,
  userIds: readonly string[],
): Promise<void> {
  return pushRinging(ctx, tx, [{ ...call, userIds }]);
}

/** A call that rings no longer: somebody answered, or the caller gave up. */
export interface SilentCall {
  id: string;
  why: 'answered' | 'ended';
  /** Who answered. */
  userId: string | null;
}

/** Calls ring no longer: devices that were told are told so. */
export async function pushSilent(ctx: CompanyCtx, tx: Tx, calls: readonly SilentCall[]): Promise<void> {
  if (calls.length === 0) return;
  const told = await store.toldDevices(
    tx,
    calls.map(({ id }) => id),
  );
  await Promise.all(
    calls.map(({ id: callId, why, userId }) => {
      const devices = told.filter((device) => device.callId === callId).slice(0, DEVICES_MAX);
      const content = { why, answeredBy: why === 'answered' ? userId : null };
      return tellDevices(ctx, tx, devices, { callId, kind: 'ended', content });
    }),
  );
}

/** The same for one call, whoever answered. */
export async function pushEnded(
  ctx: CompanyCtx,
  tx: Tx,
  callId: string,
  why: 'answered' | 'ended',
): Promise<void> {
  const call = await store.ringingCall(tx, callId);
  await pushSilent(ctx, tx, [{ id: callId, why, userId: call?.userId ?? null }]);
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
      'calls.push_news': () => tellPeople(kernel),
    },
    schedules: { 'calls.push_news': { everySeconds: 2 } },
  };
}
