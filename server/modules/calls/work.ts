import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { carryOut } from './commands.ts';
import { type CommandRow, claimCommands, nextCommand, renewCommands } from './commands-store.ts';
import { checkDueCalls } from './reconcile.ts';
import { stateOf } from './state.ts';

/** The part of a process that carries out what was decided about calls. */
export interface CallWork {
  /** Resolves when nothing is due or under way: for tests. */
  idle(): Promise<void>;
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

const IN_HAND_MAX = 64;
/** What a process took is free for others so long after it last said that it has it in hand: people wait on the telephone. */
const LEASE_MS = 3_000;
const RENEW_MS = 1_000;
/** What other processes decided is seen this late at most. */
const POLL_MS = 250;
/** How often calls whose time has come are looked for. */
const CHECK_MS = 1000;

/** Starts carrying out what waits, in this process and beside others. */
export function startCallWork(kernel: Kernel): CallWork {
  const { nudges } = stateOf(kernel);
  const inHand = new Set<Promise<void>>();
  const held = new Set<CommandRow>();
  let renewing: Promise<void> | null = null;
  let claiming: Promise<void> | null = null;
  let checking: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  async function claimAll(): Promise<void> {
    do {
      again = false;
      const free = IN_HAND_MAX - inHand.size;
      if (free <= 0) return;
      const now = kernel.clock.now();
      const leaseUntil = new Date(now.getTime() + LEASE_MS);
      const turn = { now, leaseId: newId(kernel.clock), leaseUntil, limit: free };
      const rows = await inSystem(kernel.db, (tx) => claimCommands(tx, turn), { byKeys: true });
      for (const row of byLeg(rows)) take(row);
      again ||= rows.length === free;
    } while (again && !stopped);
  }

  /** Commands of one leg one after the other; different legs at once, so that everybody's telephone rings together. */
  function take(rows: CommandRow[]): void {
    const work = (async () => {
      for (const row of rows) await carryOut(kernel, row);
    })()
      .catch((error) =>
        kernel.log.warn({ err: error }, 'A command to a call was not settled; it is taken up again'),
      )
      .finally(() => {
        inHand.delete(work);
        for (const row of rows) held.delete(row);
        nudge();
      });
    inHand.add(work);
    for (const row of rows) held.add(row);
  }

  function nudge(): void {
    again = true;
    if (stopped) return;
    claiming ??= claimAll()
      .catch((error) => kernel.log.warn({ err: error }, 'Commands to calls could not be read; trying again'))
      .finally(() => {
        claiming = null;
      });
  }

  function renew(): void {
    if (held.size === 0) return;
    const leaseUntil = new Date(kernel.clock.nowMs() + LEASE_MS);
    renewing ??= inSystem(kernel.db, (tx) => renewCommands(tx, [...held], leaseUntil))
      .catch((error) => kernel.log.warn({ err: error }, 'Commands in hand could not be kept; trying again'))
      .finally(() => {
        renewing = null;
      });
  }

  function check(): void {
    if (stopped) return;
    checking ??= checkDueCalls(kernel)
      .catch((error) => kernel.log.warn({ err: error }, 'Calls could not be looked at; trying again'))
      .finally(() => {
        checking = null;
      });
  }

  async function settled(): Promise<void> {
    await claiming;
    await checking;
    await Promise.all(inHand);
    await renewing;
  }

  nudges.add(nudge);
  const timers = [setInterval(nudge, POLL_MS), setInterval(check, CHECK_MS), setInterval(renew, RENEW_MS)];
  nudge();
  return {
    idle: async () => {
      for (;;) {
        nudge();
        await settled();
        await stateOf(kernel).introductions?.drain();
        const due = await inSystem(kernel.db, nextCommand);
        if (stopped || ((!due || due > kernel.clock.now()) && inHand.size === 0)) return;
      }
    },
    stop: async () => {
      stopped = true;
      nudges.delete(nudge);
      for (const timer of timers) clearInterval(timer);
      await settled();
      await stateOf(kernel).introductions?.drain();
    },
  };
}

function byLeg(rows: CommandRow[]): CommandRow[][] {
  const groups = new Map<string, CommandRow[]>();
  for (const row of rows) {
    // What ends a leg waits for nothing.
    const key = row.command.kind === 'hang_up' ? row.id : `${row.callId} ${row.legId}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
