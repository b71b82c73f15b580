import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import type { PushContent, PushKind } from './push-model.ts';
import { addTraces, type DeviceRow } from './push-store.ts';

/** Begins one trace a device, with the job that carries it on. @returns the ids of the traces. */
export async function tellDevices(
  ctx: CompanyCtx,
  tx: Tx,
  devices: DeviceRow[],
  notice: { callId: string | null; kind: PushKind; content: PushContent },
): Promise<string[]> {
  if (devices.length === 0) return [];
  const { clock } = ctx.kernel;
  const createdAt = clock.now();
  const traceIds = await addTraces(tx, devices, () => ({ id: newId(clock), ...notice, createdAt }));
  await Promise.all([
    ...traceIds.map((traceId) => enqueue(tx, 'calls.push', { traceId, companyId: ctx.companyId })),
    notice.callId && traceIds.length > 0 ? publish(tx, ctx.companyId, 'call_push', notice.callId) : null,
  ]);
  return traceIds;
}
