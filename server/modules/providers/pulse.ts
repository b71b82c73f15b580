import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { Failure, Outcome } from './failure.ts';
import { addPulses, type Pulse, prunePulses } from './health-store.ts';
import type { ProviderName } from './port.ts';
import { stateOf } from './state.ts';

/** What is noted is written down this late: many requests, one transaction. */
const FLUSH_MS = 2000;
const ERROR_MAX = 300;
const KEPT_MS = 2 * 86_400_000;

/** Notes how a request went. */
export type NoteRequest = (outcome: Outcome, failure: Failure | null) => void;

/** A refusal is an answer like any other: the provider is there, and said no. */
const isAnswer = (outcome: Outcome) => outcome === 'ok' || outcome === 'refused';

/** Makes what notes the requests of one account. */
export function pulseOf(kernel: Kernel, provider: ProviderName, accountId: string | null): NoteRequest {
  return (outcome, failure) => {
    const { pulses } = stateOf(kernel);
    const key = `${provider} ${accountId}`;
    const empty = { answered: 0, failed: 0, lastAnswerAt: null, lastErrorAt: null, lastError: null };
    const pulse: Pulse = pulses.waiting.get(key) ?? { provider, accountId, ...empty };
    pulses.waiting.set(key, pulse);
    const now = kernel.clock.now();
    if (isAnswer(outcome)) {
      pulse.answered += 1;
      pulse.lastAnswerAt = now;
    } else {
      pulse.failed += 1;
      pulse.lastErrorAt = now;
      pulse.lastError = (failure?.providerMessage ?? outcome).slice(0, ERROR_MAX);
    }
    pulses.timer ??= setTimeout(() => void flush(kernel), FLUSH_MS).unref();
  };
}

/** Writes down what was noted. What cannot be written is lost: it is a picture of the moment, and the next one comes. */
async function flush(kernel: Kernel): Promise<void> {
  const { pulses } = stateOf(kernel);
  const noted = [...pulses.waiting.values()];
  pulses.waiting.clear();
  pulses.timer = null;
  const now = kernel.clock.now();
  try {
    await inSystem(kernel.db, async (tx) => {
      await addPulses(tx, noted, now);
      await prunePulses(tx, new Date(now.getTime() - KEPT_MS));
    });
  } catch (error) {
    kernel.log.debug({ err: error }, 'How requests to providers went could not be written down');
  }
}
