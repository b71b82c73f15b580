import type { Tx } from '../../kernel/db/index.ts';
import { publish } from '../../kernel/live.ts';
import type { RecordingRow } from './recordings-store.ts';

/** Consoles look again at a recording, and at its call. */
export async function announce(
  tx: Tx,
  companyId: string,
  recording: Pick<RecordingRow, 'id' | 'callId'>,
): Promise<void> {
  await publish(tx, companyId, 'recording', recording.id);
  if (recording.callId) await publish(tx, companyId, 'call', recording.callId);
}
