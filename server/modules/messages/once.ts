import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { findByKeys, insertMessages, type MessageRow, type NewMessage } from './messages-store.ts';

/** A row that is there once under its key. */
export interface Kept {
  message: MessageRow;
  replayed: boolean;
}

/**
 * Adds a row under the client's name for it, once: a repeat is answered with the first. The caller holds the conversation's
 * lock, so that a repeat waits for the first. @throws idempotency_key_reused when the key stands for something else.
 */
export async function insertOnce(
  tx: Tx,
  row: NewMessage,
  { key, requestHash }: { key: string | null; requestHash: string },
): Promise<Kept> {
  const earlier = key === null ? undefined : (await findByKeys(tx, [key])).get(key);
  if (earlier && earlier.requestHash !== requestHash) fail('idempotency_key_reused');
  if (earlier) return { message: earlier, replayed: true };
  const [message] = await insertMessages(tx, [{ ...row, idempotencyKey: key, requestHash }]);
  // Another row took the key in this very moment, in another conversation.
  return { message: message ?? fail('idempotency_key_reused'), replayed: false };
}
