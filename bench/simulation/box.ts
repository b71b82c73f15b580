import { type Caller, createCaller } from './http.ts';
import type { Journal, Seen } from './journal.ts';
import type { Random } from './random.ts';
import { pause } from './wire.ts';

/** What a box is and how it lives. */
export interface BoxPlan {
  code: string;
  /** It knows leases and attempts. Others speak as the first published interface does, and say when they begin. */
  fenced: boolean;
  concurrency: number;
  types: string[];
  /** A SIM for each; empty: one SIM that serves any operator. */
  operators: string[];
  /** How often it dies at any one point of its work. */
  deathShare: number;
  /** After so many deaths it never comes back. */
  deathsMax: number;
}

export interface BoxMeans {
  /** Of the wire. */
  port: number;
  token: string;
  journal: Journal;
  random: Random;
  /** How often it says that it is there. */
  heartbeatMs: number;
}

/** How a transaction that nobody can tell of stands at the server. */
export interface Standing {
  /** The box that had it last. */
  holder: string | null;
}

export interface Box {
  plan: BoxPlan;
  deaths(): number;
  /** Whether it may yet dial this transaction or tell what became of it. */
  concerns(transactionId: string, standing: Standing): boolean;
  /** Dies no more: what it has is brought to its end. */
  heal(): void;
  stop(): Promise<void>;
}

interface Handed {
  id: string;
  type: string;
  amount: number | null;
  attempt: number;
  leaseId: string;
  retryCount: number;
  sim?: { slot: string };
}

/** What a box keeps of a transaction on its disk, where it survives every death. */
interface Kept {
  handed: Handed;
  state: 'queued' | 'dialling' | 'ended' | 'told';
  /** Set with `ended`. unclear is told first, and what the operator's text says later. */
  seen: Seen | null;
  /** Nobody will ever tell this box what became of it. */
  hopeless: boolean;
}

/** Thrown at the point where a box dies; everything of that life ends with it. */
class Died extends Error {}

interface Life {
  over: boolean;
  caller: Caller;
  busy: Set<string>;
}

const TELLS_LATER = 0.6;
const DOWN_MS_MAX = 1500;
const RETRY_MS_MAX = 150;
const WAIT_SECONDS = 5;
const TYPES_OF_REFUSAL = new Set([400, 403, 404, 409, 410]);

/** A box with the rules of the real one: nothing is dialled that was not kept, asked for and permitted; whatever was dialled is told. */
export function startBox(plan: BoxPlan, means: BoxMeans): Box {
  const { journal, random } = means;
  const disk = new Map<string, Kept>();
  /** The same by transaction: a fleet is asked about each one that nobody can tell of, again and again. */
  const ofTransaction = new Map<string, Set<string>>();
  let deaths = 0;
  let healed = false;
  let stopped = false;
  let life: Life | null = null;

  const headers = { authorization: `Bearer ${means.token}` };
  const keyOf = ({ id, attempt, retryCount }: Handed) => `${id}/${plan.fenced ? attempt : retryCount}`;

  /** A point at which it may die. */
  function point(own: Life): void {
    if (own.over) throw new Died();
    if (healed || !random.chance(plan.deathShare)) return;
    own.over = true;
    deaths += 1;
    own.caller.cut();
    throw new Died();
  }

  async function rest(own: Life, ms: number): Promise<void> {
    await pause(ms);
    if (own.over) throw new Died();
  }

  /** Asks until there is an answer that says something. */
  async function ask(own: Life, method: string, path: string, body?: unknown) {
    for (;;) {
      if (own.over) throw new Died();
      const answer = await own.caller.send(method, path, body);
      if (own.over) throw new Died();
      if (answer && (answer.status < 300 || TYPES_OF_REFUSAL.has(answer.status))) return answer;
      await rest(own, 10 + random.int(RETRY_MS_MAX));
    }
  }

  function tell(own: Life, { handed }: Kept, status: string, result?: unknown) {
    return ask(own, 'PUT', `/api/call-box/transactions/${handed.id}/status`, {
      ...{ status, callboxId: plan.code },
      ...(result ? { result } : {}),
      ...(plan.fenced ? { attempt: handed.attempt, leaseId: handed.leaseId } : {}),
    });
  }

  /** From wherever the last life left it to the end. */
  async function carryOut(own: Life, kept: Kept): Promise<void> {
    point(own);
    if (kept.state === 'queued') {
      const permitted = await tell(own, kept, 'processing');
      point(own);
      if (permitted.status >= 300) {
        disk.delete(keyOf(kept.handed));
        return;
      }
      kept.state = 'dialling';
      point(own);
      const { id: transactionId, attempt, amount, type, sim } = kept.handed;
      const simSlot = sim?.slot ?? 'default';
      const seen = journal.dial({ transactionId, attempt, amount, type, simSlot, box: plan.code }, random);
      point(own);
      kept.seen = seen;
      kept.state = 'ended';
    }
    if (kept.state === 'dialling') {
      // It died in between: it may have dialled or not.
      kept.seen = { kind: 'unclear' };
      kept.state = 'ended';
    }
    point(own);
    await report(own, kept);
    kept.state = 'told';
  }

  async function report(own: Life, kept: Kept): Promise<void> {
    const seen = kept.seen!;
    if (seen.kind === 'done') {
      const { reference: transactionRef } = seen;
      const said = {
        success: true,
        transactionRef,
        balance: 2500,
        message: 'Recharge effectuée avec succès',
      };
      await tell(own, kept, 'completed', said);
      return;
    }
    if (seen.kind === 'refused') {
      const said = { success: false, message: 'Solde insuffisant', retryable: seen.repeatable };
      await tell(own, kept, 'failed', said);
      return;
    }
    // The first interface has no word for it: such a box says nothing, and time tells.
    if (plan.fenced)
      await tell(own, kept, 'unknown', { success: false, message: 'No answer from the network' });
    point(own);
    if (!random.chance(TELLS_LATER)) {
      kept.hopeless = true;
      return;
    }
    await rest(own, random.int(RETRY_MS_MAX));
    const { id: transactionId, attempt } = kept.handed;
    const moved = journal.movedIn({ transactionId, attempt, box: plan.code });
    kept.seen = moved ? { kind: 'done', reference: `LATE${attempt}` } : { kind: 'refused', repeatable: true };
    await report(own, kept);
  }

  function take(own: Life, handed: Handed): void {
    const key = keyOf(handed);
    if (!disk.has(key)) {
      disk.set(key, { handed, state: 'queued', seen: null, hopeless: false });
      ofTransaction.set(handed.id, (ofTransaction.get(handed.id) ?? new Set()).add(key));
    }
    const kept = disk.get(key)!;
    // The same hand-over under a new lease is still the same hand-over.
    if (kept.state === 'queued') kept.handed = handed;
    start(own, key, kept);
  }

  function start(own: Life, key: string, kept: Kept): void {
    if (kept.state === 'told' || own.busy.has(key)) return;
    own.busy.add(key);
    carryOut(own, kept)
      .catch(expectDeath)
      .finally(() => own.busy.delete(key));
  }

  const handIn = () => [...disk.values()].filter(({ state }) => state === 'queued' || state === 'dialling');

  async function beat(own: Life): Promise<void> {
    for (;;) {
      const open = handIn().map(({ handed, state }) => ({
        ...{ id: handed.id, attempt: handed.attempt },
        state: state === 'queued' ? 'queued' : 'processing',
      }));
      const answer = await own.caller.send('POST', '/api/call-box/heartbeat', {
        ...{ callboxId: plan.code, status: 'active', queueSize: open.length },
        metrics: { uptime: 1, memoryUsage: 45.2, processedTransactions: disk.size },
        ...(plan.fenced ? { open } : {}),
      });
      for (const { id, attempt } of answer?.body?.revoked ?? []) revoke(own, id, attempt);
      await rest(own, means.heartbeatMs);
    }
  }

  function revoke(own: Life, id: string, attempt: number): void {
    for (const [key, kept] of disk) {
      const { handed, state } = kept;
      // What is being asked for at this moment is decided by that answer.
      if (handed.id === id && handed.attempt === attempt && state === 'queued' && !own.busy.has(key))
        disk.delete(key);
    }
  }

  async function pull(own: Life): Promise<void> {
    const query = `callboxId=${plan.code}&limit=${plan.concurrency}&wait=${WAIT_SECONDS}`;
    for (;;) {
      const answer = await own.caller.send('GET', `/api/call-box/transactions/pending?${query}`);
      point(own);
      if (answer?.status === 200)
        for (const handed of answer.body.transactions as Handed[]) take(own, handed);
      else await rest(own, 10 + random.int(RETRY_MS_MAX));
      while (own.busy.size >= plan.concurrency) await rest(own, 5);
    }
  }

  async function live(own: Life): Promise<void> {
    const sims = plan.operators.map((operator) => ({ slot: operator, operator }));
    await ask(own, 'POST', '/api/call-box/register', {
      callboxId: plan.code,
      capabilities: {
        ...{ maxConcurrentTransactions: plan.concurrency, supportedTypes: plan.types },
        ...(plan.fenced ? { fenced: true } : {}),
        ...(sims.length > 0 ? { sims } : {}),
      },
      ...{ version: '1.0.0', location: 'Douala Centre' },
    });
    for (const [key, kept] of disk) start(own, key, kept);
    await Promise.all([beat(own), pull(own)]);
  }

  async function lives(): Promise<void> {
    while (!stopped && (healed || deaths < plan.deathsMax)) {
      life = { over: false, caller: createCaller(means.port, headers), busy: new Set() };
      await live(life).catch(expectDeath);
      if (!stopped) await pause(random.int(DOWN_MS_MAX));
    }
    life = null;
  }

  const lived = lives();
  return {
    plan,
    deaths: () => deaths,
    concerns: (id) =>
      (life !== null || deaths < plan.deathsMax) &&
      [...(ofTransaction.get(id) ?? [])].some((key) => {
        // What it gave back is no longer on its disk.
        const kept = disk.get(key);
        return kept !== undefined && (kept.state !== 'told' || stillTells(kept, life));
      }),
    heal: () => {
      healed = true;
    },
    async stop() {
      stopped = true;
      if (life) {
        life.over = true;
        life.caller.cut();
      }
      await lived;
    },
  };
}

/** It is under way at this moment. */
function stillTells(kept: Kept, life: Life | null): boolean {
  return !kept.hopeless && life !== null && life.busy.has(kept.handed.id);
}

function expectDeath(error: unknown): void {
  if (!(error instanceof Died)) throw error;
}
