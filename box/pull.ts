import { backOffMs } from './bell.ts';
import type { Box } from './box.ts';
import { hear } from './hear.ts';
import { type Handed, handedSchema, pulledSchema } from './protocol.ts';
import { receive } from './queue.ts';
import { countInHand } from './queue-store.ts';

/** How long one request waits for work, in seconds. */
const WAIT_SECONDS = 25;

/** How many more transactions may be taken. */
function room(box: Box): number {
  const { config, state, store, driver } = box;
  if (!state.registered || state.turnedAway !== null || state.refuses !== null || state.unsaved.size > 0)
    return 0;
  if (!driver.sims().some(({ state: sim }) => sim === 'ready')) return 0;
  return config.maxConcurrent - countInHand(store);
}

/** Fetches work as long as there is room for it. */
export async function keepPulling(box: Box): Promise<void> {
  const { state, stopping, bells, log } = box;
  let failures = 0;
  while (!stopping.aborted) {
    const limit = room(box);
    if (limit <= 0) {
      await bells.pull.wait(1000, stopping);
      continue;
    }
    const pulled = await pull(box, limit).catch((error: Error) => {
      // Nothing was kept: the server gives the same again.
      log.write('error', `Work could not be kept: ${error.message}`);
      return { kind: 'failed' as const, waitMs: null };
    });
    if (stopping.aborted) return;
    failures = pulled.kind === 'failed' ? failures + 1 : 0;
    if (pulled.kind === 'failed')
      await bells.pull.wait(pulled.waitMs ?? backOffMs(failures, 30_000), stopping);
    // What was given is what is here already, or nothing after a short wait: no reason to ask in a circle.
    else if (pulled.fresh === 0)
      await bells.pull.wait(pulled.waited ? 0 : state.remote.pollIntervalMs, stopping);
  }
}

type Pulled = { kind: 'pulled'; fresh: number; waited: boolean } | { kind: 'failed'; waitMs: number | null };

async function pull(box: Box, limit: number): Promise<Pulled> {
  const { config, client, clock, store, state, stopping, bells, log, faultPoint } = box;
  const query = new URLSearchParams({
    callboxId: config.callboxId,
    limit: String(limit),
    wait: String(WAIT_SECONDS),
  });
  const askedAtMs = clock.monotonicMs();
  const answer = hear(
    box,
    await client.call('GET', `/api/call-box/transactions/pending?${query}`, pulledSchema, {
      timeoutMs: (WAIT_SECONDS + 15) * 1000,
      signal: stopping,
    }),
  );
  if (answer.kind === 'away') return { kind: 'failed', waitMs: answer.retryAfterMs };
  if (answer.kind === 'refused') {
    if (answer.status === 404) state.registered = false;
    if (answer.status !== 401) log.write('warn', `The server gives no work: ${answer.error}`);
    bells.presence.ring();
    return { kind: 'failed', waitMs: null };
  }
  faultPoint('after_pull');
  const handed = answer.body.transactions.flatMap((each) => readHanded(box, each));
  const fresh = handed.length > 0 ? receive(store, handed) : 0;
  if (fresh > 0) faultPoint('after_received');
  bells.lanes.ring();
  bells.reports.ring();
  return { kind: 'pulled', fresh, waited: handed.length === 0 && clock.monotonicMs() - askedAtMs > 1000 };
}

/** One that this box does not understand is left: its lease runs out, and nobody began it. */
function readHanded({ log, driver }: Box, given: unknown): (Handed & { slot: string })[] {
  const read = handedSchema.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    log.write(
      'error',
      `A transaction was handed out that this box does not understand: ${issue?.path.join('.')} ${issue?.message}`,
    );
    return [];
  }
  const sims = driver.sims();
  const named = sims.find(({ slot }) => slot === read.data.sim?.slot);
  const operator = read.data.operator?.toLowerCase() ?? null;
  const fits = sims.find((sim) => sim.operator === operator || sim.operator === null);
  const slot = named?.slot ?? (read.data.sim ? read.data.sim.slot : fits?.slot);
  return [{ ...read.data, slot: slot ?? 'none' }];
}
