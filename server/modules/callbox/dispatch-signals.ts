import type { Kernel } from '../../kernel/ctx.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { listenToSignals, type Signals } from '../../kernel/signals.ts';
import { SIGNAL_CHANNEL } from './dispatch-store.ts';
import { nudgeDispatcher, stateOf, wakeAllBoxes, wakeBoxes } from './state.ts';

/**
 * Links this process with the others: a transaction that one takes in is handed out by the next, and a box's request that waits
 * here is answered when another process has work for it. What this process did itself it knows already.
 */
export function linkProcesses(server: HttpServer, kernel: Kernel): void {
  let signals: Signals | null = null;
  server.addHook('onReady', async () => {
    signals = await listenToSignals(kernel.config.DATABASE_URL, SIGNAL_CHANNEL, kernel.log, (payload) =>
      hear(kernel, payload),
    );
  });
  // Requests that wait are answered, so that closing does not wait for them.
  server.addHook('preClose', async () => {
    stateOf(kernel).closing = true;
    wakeAllBoxes(kernel);
  });
  server.addHook('onClose', async () => {
    await signals?.stop();
  });
}

function hear(kernel: Kernel, payload: string | null): void {
  const [from, kind, ...ids] = (payload ?? '').split(' ');
  if (from === stateOf(kernel).processId) return;
  if (kind === 'due') {
    for (const companyId of ids) nudgeDispatcher(kernel, companyId);
  } else if (kind === 'given' && ids[0] !== '*') wakeBoxes(kernel, ids);
  // More than can be named, or signals were missed.
  else wakeAllBoxes(kernel);
}
