import { describe, expect, it } from 'vitest';
import { createBatcher } from './batch.ts';

/** A flush that waits for the test to let it end. */
function manualFlush() {
  const flushes: { items: number[]; end(error?: Error): void }[] = [];
  const flush = (items: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      flushes.push({
        items,
        end: (error) => (error ? reject(error) : resolve(items.map((item) => item * 10))),
      });
    });
  return { flushes, flush };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('takes what arrives during a flush together, and answers each with its own result', async () => {
    const { flushes, flush } = manualFlush();
    const batcher = createBatcher(flush, { itemsMax: 100 });
    const lone = batcher.add(1);
    await turn();
    const together = [2, 3, 4].map((item) => batcher.add(item));
    await turn();
    expect(flushes.map(({ items }) => items)).toEqual([[1]]);
    flushes[0]!.end();
    expect(await lone).toBe(10);
    await turn();
    expect(flushes[1]!.items).toEqual([2, 3, 4]);
    flushes[1]!.end();
    expect(await Promise.all(together)).toEqual([20, 30, 40]);
    await batcher.drain();
  });

  it('a flush that fails is told to its own callers, and the next ones go on', async () => {
    const { flushes, flush } = manualFlush();
    const batcher = createBatcher(flush, { itemsMax: 100 });
    const unlucky = batcher.add(1);
    await turn();
    const lucky = batcher.add(2);
    flushes[0]!.end(new Error('disk full'));
    await expect(unlucky).rejects.toThrow('disk full');
    await turn();
    flushes[1]!.end();
    expect(await lucky).toBe(20);
  });

  it('never takes more than its measure at once', async () => {
    const sizes: number[] = [];
    const batcher = createBatcher<number, number>(
      async (items) => {
        sizes.push(items.length);
        return items;
      },
      { itemsMax: 3 },
    );
    await Promise.all(Array.from({ length: 10 }, (_, index) => batcher.add(index)));
    expect(Math.max(...sizes)).toBe(3);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(10);
  });
});
