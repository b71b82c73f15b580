import type { CompanyCtx, Kernel } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import type { RemoteQuality } from '../providers/index.ts';

/** How a call sounded, in one line. */
export interface QualitySummary {
  mos: number | null;
  level: 'good' | 'fair' | 'bad' | null;
}

/** What a provider says of how a leg sounded; a repeat replaces what the same source said before. */
export async function noteQuality(
  _ctx: CompanyCtx,
  _tx: Tx,
  _of: { callId: string; legId: string },
  _remote: RemoteQuality,
): Promise<void> {}

/** A call with a talk has ended: providers are asked how it sounded, once they know. */
export async function planQuality(_ctx: CompanyCtx, _tx: Tx, _callId: string): Promise<void> {}

/** By call id: one query, whatever their count. */
export async function qualityOf(_tx: Tx, _callIds: string[]): Promise<Map<string, QualitySummary>> {
  return new Map();
}

export function qualityRoutes(_server: HttpServer): void {}

export function qualityJobs(_kernel: Kernel): JobDefinitions {
  return { handlers: {}, schedules: {} };
}
