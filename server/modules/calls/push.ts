import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';

/** A call rings for these people: their devices are told, by a job of this transaction. */
export async function pushIncoming(
  _ctx: CompanyCtx,
  _tx: Tx,
  _call: { id: string; from: string; contactName: string | null },
  _userIds: string[],
): Promise<void> {}

/** It rings no longer: somebody answered, or the caller gave up. Devices that were told are told so. */
export async function pushEnded(
  _ctx: CompanyCtx,
  _tx: Tx,
  _callId: string,
  _why: 'answered' | 'ended',
): Promise<void> {}

export function pushRoutes(_server: HttpServer): void {}

export function pushJobs(_kernel: Kernel): JobDefinitions {
  return { handlers: {}, schedules: {} };
}
