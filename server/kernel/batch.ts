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
 * @param options.flushesMax under way at once, where items have nothing to do with each other: 1 unless told otherwise.
 */
export function createBatcher<Item, Result>(
  flush: (items: Item[]) => Promise<Result[]>,
  options: { itemsMax: number; flushesMax?: number },
): Batcher<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  // Counted apart from the promises, which are told of their end a moment later: what arrives in between would wait for nobody.
  let busy = 0;
  const running = new Set<Promise<void>>();

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const taken = waiting.slice(0, options.itemsMax);
      waiting = waiting.slice(options.itemsMax);
      try {
        const results = await flush(taken.map((entry) => entry.item));
        for (const [index, entry] of taken.entries()) entry.resolve(results[index]!);
      } catch (error) {
        for (const entry of taken) entry.reject(error);
      }
    }
    busy -= 1;
  }

  function start(): void {
    busy += 1;
    const work: Promise<void> = Promise.resolve()
      .then(run)
      .finally(() => running.delete(work));
    running.add(work);
  }

  return {
    add(item) {
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (busy < (options.flushesMax ?? 1)) start();
      });
    },
    async drain() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
