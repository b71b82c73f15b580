import { type Kernel, systemCtx } from '../../kernel/ctx.ts';
import type { ProviderEvent, RemoteLeg } from '../providers/index.ts';
import { openPort } from './dial.ts';

/** As long as somebody may still be waiting, a failed attempt is repeated with the event. */
const PATIENCE_MS = 60_000;

/**
 * Rejects a call for a number that nobody here holds, where commands drive calls: nothing else would ever be done about it,
 * and the caller would hear it ring until they give up. The event's id names the command, so what is repeated is done once,
 * and a lost answer is no harm.
 * @throws what the provider said while it is worth another try.
 */
export async function turnAway(
  kernel: Kernel,
  event: Pick<ProviderEvent, 'id' | 'provider' | 'accountId' | 'companyId' | 'receivedAt'>,
  leg: RemoteLeg,
): Promise<void> {
  if (leg.state !== 'initiated' && leg.state !== 'ringing') return;
  // An account of the installation belongs to no company, and none is looked at for it.
  const ctx = systemCtx(kernel, event.companyId ?? '', 'calls.turn_away');
  const { provider, accountId: providerAccountId } = event;
  const port = await openPort(ctx, { provider, providerAccountId });
  if (!port?.commands) return;
  try {
    await port.commands.reject(leg.legId, 'rejected', event.id);
  } catch (error) {
    kernel.log.warn({ err: error, eventId: event.id }, 'A call for a number of nobody could not be rejected');
    if (kernel.clock.nowMs() - event.receivedAt.getTime() < PATIENCE_MS) throw error;
  }
}
