import type { Random } from './random.ts';

/** What became of one dialling, as the operator knows it. */
export interface Dialled {
  transactionId: string;
  attempt: number;
  box: string;
  simSlot: string;
  /** Money or credit really moved. */
  moved: boolean;
  amount: number | null;
  type: string;
}

/** What the box sees of it. unclear: the session ended without an answer. */
export type Seen =
  | { kind: 'done'; reference: string }
  | { kind: 'refused'; repeatable: boolean }
  | { kind: 'unclear' };

/** The operators' own books: the judge of everything. What stands here happened, whatever anybody says. */
export interface Journal {
  dialled: Dialled[];
  /** Books of SIMs that are kept elsewhere. */
  addBooks(read: () => Dialled[]): void;
  /** All that was ever dialled, in these books and those. */
  all(): Dialled[];
  /** The operator does as the SIM asks, every time it is asked. */
  dial(request: Omit<Dialled, 'moved'>, random: Random): Seen;
  /** How often money moved for a transaction. */
  movedTimes(transactionId: string): number;
  /** Whether money moved in this one hand-over, as the box sees it on its SIM. */
  movedIn(handover: Pick<Dialled, 'transactionId' | 'attempt' | 'box'>): boolean;
  /** Resolves when so many diallings have been made. */
  reached(count: number): Promise<void>;
}

const handoverKey = ({ transactionId, attempt, box }: Pick<Dialled, 'transactionId' | 'attempt' | 'box'>) =>
  `${transactionId} ${attempt} ${box}`;

const SHARES = { done: 0.87, refusedOnce: 0.06, refusedForGood: 0.02 };

export function createJournal(): Journal {
  const dialled: Dialled[] = [];
  const moved = new Map<string, number>();
  const movedHandovers = new Set<string>();
  const books: (() => Dialled[])[] = [];
  let waiting: { count: number; resolve(): void }[] = [];

  function note(entry: Dialled): void {
    dialled.push(entry);
    if (entry.moved) {
      moved.set(entry.transactionId, (moved.get(entry.transactionId) ?? 0) + 1);
      movedHandovers.add(handoverKey(entry));
    }
    const [due, rest] = [
      waiting.filter(({ count }) => count <= dialled.length),
      waiting.filter(({ count }) => count > dialled.length),
    ];
    waiting = rest;
    for (const { resolve } of due) resolve();
  }

  const elsewhere = () => books.flatMap((read) => read());

  return {
    dialled,
    addBooks: (read) => void books.push(read),
    all: () => [...dialled, ...elsewhere()],
    dial(request, random) {
      const place = random.next();
      if (place < SHARES.done) {
        note({ ...request, moved: true });
        return { kind: 'done', reference: `OP${String(dialled.length).padStart(9, '0')}` };
      }
      if (place < SHARES.done + SHARES.refusedOnce + SHARES.refusedForGood) {
        note({ ...request, moved: false });
        return { kind: 'refused', repeatable: place < SHARES.done + SHARES.refusedOnce };
      }
      note({ ...request, moved: random.chance(0.5) });
      return { kind: 'unclear' };
    },
    movedTimes: (transactionId) =>
      (moved.get(transactionId) ?? 0) +
      elsewhere().filter((entry) => entry.transactionId === transactionId).length,
    movedIn: (handover) => movedHandovers.has(handoverKey(handover)),
    reached: (count) =>
      new Promise((resolve) => {
        if (dialled.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}
