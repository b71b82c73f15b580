import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { alertRoutes } from './alert-routes.ts';
import { checkAlerts, checkTimedAlerts } from './alerts.ts';
import { askQuality } from './quality-ask.ts';
import type { Level } from './quality-model.ts';
import { overviewRoute } from './quality-overview.ts';
import { noteQualities } from './quality-review.ts';
import { callQualityRoutes } from './quality-routes.ts';
import * as store from './quality-store.ts';

export { noteQualities, noteQuality } from './quality-review.ts';

/** How a call sounded, in one line. */
export interface QualitySummary {
  mos: number | null;
  level: Level | null;
}

/** A call with a talk has ended: providers are asked how it sounded, once they know. */
export async function planQuality(ctx: CompanyCtx, tx: Tx, callId: string): Promise<void> {
  const call = await store.findCall(tx, callId);
  if (call) await noteQualities(ctx, tx, [{ call, reports: [], hasEnded: true }]);
}

/** By call id: one query, whatever their count. */
export async function qualityOf(tx: Tx, callIds: string[]): Promise<Map<string, QualitySummary>> {
  if (callIds.length === 0) return new Map();
  const rows = await store.summariesOf(tx, callIds);
  return new Map(rows.map(({ callId, mos, level }) => [callId, { mos, level }]));
}

/** Doors of quality and of its alerts. */
export function qualityRoutes(server: HttpServer): void {
  callQualityRoutes(server);
  overviewRoute(server);
  alertRoutes(server);
}

export function qualityJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'calls.ask_quality': ({ callId, companyId }) => askQuality(kernel, companyId!, callId!),
      'calls.check_alerts': ({ companyId }) => checkAlerts(kernel, companyId!),
      'calls.check_timed_alerts': () => checkTimedAlerts(kernel),
    },
    schedules: { 'calls.check_timed_alerts': { everySeconds: 60 } },
  };
}
