import type { Ctx } from '../../kernel/ctx.ts';
import { newId } from '../../kernel/ids.ts';
import { insertRefusal } from './events-store.ts';
import type { ProviderName } from './port.ts';
import { stateOf } from './state.ts';

/** A delivery that is not taken in. */
export interface Refusal {
  provider: ProviderName;
  topic: string;
  type: string;
  verdict: 'duplicate' | 'refused';
  /** The code of the answer, or what is wrong in a word. */
  reason: string;
  accountId: string | null;
  companyId: string | null;
  body: Buffer;
}

/** Stored per minute and process; the rest of a flood is counted and logged only. */
const STORED_PER_MINUTE = 120;
const EXCERPT_MAX_BYTES = 2048;

/** Logs and counts a delivery that is not taken in, and stores it unless a flood is on. The answer does not wait for it. */
export function recordRefusal(ctx: Ctx, refusal: Refusal): void {
  const { kernel } = ctx;
  const { provider, topic, type, verdict, reason, accountId, companyId } = refusal;
  kernel.metrics.webhooks.inc({ provider, verdict });
  const level = verdict === 'duplicate' ? 'debug' : 'warn';
  ctx.log[level](
    { provider, topic, type, reason, accountId, address: ctx.address },
    `Webhook ${verdict}: ${reason}`,
  );
  if (!mayStore(ctx)) return;
  insertRefusal(kernel, {
    id: newId(kernel.clock),
    ...{ companyId, provider, accountId, topic, type, verdict, reason },
    address: ctx.address,
    excerpt: excerptOf(refusal.body),
    receivedAt: kernel.clock.now(),
  }).catch((error) => ctx.log.warn({ err: error }, 'A refused webhook could not be recorded'));
}

function mayStore({ kernel }: Ctx): boolean {
  const { refusals } = stateOf(kernel);
  const nowMs = kernel.clock.nowMs();
  if (Math.abs(nowMs - refusals.sinceMs) >= 60_000) {
    refusals.sinceMs = nowMs;
    refusals.left = STORED_PER_MINUTE;
  }
  refusals.left -= 1;
  return refusals.left >= 0;
}

/** The beginning of a body as printable ASCII, so that no byte of it means anything to whatever shows it. */
function excerptOf(body: Buffer): string {
  return body.toString('latin1', 0, EXCERPT_MAX_BYTES).replace(/[^\x20-\x7e]/g, '.');
}
