import { type Kernel, systemCtx } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { type Claim, claimDepartures, nextDeparture } from './outbox-store.ts';
import { sendText } from './send.ts';
import { stateOf } from './state.ts';

/** The part of a process that hands texts to the providers. */
export interface Senders {
  /** Resolves when no text is due or under way: for tests. */
  idle(): Promise<void>;
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

/** Texts on their way to a provider at once. Each waits for an answer, so many may. */
const IN_HAND_MAX = 64;
/** Fewer free places than this are not worth a claim, which looks into every lane. */
const CLAIM_MIN = 8;
/** What a process took is free for others after this long, and twice what a provider may take to answer. */
const LEASE_MS = 5_000;
/** Texts accepted by other processes, and lanes whose pace allows the next one, are seen this late at most. */
const POLL_MS = 250;

/** Starts sending what waits, in this process and beside others. */
export function startSenders(kernel: Kernel): Senders {
  const { nudges } = stateOf(kernel);
  const inHand = new Set<Promise<void>>();
  let claiming: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  async function claimAll(): Promise<void> {
    do {
      again = false;
      const free = IN_HAND_MAX - inHand.size;
      if (free < CLAIM_MIN) return;
      const now = kernel.clock.now();
      const claims = await inSystem(kernel.db, (tx) =>
        claimDepartures(tx, {
          now,
          leaseId: newId(kernel.clock),
          leaseUntil: new Date(now.getTime() + LEASE_MS + 2 * kernel.config.PROVIDER_TIMEOUT_MS),
          pace: kernel.config.SMS_PER_SECOND,
          limit: free,
        }),
      );
      for (const claim of claims) take(claim);
      again ||= claims.length === free;
    } while (again && !stopped);
  }

  function take(claim: Claim): void {
    const work = sendText(systemCtx(kernel, claim.companyId, 'messages.send'), claim)
      // The lease runs out, and the text is looked up before it is sent again.
      .catch((error) =>
        kernel.log.warn({ err: error, messageId: claim.messageId }, 'A text could not be sent; it will be'),
      )
      .finally(() => {
        inHand.delete(work);
        nudge();
      });
    inHand.add(work);
  }

  function nudge(): void {
    again = true;
    if (stopped) return;
    claiming ??= claimAll()
      .catch((error) => kernel.log.warn({ err: error }, 'Texts to be sent could not be read; trying again'))
      .finally(() => {
        claiming = null;
      });
  }

  async function settled(): Promise<void> {
    await claiming;
    await Promise.all(inHand);
  }

  nudges.add(nudge);
  const poll = setInterval(nudge, POLL_MS);
  nudge();
  return {
    idle: async () => {
      for (;;) {
        nudge();
        await settled();
        const due = await inSystem(kernel.db, nextDeparture);
        if (stopped || ((!due || due > kernel.clock.now()) && inHand.size === 0)) return;
      }
    },
    stop: async () => {
      stopped = true;
      nudges.delete(nudge);
      clearInterval(poll);
      await settled();
    },
  };
}
