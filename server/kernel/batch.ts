import { setTimeout } from 'node:timers/promises';

/**
 * Group commit: items that arrive while a flush is under way wait for the next one, which takes them all. Under load
 * many callers share one transaction; a lone caller waits for nobody. Each caller is answered after its own flush.
 */
export interface Batcher<Item, Result> {
  /** Resolves with the item's own result once the flush that held it has committed; rejects if that flush failed. */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing is waiting or under way. */
  drain(): Promise<void>;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * @param flush stores the items and answers one result per item, in the same order.
 * @param options.gatherMs how long each flush waits for more: for what nobody waits for.
 */
export function createBatcher<Item, Result>(
  flush: (items: Item[]) => Promise<Result[]>,
  options: { itemsMax: number; gatherMs?: number },
): Batcher<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      if (options.gatherMs) await setTimeout(options.gatherMs);
      const taken = waiting.slice(0, options.itemsMax);
      waiting = waiting.slice(options.itemsMax);
      try {
        const results = await flush(taken.map((entry) => entry.item));
        for (const [index, entry] of taken.entries()) entry.resolve(results[index]!);
      } catch (error) {
        for (const entry of taken) entry.reject(error);
      }
    }
    running = null;
  }

  return {
    add(item) {
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= Promise.resolve().then(run);
      });
    },
    async drain() {
      while (running) await running;
    },
  };
}
